//! What is read from signatures and sources.

mod support;

use arrowsmith_contract::{Binding, Constant, Function, NullPolicy};
use pyo3::prelude::*;
use support::*;

fn policies(function: &Function) -> String {
    let policies = function.signature.parameters().iter().map(|p| match p.nulls {
        NullPolicy::Pass => 'p',
        NullPolicy::Skip => 's',
    });
    policies.collect()
}

fn policies_of(declaration: &str, parameters: &str, body: &str) -> String {
    policies(&function(&format!(
        "@db.scalar_fn({declaration})\ndef f({parameters}) -> float:\n    {body}\n"
    )))
}

#[test]
fn null_policies_follow_types_and_sources() {
    let two = "x: float, y: float";
    assert_eq!(policies_of("", two, "return x + y"), "ss");
    assert_eq!(policies_of("", "x: float | None, y: 'float?'", "return 1.0"), "pp");
    for comparison in ["x is None", "x is not None", "None == x", "x != None", "1 < 2 == x is None"]
    {
        assert_eq!(
            policies_of("", two, &format!("return 1.0 if {comparison} else y")),
            "ps",
            "{comparison}"
        );
    }
    assert_eq!(policies_of("", two, "return (lambda x: x is None)(y)"), "ss");
    assert_eq!(policies_of("", "*xs: float", "return sum(x for x in xs if x is not None)"), "p");
    assert_eq!(policies_of("", "*xs: float", "return sum(xs)"), "s");
    assert_eq!(policies_of("nulls='pass'", two, "return 1.0"), "pp");
    assert_eq!(policies_of("nulls='skip'", two, "return 1.0 if x is None else y"), "ss");
    assert_eq!(policies_of("nulls={'y': 'pass'}", two, "return 1.0 if x is None else y"), "pp");
}

#[test]
fn other_hints_at_none_warn_with_the_line() {
    start();
    let warned = |body: &str| {
        let text = format!(
            "@db.scalar_fn\ndef f(x: float, b: bool) -> float:\n    {body}\n    return 1.0\n"
        );
        attached(|py| {
            let warnings = py.import("warnings")?;
            let catcher = warnings.call_method(
                "catch_warnings",
                (),
                Some(&{
                    let options = pyo3::types::PyDict::new(py);
                    options.set_item("record", true)?;
                    options
                }),
            )?;
            let list = catcher.call_method0("__enter__")?;
            warnings.call_method1("simplefilter", ("always",))?;
            assert_eq!(policies(&function(&text)), "ss");
            catcher.call_method1("__exit__", (py.None(), py.None(), py.None()))?;
            list.try_iter()?
                .map(|warning| {
                    let warning = warning?;
                    assert_eq!(warning.getattr("filename")?.extract::<String>()?, "plugin.py");
                    Ok((
                        warning.getattr("lineno")?.extract()?,
                        warning.getattr("message")?.to_string(),
                    ))
                })
                .collect::<PyResult<Vec<(u32, String)>>>()
        })
    };
    for body in
        ["y = x or 0", "y = not x", "y = x in (None, 1)", "match x:\n        case None: pass"]
    {
        let warnings = warned(body);
        let [(3, message)] = warnings.as_slice() else { panic!("{body}: {warnings:?}") };
        assert!(message.contains("declare nulls={\"x\": \"pass\"}"), "{message}");
    }
    for body in ["y = b or x", "y = not b", "match x:\n        case 1: pass", "y = x in (1, 2)"] {
        assert_eq!(warned(body), [], "{body}");
    }
}

#[test]
fn annotations_of_all_kinds_give_types() {
    let text = "from __future__ import annotations\nfrom typing import Optional, Annotated\n\
        @db.scalar_fn\ndef f(a: float, b: Optional[int], c: str | None, d: 'bool', e: 'float32', g: Annotated[int, 'int8']) -> Optional[str]: ...";
    assert_eq!(
        function(text).to_string(),
        "plugin.f(a: float, b: int?, c: string?, d: bool, e: float32, g: int8) -> string"
    );
    let text = "import datetime, decimal, uuid\n@db.scalar_fn(vectorized=True)\n\
        def f(a: datetime.datetime, b: datetime.date, c: datetime.time, d: datetime.timedelta, e: decimal.Decimal, g: uuid.UUID, h: bytes, i: list[float | None]) -> list[int]: ...";
    assert_eq!(
        function(text).to_string(),
        "plugin.f(a: timestamp[us], b: date, c: time[us], d: duration[us], e: decimal(38,10), g: uuid, h: binary, i: list<float?>) -> list<int>"
    );
    let text = "@db.scalar_fn(args=[float, 'int?'], returns=str)\ndef f(a, b): ...";
    assert_eq!(function(text).to_string(), "plugin.f(a: float, b: int?) -> string");
}

