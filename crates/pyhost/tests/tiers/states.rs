//! What a compiler gets of aggregates and windows.

use std::sync::Arc;

use arrowsmith_contract::{
    Binding, Constant, Determinism, LiveCode, Manifest, Member, StateForm, StateParts, TierChoice,
    TierReason,
};
use arrowsmith_pyhost::{Loading, load_source};

use crate::support::start;
use crate::{Picky, only, reason, running_in};

pub(crate) const PLAIN: &str = "
def twice(x): return 2 * x
@db.aggregate_fn
class total:
    '''fast'''
    scale, label, other = 2, 'x', []
    def __init__(self): self.sum = 0.0
    def add(self, x: float): 'fast'; self.sum += twice(x) * self.scale
    def merge(self, other): self.sum += other.sum
    def result(self) -> float: return self.sum
    def retract(self, x): self.sum -= twice(x)
    def helper(self): return 1
    def __repr__(self): return ''
";

const FOUR: &str = "
def init(): return 0.0
def accumulate(state, x): 'fast'; return state + x
def merge(state, other): return state + other
def finalize(state): return state
PARTS = dict(init=init, accumulate=accumulate, merge=merge, finalize=finalize)
";

const STATIC: &str = "
@db.window_fn(args=['int'], returns='int')
class running:
    @staticmethod
    def init(): return 0
    @staticmethod
    def step(state, v): return state + v, state  # fast
";

/// Loads, and gives what the compiler was given of the last function.
#[expect(clippy::unwrap_used, reason = "only tests call it, and clippy sees no test in it")]
pub(crate) fn given(text: &str) -> (Manifest, StateParts, Arc<dyn LiveCode>) {
    start();
    let compiler = Picky::default();
    let loading = Loading { compiler: Some(&compiler), tier: TierChoice::Auto };
    let manifest = load_source(text, "plugin.py", &loading).unwrap();
    let parts = compiler.parts.lock().pop().unwrap();
    let live = compiler.lives.lock().pop().unwrap();
    (manifest, parts, live)
}

fn names(parts: &StateParts) -> Vec<&str> {
    parts.sources.iter().map(|(name, _)| &**name).collect()
}

fn members(parts: &StateParts) -> &[(Arc<str>, Member)] {
    match &parts.form {
        StateForm::Object { members, .. } | StateForm::Methods { members } => members,
        StateForm::Functions => &[],
    }
}

pub(crate) fn member<'a>(parts: &'a StateParts, name: &str) -> Option<&'a Member> {
    members(parts).iter().find(|(known, _)| &**known == name).map(|(_, member)| member)
}

/// Sorted.
pub(crate) fn slots(parts: &StateParts) -> Option<Vec<&str>> {
    let StateForm::Object { slots, .. } = &parts.form else { return None };
    let mut slots: Vec<&str> = slots.as_ref()?.iter().map(|slot| &**slot).collect();
    slots.sort_unstable();
    Some(slots)
}

#[test]
fn a_plain_class_gives_its_methods_and_what_it_has_beside_them() {
    let (manifest, parts, _) = given(PLAIN);
    let function = &manifest.functions()[0];
    assert_eq!(function.tier_reason, Some(TierReason::Compiled));
    assert_eq!(function.determinism, Determinism::Pure);
    let mut found = names(&parts);
    found.sort_unstable();
    assert_eq!(found, ["accumulate", "finalize", "init", "merge", "retract"]);
    for (name, source) in &parts.sources {
        let method = match &**name {
            "init" => "__init__",
            "accumulate" => "add",
            "finalize" => "result",
            other => other,
        };
        assert!(source.function_text().starts_with(&format!("def {method}(self")), "{source:?}");
        assert!(function.parts.iter().any(|part| part == source));
    }
    let accumulate = &parts.sources.iter().find(|(name, _)| &**name == "accumulate").unwrap().1;
    assert!(matches!(&accumulate.bindings[0].1, Binding::Helper(_)), "{accumulate:?}");
    assert_eq!(member(&parts, "scale"), Some(&Member::Constant(Constant::Int(2))));
    assert_eq!(member(&parts, "label"), Some(&Member::Constant(Constant::Str("x".into()))));
    // Not least what objects of every class have.
    for name in ["other", "helper", "__repr__", "__dict__", "__class__", "__eq__"] {
        assert_eq!(member(&parts, name), Some(&Member::Opaque), "{name}");
    }
    for name in ["add", "merge", "result", "retract", "__init__"] {
        assert_eq!(member(&parts, name), None, "{name}");
    }
    assert_eq!(slots(&parts), None);
}

#[test]
fn the_other_forms_are_functions_or_methods() {
    let dict = format!("{FOUR}db.aggregate_fn('total', ['float'], 'float')(PARTS)");
    let (manifest, parts, _) = given(&dict);
    assert_eq!(names(&parts), ["init", "accumulate", "merge", "finalize"]);
    assert!(matches!(parts.form, StateForm::Functions));
    assert_eq!(manifest.functions()[0].tier_reason, Some(TierReason::Compiled));
    let (_, parts, _) = given(STATIC);
    assert_eq!(names(&parts), ["init", "step"]);
    assert!(matches!(parts.form, StateForm::Functions));
    assert!(parts.sources[1].1.function_text().contains("def step(state, v)"));
    let methods = STATIC.replace("    @staticmethod\n", "").replace('(', "(self, ");
    let methods = methods.replace("window_fn(self, ", "window_fn(");
    let (_, parts, _) = given(&methods);
    assert!(matches!(parts.form, StateForm::Methods { .. }), "{parts:?}");
    let module = format!(
        "{FOUR}import types\ndb.aggregate_fn('total', ['float'], 'float')(types.SimpleNamespace(**PARTS))"
    );
    assert!(matches!(given(&module).1.form, StateForm::Functions));
    let without_init = PLAIN.replace("    def __init__(self): self.sum = 0.0\n", "    sum = 0\n");
    assert!(!names(&given(&without_init).1).contains(&"init"));
}

