//! What is refused, with the words for it and the text that they point at.

use std::sync::Arc;

use arrowsmith_contract::{Binding, Constant, FunctionSource};

use super::sources::{is_known, lowered, source};
use crate::front;

/// Body, reason, and the text at the place.
const BODIES: &[(&str, &str, &str)] = &[
    ("return 'x'", "a string", "'x'"),
    ("return b'x'", "a bytes object", "b'x'"),
    ("return f'{a}'", "an f-string", "f'{a}'"),
    ("return ...", "`...`", "..."),
    ("return 1j", "a complex number", "1j"),
    ("return 9223372036854775808", "an int of more than 64 bits", "9223372036854775808"),
    ("return -0x8000000000000001", "an int of more than 64 bits", "0x8000000000000001"),
    ("return [x for x in a]", "a list comprehension", "[x for x in a]"),
    ("return sum(x for x in a)", "a generator expression", "x for x in a"),
    ("return {x for x in a}", "a set comprehension", "{x for x in a}"),
    ("return {x: 1 for x in a}", "a dict comprehension", "{x: 1 for x in a}"),
    ("return {1: a}", "a dict", "{1: a}"),
    ("return {a}", "a set", "{a}"),
    ("return lambda: a", "a lambda", "lambda: a"),
    ("yield a", "`yield`", "yield a"),
    ("return\n    yield", "`yield`", "yield"),
    ("return a[1:]", "a slice", "1:"),
    ("return (*a, 1)", "`*` before a value", "*a"),
    ("return abs(*a)", "`*` before a value", "*a"),
    ("return round(**a)", "`**` in a call", "**a"),
    ("return a @ a", "a matrix product", "a @ a"),
    ("return a in (1, 2)", "`in`", "a in (1, 2)"),
    ("return a not in (1, 2)", "`not in`", "a not in (1, 2)"),
    ("global g", "`global`", "global g"),
    ("import math", "an `import` in the function", "import math"),
    ("from math import sin", "an `import` in the function", "from math import sin"),
    ("with a: pass", "a `with` statement", "with a: pass"),
    ("match a:\n        case 1: pass", "a `match` statement", "match a:\n        case 1: pass"),
    ("class C: pass", "a class in the function", "class C: pass"),
    ("def g(): pass", "a function in the function", "def g(): pass"),
    ("a[0] = 1", "an assignment to an item", "a[0]"),
    ("a[0] += 1", "an assignment to an item", "a[0]"),
    ("x, *y = a", "an assignment to `*name`", "*y"),
    ("del a[0]", "`del` of what is no name", "a[0]"),
    ("del a.b", "`del` of what is no name", "a.b"),
    (
        "try: pass\n    except* ValueError: pass",
        "`except*`",
        "try: pass\n    except* ValueError: pass",
    ),
    ("return nothing", "the global `nothing`, which is no number, bool or None", "nothing"),
    ("return NAME", "the global `NAME`, which is a string", "NAME"),
    ("return abs", "abs as a value", "abs"),
    ("return math", "math as a value", "math"),
    ("return math.sin", "math.sin as a value", "math.sin"),
    ("return f", "the function `f` as a value", "f"),
    ("return print(a)", "a call of print, which is not known to be pure", "print(a)"),
    (
        "return math.gamma(a)",
        "a call of math.gamma, which is not known to be pure",
        "math.gamma(a)",
    ),
    ("return open(a)", "a call of open, which is not known to be pure", "open(a)"),
    ("return NAME(a)", "a call of NAME, which is not known to be pure", "NAME(a)"),
    ("return a(1)", "a call of the variable `a`", "a(1)"),
    ("return a.real()", "a call of the method `real`", "a.real()"),
    ("return (a or 1)(2)", "a call of what is no name", "(a or 1)(2)"),
    ("return max(a, key=1)", "the argument `key` of max by its name", "1"),
    ("return round(ndigits=1)", "the argument `ndigits` of round by its name", "1"),
    ("x = a\n    return x.y", "an attribute of `x`", "x"),
    ("return (a + 1).y", "an attribute of what is no parameter", "a + 1"),
    ("x = [a].append(1)", "a call of the method `append`", "[a].append(1)"),
    ("NAME.append(1)", "a call of the method `append`", "NAME.append(1)"),
    (
        "x = []\n    try: x.append(a + 1)\n    finally: a = 1",
        "`append` of a computed value in a `try`",
        "x.append(a + 1)",
    ),
    (
        "raise ValueError('a' + (a := 1))",
        "an exception's argument with `:=`, `yield` or `await`",
        "'a' + (a := 1)",
    ),
    (
        "assert a, 'a' + (yield)",
        "an exception's argument with `:=`, `yield` or `await`",
        "'a' + (yield)",
    ),
];

