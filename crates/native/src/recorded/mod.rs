//! Programs whose answers CPython gave, recorded by `tests/native/corpus.py`: a compiled row gives the
//! same, or leaves.

mod mistakes;
mod planted;
mod rewrite;
mod source;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Float64Array, Int64Array};
use arrow::datatypes::{Float64Type, Int64Type};
use arrowsmith_contract::{NullPolicy, Parameter, Signature, Type};
use serde::Deserialize;
use serde_json::Value;

use crate::ir::Module;
use crate::specialise::{is_known_builtin, module};
use crate::{Refusal, front, machine};

const CORPUS: &str = include_str!("corpus.jsonl");

/// One line.
#[derive(Debug, Deserialize)]
struct Program {
    name: String,
    text: String,
    constants: serde_json::Map<String, Value>,
    /// Of each function, by the parameter.
    defaults: HashMap<String, serde_json::Map<String, Value>>,
    /// Name, type, and whether it sees NULLs.
    parameters: Vec<(String, String, bool)>,
    returns: String,
    rows: Vec<Vec<Value>>,
    answers: Vec<Value>,
}

fn programs() -> Vec<Program> {
    CORPUS.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn ty(name: &str) -> Type {
    match name {
        "float" => Type::FLOAT64,
        "int" => Type::INT64,
        "bool" => Type::BOOL,
        other => panic!("{other}"),
    }
}

impl Program {
    fn module(&self) -> Result<Module, Refusal> {
        let parameters: Vec<Parameter> = self
            .parameters
            .iter()
            .map(|(name, of, passes)| Parameter {
                name: name.as_str().into(),
                ty: ty(of),
                nullable: *passes,
                nulls: if *passes { NullPolicy::Pass } else { NullPolicy::Skip },
            })
            .collect();
        let required = parameters.len();
        let signature = Signature::new(parameters, required, false, ty(&self.returns)).unwrap();
        let program = front::program(&source::of(self), &is_known_builtin)?;
        module(&program, &signature)
    }

    fn columns(&self) -> Vec<ArrayRef> {
        let column = |(i, (_, of, _)): (usize, &(String, String, bool))| -> ArrayRef {
            let values = self.rows.iter().map(|row| &row[i]);
            match of.as_str() {
                "float" => Arc::new(values.map(float).collect::<Float64Array>()),
                "int" => Arc::new(values.map(Value::as_i64).collect::<Int64Array>()),
                _ => Arc::new(values.map(Value::as_bool).collect::<BooleanArray>()),
            }
        };
        self.parameters.iter().enumerate().map(column).collect()
    }

    /// The first row that neither left nor gave what CPython gives, and how many rows left. Where the
    /// flag was raised meanwhile, no row has an answer.
    fn compare(&self, module: &Module, stop: &AtomicBool) -> (Option<String>, usize) {
        let code = machine::compile(module).unwrap_or_else(|error| panic!("{error}\n{module}"));
        let rows = self.rows.len();
        let Some(answer) = code.run(&self.columns(), None, rows, stop).unwrap() else {
            return (Some(format!("{} does not end", self.name)), 0);
        };
        let mut left = vec![false; rows];
        for one in &answer.left {
            left[one.row as usize] = true;
        }
        let wrong =
            (0..rows).find(|&row| !left[row] && !is_same(&self.answers[row], &answer.values, row));
        let told = wrong.map(|row| {
            format!(
                "{}{:?} gives {:?} in place of {}\n{}\n{module}",
                self.name,
                self.rows[row],
                answer.values.slice(row, 1),
                self.answers[row],
                self.text
            )
        });
        (told, answer.left.len())
    }

    fn first_wrong(&self, module: &Module, stop: &AtomicBool) -> Option<String> {
        self.compare(module, stop).0
    }
}

fn float(value: &Value) -> Option<f64> {
    value.get("float").and_then(Value::as_u64).map(f64::from_bits)
}

/// Whether the row of the column holds the recorded answer, by its bits; NaN is NaN.
fn is_same(answer: &Value, values: &ArrayRef, row: usize) -> bool {
    if answer.is_null() || values.is_null(row) {
        return answer.is_null() && values.is_null(row);
    }
    if let Some(values) = values.as_primitive_opt::<Float64Type>() {
        let value = values.value(row);
        return float(answer).is_some_and(|known| {
            known.to_bits() == value.to_bits() || (known.is_nan() && value.is_nan())
        });
    }
    if let Some(values) = values.as_primitive_opt::<Int64Type>() {
        return answer.as_i64() == Some(values.value(row));
    }
    answer.as_bool() == Some(values.as_boolean().value(row))
}

#[test]
fn compiled_programs_give_what_cpython_gave() {
    let programs = programs();
    let (mut compiled, mut rows, mut left) = (0, 0, 0);
    let mut wrong = Vec::new();
    for program in &programs {
        match program.module() {
            Ok(module) => {
                let (told, gone) = program.compare(&module, &AtomicBool::new(false));
                wrong.extend(told);
                compiled += 1;
                rows += program.rows.len();
                left += gone;
            }
            Err(refusal) => println!("{}: {refusal}", program.name),
        }
    }
    println!("{compiled} of {} compiled, {left} of {rows} rows left", programs.len());
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n\n"));
    assert!(compiled * 10 >= programs.len() * 7, "{compiled} of {}", programs.len());
    assert!(left * 2 < rows, "{left} of {rows}");
}
