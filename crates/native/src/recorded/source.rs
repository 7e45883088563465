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

/// The source of the program's function. Those before it are its helpers, and theirs are those before
/// them.
pub(super) fn of(program: &Program) -> Arc<FunctionSource> {
    let mut known: Vec<(Arc<str>, Binding)> =
        NAMES.iter().map(|&(name, known)| (name.into(), Binding::Builtin(known.into()))).collect();
    known.extend(BUILTINS.iter().map(|&name| (name.into(), Binding::Builtin(name.into()))));
    known.extend(program.constants.iter().map(constant));
    let starts = program.text.match_indices("def ").map(|(start, _)| start);
    for start in starts.filter(|start| *start == 0 || program.text[..*start].ends_with('\n')) {
        let Some((name, source)) = function(program, start, &known) else { continue };
        if *name == *program.name {
            return source;
        }
        known.push((name, Binding::Helper(source)));
    }
    panic!("no {} in\n{}", program.name, program.text)
}

/// The function that begins there, and its name.
fn function(
    program: &Program,
    start: usize,
    known: &[(Arc<str>, Binding)],
) -> Option<(Arc<str>, Arc<FunctionSource>)> {
    let body = &program.text[start..];
    let length = body
        .match_indices('\n')
        .map(|(at, _)| at)
        .find(|&at| body[at + 1..].chars().next().is_none_or(|next| !next.is_whitespace()))?;
    let name: Arc<str> = body[4..].split('(').next()?.into();
    let source = FunctionSource {
        text: program.text.as_str().into(),
        span: Span {
            start,
            end: start + length,
            first_line: program.text[..start].matches('\n').count() as u32 + 1,
        },
        bindings: known.iter().cloned().chain([(Arc::clone(&name), Binding::Itself)]).collect(),
        defaults: program.defaults[&*name].iter().map(constant).collect(),
        ..FunctionSource::default()
    };
    Some((name, Arc::new(source)))
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
