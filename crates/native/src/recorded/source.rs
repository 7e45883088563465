//! What a loader would say of a recorded text: where functions are, and what names stand for.

use std::sync::Arc;

use arrowsmith_contract::{Binding, Constant, FunctionSource, Span};
use serde_json::Value;

use super::{Program, float};

const NAMES: &[(&str, &str)] = &[
    ("math", "math"),
    ("m", "math"),
    ("floor", "math.floor"),
    ("sqrt", "math.sqrt"),
    ("sine", "math.sin"),
];
const BUILTINS: &[&str] = &[
    "abs",
    "bool",
    "divmod",
    "enumerate",
    "float",
    "int",
    "len",
    "max",
    "min",
    "pow",
    "range",
    "round",
    "sum",
    "zip",
    "ArithmeticError",
    "AssertionError",
    "Exception",
    "KeyError",
    "NameError",
    "OverflowError",
    "RecursionError",
    "RuntimeError",
    "TypeError",
    "UnboundLocalError",
    "ValueError",
    "ZeroDivisionError",
];

/// The source of the program's function.
pub(super) fn of(program: &Program) -> Arc<FunctionSource> {
    function(program, &program.name).unwrap()
}

/// The function of that name, with those before it as its helpers.
fn function(program: &Program, name: &str) -> Option<Arc<FunctionSource>> {
    let start = program.text.find(&format!("def {name}("))?;
    let body = &program.text[start..];
    let length = body
        .match_indices('\n')
        .map(|(at, _)| at)
        .find(|&at| body[at + 1..].chars().next().is_none_or(|next| !next.is_whitespace()))?;
    let names = NAMES.iter().map(|&(name, known)| (name.into(), Binding::Builtin(known.into())));
    let builtins = BUILTINS.iter().map(|&name| (name.into(), Binding::Builtin(name.into())));
    let constants = program.constants.iter().map(constant);
    let helpers = program.text[..start].split("\ndef ").skip(1).filter_map(|text| {
        let helper = text.split('(').next()?;
        Some((helper.into(), Binding::Helper(function(program, helper)?)))
    });
    Some(Arc::new(FunctionSource {
        text: program.text.as_str().into(),
        span: Span {
            start,
            end: start + length,
            first_line: program.text[..start].matches('\n').count() as u32 + 1,
        },
        bindings: names
            .chain(builtins)
            .chain(constants)
            .chain(helpers)
            .chain([(name.into(), Binding::Itself)])
            .collect(),
        defaults: program.defaults[name].iter().map(constant).collect(),
        ..FunctionSource::default()
    }))
}

fn constant((name, value): (&String, &Value)) -> (Arc<str>, Binding) {
    let constant = match value {
        Value::Null => Constant::None,
        Value::Bool(value) => Constant::Bool(*value),
        Value::Number(value) => Constant::Int(value.as_i64().unwrap()),
        other => Constant::Float(float(other).unwrap()),
    };
    (name.as_str().into(), Binding::Constant(constant))
}