#[test]
fn what_is_more_than_its_text_stays_with_the_interpreter() {
    let last = |by: &str| format!("{FOUR}db.aggregate_fn('total', ['float'], 'float')({by})");
    let plain = |old: &str, new: &str| {
        assert!(PLAIN.contains(old), "{old}");
        PLAIN.replacen(old, new, 1)
    };
    let add = "    def helper(self): return 1\n";
    for (text, expected) in [
        (
            plain("'''fast'''", "__slots__ = ('sum', '__dict__')"),
            "its class has __slots__ with __dict__ among them",
        ),
        (plain("'''fast'''", "__slots__ = 'sum', '__len__'"), "its class has __len__"),
        (plain("total:", "total(dict):"), "its class has a base class"),
        (plain("total:", "total(metaclass=type('M', (type,), {})):"), "its class has a metaclass"),
        (
            plain(add, "    @property\n    def size(self): return 1\n"),
            "its class has size, which is a property or another descriptor",
        ),
        (plain(add, "    def __getattr__(self, name): return 1\n"), "its class has __getattr__"),
        (plain(add, "    def __setattr__(self, name, value): pass\n"), "its class has __setattr__"),
        (plain(add, "    def __del__(self): pass\n"), "its class has __del__"),
        (plain(add, "    def __new__(cls): return object.__new__(cls)\n"), "its class has __new__"),
        (plain(add, "    def __getstate__(self): return {}\n"), "its class has __getstate__"),
        (
            plain("    def merge", "    @__import__('functools').cache\n    def merge"),
            "merge: not a plain function",
        ),
        (plain("return self.sum\n", "return super().sum\n"), "result: it has a closure"),
        (last("{**PARTS, 'init': float}"), "init: not a plain function"),
        (last("{**PARTS, 'init': lambda: 0.0}"), "init: a lambda, not a def"),
        (last("{**PARTS, 'merge': eval('lambda a, b: a')}"), "merge: a lambda, not a def"),
        (
            STATIC.replacen("    @staticmethod\n    def init()", "    def init(self)", 1),
            "some of its parts are static methods, and some are not",
        ),
        (
            STATIC.replace("class running:", "class running:\n    def __init__(self): pass"),
            "its class has __init__",
        ),
    ] {
        assert_eq!(reason(&text), expected, "{text}");
    }
    let bound = "class Parts:\n def init(self): return 0\n def step(self, state, v): return v, v\ndb.window_fn('f', ['int'], 'int')(Parts())";
    assert_eq!(reason(bound), "init: not a plain function");
    let generator =
        "@db.window_fn(args=['int'], returns='int')\ndef fast(rows):\n for v in rows: yield v";
    assert_eq!(reason(generator), "a generator");
    let whole =
        "@db.window_fn(args=['int'], returns='int', vectorized=True)\ndef fast(v): return v";
    assert_eq!(reason(whole), "vectorized");
    let arrays = last("PARTS").replace("'float')(", "'float', vectorized=True)(");
    assert_eq!(reason(&arrays), "vectorized");
    assert_eq!(reason(&last("PARTS").replace("fast", "slow")), "line 7, column 3: too slow");
    assert_eq!(only(PLAIN).tier_reason, Some(TierReason::Compiled));
}

#[test]
fn changes_of_parts_and_classes_are_found() {
    let text = format!("{PLAIN}\nkept = total\nmethods = dict(vars(total))\n");
    let (manifest, _, live) = given(&text);
    let run = running_in("plugin");
    assert_eq!(live.changed(), None);
    for (change, undo, expected) in [
        ("kept.scale = 3", "kept.scale = 2", Some("scale of the class total changed")),
        (
            "kept.add = lambda self, x: None",
            "kept.add = methods['add']",
            Some("add of the class total changed"),
        ),
        ("kept.new = 1", "del kept.new", Some("the class total has got something new")),
        ("del kept.scale", "kept.scale = 2", Some("scale of the class total changed")),
        ("kept.__del__ = print", "del kept.__del__", Some("the class total has got something new")),
        ("__import__('pickle').dumps(kept())", "pass", None),
        ("kept.__annotations__", "pass", None),
        ("total = None", "total = kept", None),
        (
            "code = kept.merge.__code__; kept.merge.__code__ = (lambda self, o: o).__code__",
            "kept.merge.__code__ = code",
            Some("the code of merge changed"),
        ),
        ("old = twice; twice = len", "twice = old", Some("the global twice changed")),
    ] {
        run(change);
        assert_eq!(live.changed().as_deref(), expected, "after {change}");
        run(undo);
        assert_eq!(live.changed(), None, "after {undo}");
    }
    drop(manifest);
}
