//! Sources as the loader would capture them, from texts that tests can write down.

use std::sync::Arc;

use arrowsmith_contract::{Binding, Constant, FunctionSource, Span};

use crate::Refusal;
use crate::code::Program;
use crate::front;

const BUILTINS: &[&str] = &[
    "abs",
    "bool",
    "enumerate",
    "float",
    "int",
    "len",
    "max",
    "min",
    "pow",
    "print",
    "range",
    "round",
    "sum",
    "zip",
    "math",
    "Exception",
    "BaseException",
    "ArithmeticError",
    "OverflowError",
    "ZeroDivisionError",
    "AssertionError",
    "LookupError",
    "IndexError",
    "KeyError",
    "NameError",
    "UnboundLocalError",
    "RuntimeError",
    "TypeError",
    "ValueError",
    "AttributeError",
    "KeyboardInterrupt",
];

pub(super) fn is_known(name: &str) -> bool {
    let is_pure = BUILTINS[..14].contains(&name) && name != "print";
    is_pure || ["math.sin", "math.floor"].contains(&name)
}

/// The last function of the text. Those before it are helpers, `NAME = 3` is a constant.
pub(crate) fn source(text: &str) -> FunctionSource {
    let text: Arc<str> = text.into();
    let mut bindings: Vec<(Arc<str>, Binding)> = BUILTINS
        .iter()
        .map(|name| (Arc::from(*name), Binding::Builtin(Arc::from(*name))))
        .collect();
    let mut last = None;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if let Some(rest) = line.strip_prefix("def ") {
            let name: Arc<str> = rest.split('(').next().unwrap().into();
            let mut own = bindings.clone();
            own.push((Arc::clone(&name), Binding::Itself));
            let source = FunctionSource {
                text: Arc::clone(&text),
                file: "<test>".into(),
                span: Span { start, end: text.len(), first_line: 1 },
                bindings: own,
                ..FunctionSource::default()
            };
            bindings.push((name, Binding::Helper(Arc::new(source.clone()))));
            last = Some(source);
        } else if let Some((name, value)) = line.split_once(" = ")
            && !line.starts_with(' ')
        {
            bindings.push((name.into(), Binding::Constant(constant(value.trim()))));
        }
        start += line.len();
    }
    last.unwrap()
}

fn constant(text: &str) -> Constant {
    match (text, text.parse::<i64>(), text.parse::<f64>()) {
        ("None", ..) => Constant::None,
        ("True", ..) => Constant::Bool(true),
        (_, Ok(int), _) => Constant::Int(int),
        (_, _, Ok(float)) => Constant::Float(float),
        _ => Constant::Str(text.trim_matches('"').into()),
    }
}

pub(super) fn lowered(text: &str) -> Result<Program, Refusal> {
    let program = front::program(&source(text), &is_known)?;
    assert_eq!(program.mistakes(), Vec::<String>::new(), "{program}");
    Ok(program)
}
