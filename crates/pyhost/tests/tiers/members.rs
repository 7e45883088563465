//! What a compiler gets of a class beside the parts of an aggregate or a window: methods and slots.

use arrowsmith_contract::{Binding, Constant, FunctionSource, Member};

use crate::running_in;
use crate::states::{PLAIN, given, member, slots};

const METHODS: &str = "
import functools
MOST, RATE = 9, 2.0
def most(x): return x if x < MOST else MOST
def outer(self, x): return x
@db.aggregate_fn
class total:
    def __init__(self): self.sum = 0.0
    def add(self, x: float): 'fast'; self.sum += self.other(self.__weight(x)) + self.again(x)
    def merge(self, other): self.sum += self.short(other) + self.wrapped(self.bound(1))
    def result(self) -> float: return self.builtin(self.sum)
    def __weight(self, x): return self.capped(x) * RATE
    @staticmethod
    def capped(x): return most(x)
    def again(self, x): return self.again(x)
    def unnamed(self): return LATER
    other, short, builtin = outer, lambda self, x: x, abs
    @functools.cache
    def wrapped(self, x): return x
    @classmethod
    def bound(cls, x): return x
";

#[test]
fn methods_come_along_that_others_name() {
    let (manifest, parts, _) = given(METHODS);
    let text = |source: &FunctionSource| source.function_text().lines().next().unwrap().to_owned();
    let method = |name| match member(&parts, name) {
        Some(Member::Method(source)) => text(source),
        other => panic!("{name}: {other:?}"),
    };
    assert_eq!(method("_total__weight"), "def __weight(self, x): return self.capped(x) * RATE");
    assert_eq!(method("other"), "def outer(self, x): return x");
    assert_eq!(method("again"), "def again(self, x): return self.again(x)");
    let Some(Member::Static(capped)) = member(&parts, "capped") else { panic!("{parts:?}") };
    assert_eq!(text(capped), "@staticmethod");
    let [(name, Binding::Helper(most))] = &capped.bindings[..] else { panic!("{capped:?}") };
    let nine = Binding::Constant(Constant::Int(9));
    assert_eq!((&**name, &most.bindings[..]), ("most", &[("MOST".into(), nine)][..]));
    for name in ["unnamed", "short", "wrapped", "bound", "builtin"] {
        assert_eq!(member(&parts, name), Some(&Member::Opaque), "{name}");
    }
    // What the explanation marks.
    let parts = &manifest.functions()[0].parts;
    assert!(parts.iter().any(|part| part == capped), "{parts:?}");
}

#[test]
fn objects_that_are_no_states_have_members_too() {
    let (_, parts, _) = given(
        "
@db.window_fn(args=['int'], returns='int')
class running:
    rate = 2
    def init(self): return self.first()
    def first(self): return 0
    def step(self, state, v): return state + v, state  # fast
",
    );
    assert!(matches!(member(&parts, "first"), Some(Member::Method(_))), "{parts:?}");
    assert_eq!(member(&parts, "rate"), Some(&Member::Constant(Constant::Int(2))));
    assert_eq!(member(&parts, "step"), None);
}

#[test]
fn slots_are_those_that_the_class_made() {
    for (written, expected) in [
        ("('sum',)", &["sum"][..]),
        ("'sum'", &["sum"]),
        ("['sum', '__b', '_total__c']", &["_total__b", "_total__c", "sum"]),
        ("iter({'sum': 1})", &["sum"]),
        ("()", &[]),
        ("('sum', '__weakref__')", &["sum"]),
    ] {
        let (_, parts, _) = given(&slotted(written));
        assert_eq!(slots(&parts).as_deref(), Some(expected), "{written}");
        assert!(expected.iter().all(|slot| member(&parts, slot).is_none()), "{parts:?}");
        assert!(member(&parts, "scale").is_some());
    }
}

fn slotted(slots: &str) -> String {
    PLAIN.replace("'''fast'''", &format!("__slots__ = {slots}"))
}

#[test]
fn changes_of_what_methods_use_are_found() {
    let (manifest, _, live) =
        given(&format!("{METHODS}\nkept = total\nmethods = dict(vars(total))\n"));
    let run = running_in("plugin");
    assert_eq!(live.changed(), None);
    for (change, undo, expected) in [
        ("RATE = 3.0", "RATE = 2.0", Some("the global RATE changed")),
        ("MOST = 8", "MOST = 9", Some("the global MOST changed")),
        ("LATER = 1", "pass", None),
        ("kept.unnamed.__defaults__ = (1,)", "pass", None),
        (
            "kept.other = lambda self, x: x",
            "kept.other = outer",
            Some("other of the class total changed"),
        ),
        (
            "kept.capped = lambda self, x: x",
            "kept.capped = methods['capped']",
            Some("capped of the class total changed"),
        ),
        (
            "code = outer.__code__; outer.__code__ = (lambda self, x: 1).__code__",
            "outer.__code__ = code",
            Some("the code of outer changed"),
        ),
        (
            "kept.capped.__defaults__ = (1.0,)",
            "kept.capped.__defaults__ = None",
            Some("the defaults of capped changed"),
        ),
    ] {
        run(change);
        assert_eq!(live.changed().as_deref(), expected, "after {change}");
        run(undo);
        assert_eq!(live.changed(), None, "after {undo}");
    }
    drop(manifest);
}

#[test]
fn changes_of_slots_are_found() {
    let text = slotted("'sum', 'more'");
    let (manifest, _, live) = given(&format!("{text}\nkept = total\nslots = dict(vars(total))\n"));
    let run = running_in("plugin");
    assert_eq!(live.changed(), None);
    for (change, undo) in [
        ("kept.sum = 3", "kept.sum = slots['sum']"),
        ("kept.sum = kept.more", "kept.sum = slots['sum']"),
        ("del kept.more", "kept.more = slots['more']"),
        ("kept.third = 3", "del kept.third"),
    ] {
        run(change);
        assert!(live.changed().is_some(), "after {change}");
        run(undo);
        assert_eq!(live.changed(), None, "after {undo}");
    }
    drop(manifest);
}