#[test]
fn defaults_and_varargs_are_honoured() {
    let price =
        function("@db.scalar_fn\ndef f(net: float, rate: float = 0.5) -> float: return net * rate");
    assert_eq!(price.signature.to_string(), "(net: float, rate: float = ...) -> float");
    assert_eq!(&call(&price, &[floats([Some(3.0)])]).unwrap(), &floats([Some(1.5)]));
    assert_eq!(failure(&price, &[]), "plugin.f: takes 1 to 2 arguments, but got 0");
    for text in [
        "@db.scalar_fn(args=['float', ...], returns='float')\ndef f(*xs): return float(sum(xs))",
        "@db.scalar_fn\ndef f(*xs: float) -> float: return float(sum(xs))",
    ] {
        let total = function(text);
        assert_eq!(total.signature.to_string(), "(*xs: float) -> float");
        let column = floats([Some(1.0), None]);
        assert_eq!(&call(&total, &vec![column; 3]).unwrap(), &floats([Some(3.0), None]));
        assert_eq!(&call(&total, &[]).unwrap(), &floats([Some(0.0)]));
    }
    let text = "@db.scalar_fn(args=['string', 'float', ...], returns='string')\ndef f(a, b, *rest): return a";
    assert_eq!(
        function(text).signature.to_string(),
        "(a: string, b: float, *rest: float) -> string"
    );
    let text = "import functools\ndb.scalar_fn('f', args=['float'], returns='float')(functools.partial(pow, 2.0))";
    assert_eq!(&call(&function(text), &[floats([Some(3.0)])]).unwrap(), &floats([Some(8.0)]));
    let text = "import math\ndb.scalar_fn('f', args=['float'] * 2, returns='float')(math.hypot)";
    let columns = [floats([Some(3.0)]), floats([Some(4.0)])];
    assert_eq!(&call(&function(text), &columns).unwrap(), &floats([Some(5.0)]));
}

#[test]
fn the_source_is_what_was_loaded() {
    let text = "import math\nfrom math import sin as sine\nLIMIT = 3\nname = 'é'\n\ndef half(x):\n    return x / 2\n\n@db.scalar_fn(\n    returns='float')\ndef f(x: float):\n    y = half(x) + sine(x) + abs(x) + math.cos(LIMIT)\n    return [missing for z in name] and f(y) + db\n";
    let function = function(text);
    let source = function.source.as_ref().unwrap();
    assert_eq!(source.text.as_ref(), text);
    assert_eq!((source.file.as_ref(), source.span.first_line), ("plugin.py", 9));
    assert!(source.function_text().starts_with("@db.scalar_fn(\n    returns"));
    assert!(source.function_text().ends_with("f(y) + db"));
    let found: Vec<(&str, &Binding)> =
        source.bindings.iter().map(|(n, b)| (n.as_ref(), b)).collect();
    let builtin = |name: &str| Binding::Builtin(name.into());
    let (_, Binding::Helper(half)) = found[0] else { panic!("{found:?}") };
    assert_eq!(half.function_text(), "def half(x):\n    return x / 2");
    let names: Vec<&str> = found.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["half", "sine", "abs", "math", "LIMIT", "name", "f", "db", "missing"]);
    assert_eq!(found[1].1, &builtin("math.sin"));
    assert_eq!(found[2].1, &builtin("abs"));
    assert_eq!(found[3].1, &builtin("math"));
    assert_eq!(found[4].1, &Binding::Constant(Constant::Int(3)));
    assert_eq!(found[5].1, &Binding::Constant(Constant::Str("é".into())));
    assert_eq!(found[6].1, &Binding::Itself);
    assert!(found[7..].iter().all(|(_, binding)| **binding == Binding::Opaque));
}

#[test]
fn wrapped_functions_have_no_source() {
    let text = "import functools\ndef twice(f):\n    @functools.wraps(f)\n    def inner(x): return 2 * f(x)\n    return inner\n\
        @db.scalar_fn\n@twice\ndef g(x: float) -> float: return x\n";
    let function = function(text);
    // The wrapper is what runs, so it is what the source shows.
    assert!(!function.source.as_ref().is_some_and(|s| s.function_text().contains("def g")));
    assert_eq!(&call(&function, &[floats([Some(1.0)])]).unwrap(), &floats([Some(2.0)]));
}
