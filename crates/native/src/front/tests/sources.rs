//! Sources as the loader would capture them, from texts that tests can write down.

use std::sync::Arc;

use arrowsmith_contract::{Binding, Constant, FunctionSource, Member, Span, StateForm, StateParts};

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
    let is_outer = |source: &FunctionSource| !text[..source.span.start].ends_with(' ');
    let all = sources(text).into_iter().map(|(_, source)| source);
    all.filter(is_outer).last().unwrap()
}

/// The parts of an aggregate or a window: the functions of the text, or the methods of its class, in
/// which `NAME = 3` is a member, as are other methods. `__slots__ = "a", "b"` are its slots.
pub(crate) fn parts(text: &str) -> StateParts {
    let is_in_class = text.contains("class ");
    let names = ["init", "accumulate", "merge", "finalize", "retract", "step"];
    let is_object = is_in_class && !text.contains("def init");
    let methods = ["__init__", "add", "merge", "result", "retract", "step"];
    let (mut parts, mut members) = (Vec::new(), Vec::new());
    for (name, source) in sources(text) {
        let known = if is_object { methods } else { names };
        let is_method = text[..source.span.start].ends_with(' ');
        if let Some(index) = known.iter().position(|known| **known == *name)
            && is_method == is_in_class
        {
            parts.push((Arc::from(names[index]), Arc::new(source)));
        } else if is_method {
            let is_static = text[..source.span.start].trim_end().ends_with("@staticmethod");
            let kind = if is_static { Member::Static } else { Member::Method };
            members.push((name, kind(Arc::new(source))));
        }
    }
    let member = |line: &str| {
        let (name, value) = line.strip_prefix("    ")?.split_once(" = ")?;
        let member = match value {
            "..." => Member::Opaque,
            value => Member::Constant(constant(value)),
        };
        let is_plain = !name.contains([' ', '.']) && name != "__slots__";
        is_plain.then(|| (Arc::from(name), member))
    };
    members.extend(text.lines().filter_map(member));
    let slots = text.lines().find_map(|line| line.strip_prefix("    __slots__ = "));
    let slots = slots
        .map(|slots| slots.split(", ").map(|slot| Arc::from(slot.trim_matches('"'))).collect());
    let form = match (is_object, is_in_class) {
        (true, _) => StateForm::Object { members, slots },
        (false, true) => StateForm::Methods { members },
        (false, false) => StateForm::Functions,
    };
    StateParts { sources: parts, form }
}

/// The functions of the text, and the methods of its classes.
fn sources(text: &str) -> Vec<(Arc<str>, FunctionSource)> {
    let text: Arc<str> = text.into();
    let mut bindings: Vec<(Arc<str>, Binding)> = BUILTINS
        .iter()
        .map(|name| (Arc::from(*name), Binding::Builtin(Arc::from(*name))))
        .collect();
    let is_class = text.contains("class ");
    let mut found = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let indent = if is_class && line.starts_with("    def ") { 4 } else { 0 };
        if let Some(rest) = line[indent..].strip_prefix("def ") {
            let name: Arc<str> = rest.split('(').next().unwrap().into();
            let mut own = bindings.clone();
            own.push((Arc::clone(&name), Binding::Itself));
            let source = FunctionSource {
                text: Arc::clone(&text),
                file: "<test>".into(),
                span: Span { start: start + indent, end: text.len(), first_line: 1 },
                bindings: own,
                ..FunctionSource::default()
            };
            if indent == 0 {
                let helper = Binding::Helper(Arc::new(source.clone()));
                bindings.push((Arc::clone(&name), helper));
            }
            found.push((name, source));
        } else if let Some((name, value)) = line.split_once(" = ")
            && !line.starts_with(' ')
        {
            bindings.push((name.into(), Binding::Constant(constant(value.trim()))));
        }
        start += line.len();
    }
    found
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
