//! Procedures: rows of every kind, batches, errors, ending early, tables.

#![expect(clippy::unwrap_used, clippy::panic, reason = "clippy sees no test in what tests share")]

mod endings;
mod failures;
mod rows;
#[path = "../support/mod.rs"]
mod support;
mod tables;

use std::sync::Arc;

use arrow::array::{Array, ArrayRef};
use arrowsmith_contract::{
    BatchStream, CallContext, Function, Kernel, ProcedureArguments, Result, TableInput, Yielded,
};
use support::*;

fn start_with(
    function: &Function,
    columns: Vec<ArrayRef>,
    table: Option<Box<dyn TableInput>>,
    context: &CallContext,
) -> Box<dyn BatchStream> {
    let Kernel::Procedure(kernel) = &function.kernel else { panic!("{function} is no procedure") };
    let rows = columns.first().map_or(1, Array::len);
    kernel.start(ProcedureArguments { columns, rows, table }, context).unwrap()
}

fn start_on(function: &Function, columns: &[ArrayRef]) -> Box<dyn BatchStream> {
    start_with(function, columns.to_vec(), None, &CallContext::default())
}

fn all(mut stream: Box<dyn BatchStream>, most: usize) -> Result<Vec<Yielded>> {
    let mut batches = Vec::new();
    while let Some(yielded) = stream.next_batch(most, &CallContext::default())? {
        assert!((1..=most).contains(&yielded.batch.num_rows()));
        assert_eq!(yielded.batch.num_rows(), yielded.origins.len());
        batches.push(yielded);
    }
    assert!(stream.next_batch(most, &CallContext::default()).unwrap().is_none());
    Ok(batches)
}

/// The rows as text, with their origins where there are some.
fn shown(batches: &[Yielded]) -> Vec<String> {
    let text = |array: &dyn Array, row| arrowsmith_contract::coerce::show_value(array, row);
    let mut rows = Vec::new();
    for Yielded { batch, origins } in batches {
        for row in 0..batch.num_rows() {
            let mut values: Vec<String> =
                batch.columns().iter().map(|column| text(column, row)).collect();
            values.insert(0, origins.value(row).to_string());
            rows.push(values.join(" "));
        }
    }
    rows
}

fn rows(function: &Function, columns: &[ArrayRef]) -> Vec<String> {
    shown(&all(start_on(function, columns), 8192).unwrap())
}

fn failing(function: &Function, columns: &[ArrayRef]) -> String {
    all(start_on(function, columns), 8192).unwrap_err().to_string()
}

/// A procedure of the columns `a: int, b: string` with this body.
fn two(body: &str) -> Arc<Function> {
    function(&format!(
        "import collections, dataclasses, time\n@db.procedure(yields={{'a': 'int', 'b': 'string'}})\ndef p():\n    {body}"
    ))
}

fn one(body: &str, ty: &str) -> Arc<Function> {
    function(&format!("@db.procedure(yields={{'a': '{ty}'}})\ndef p():\n    {body}"))
}