#[test]
fn bodies_are_refused_with_their_place() {
    for (body, reason, at) in BODIES {
        let text = format!("NAME = \"n\"\n# \u{e9}\ndef f(a):\n    {body}\n");
        let refusal = lowered(&text).expect_err(body);
        let place = refusal.place;
        let pointed = &text[place.start as usize..place.end as usize];
        assert_eq!((&*refusal.reason, pointed), (*reason, *at), "{body}");
    }
}

#[test]
fn parameters_are_refused_with_their_place() {
    for (parameters, reason) in [
        ("a, *rest", "`*rest`"),
        ("**more", "`**more`"),
        ("a='x'", "a default that is no number, bool or None"),
        ("a=1 + 1", "a default that is no number, bool or None"),
        ("a=(1, 2)", "a default that is no number, bool or None"),
        ("*, a", "the keyword-only parameter `a` without default"),
    ] {
        let refusal = lowered(&format!("def f({parameters}): pass\n")).unwrap_err();
        assert_eq!(refusal.reason, reason, "{parameters}");
    }
    assert!(lowered("def f(a=-1.5, b=None, /, c=True, *, d=-9223372036854775808): pass\n").is_ok());
}

#[test]
fn defaults_are_what_the_function_holds() {
    let mut source = source("def f(a=SIZE): return a\n");
    let held = |binding| vec![(Arc::from("a"), binding)];
    source.defaults = held(Binding::Constant(Constant::Float(2.5)));
    let program = front::program(&source, &is_known).unwrap();
    assert_eq!(program.to_string().lines().next(), Some("function 0 f(a=2.5)"));
    for binding in [Binding::Opaque, Binding::Constant(Constant::Str("x".into()))] {
        source.defaults = held(binding);
        let reason = front::program(&source, &is_known).unwrap_err().reason;
        assert_eq!(reason, "a default that is no number, bool or None");
    }
}

#[test]
fn what_is_no_plain_function_is_refused() {
    let reason = |text: &str, start: &str| {
        let mut source = source(text);
        source.span.start = text.find(start).unwrap();
        front::program(&source, &is_known).map_err(|refusal| refusal.reason)
    };
    let none = Err("a function without a `def` of its own".to_owned());
    assert_eq!(reason("g = lambda: 1\ndef f(): pass\n", "lambda"), none);
    assert_eq!(reason("class C:\n    x = 1\ndef f(): pass\n", "class"), none);
    assert_eq!(
        reason("def f(:\n", "def"),
        Err("a text that can't be parsed: ".to_owned()
            + "Expected a parameter or the end of the parameter list")
    );
    let text = "class C:\n    @staticmethod\n    def f(a): return g(__x=1)\ndef f(): pass\n";
    let private = Err("the private name `__x` of an argument".to_owned());
    assert_eq!(reason(text, "@static"), private);
    assert_eq!(reason(text, "def f(a"), private);
    let text = "def f(): pass\nif 1:\n    async def g(): pass\n";
    assert_eq!(reason(text, "async"), Err("an `async` function".to_owned()));
}

#[test]
fn deep_and_long_functions_are_refused() {
    let deep = format!(
        "def f(a):\n    return {}1\n",
        "a + (".repeat(150) + "1" + &")".repeat(150) + " - "
    );
    assert!(lowered(&deep).is_ok());
    let deep = format!("def f(a):\n    return {}\n", vec!["a"; 1000].join(" + "));
    let reason = lowered(&deep).unwrap_err().reason;
    assert_eq!(reason, "code that is nested more than 200 levels deep");
    let mut long = "def f(a):\n    while a:\n".to_owned();
    for depth in 2..15 {
        let indent = "  ".repeat(depth + 1);
        let lines = ["try:", "  a += 1", "  if a: continue", "finally:"];
        long.extend(lines.map(|line| format!("{indent}{line}\n")));
    }
    long.push_str(&"  ".repeat(16));
    long.push_str("a -= 1\n");
    assert_eq!(lowered(&long).unwrap_err().reason, "a function of more than 20000 steps");
}

#[test]
fn helpers_in_other_texts_are_pointed_at_by_their_call() {
    let text = "def g(a): return 'x'\ndef f(a): return 1 + g(a)\n";
    let own = lowered(text).unwrap_err();
    assert_eq!(&text[own.place.start as usize..own.place.end as usize], "'x'");
    let mut source = source(text);
    for (_, binding) in &mut source.bindings {
        if let Binding::Helper(helper) = binding {
            let elsewhere = FunctionSource { digest: [1; 32], ..FunctionSource::clone(helper) };
            *binding = Binding::Helper(Arc::new(elsewhere));
        }
    }
    let place = front::program(&source, &is_known).unwrap_err().place;
    assert_eq!(&text[place.start as usize..place.end as usize], "g(a)");
}
