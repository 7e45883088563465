//! What keeps an aggregate or a window with the interpreter, and where that stands.

use super::parts::{compiled, refused};
use super::state_texts::of_float;

/// Four functions, with another body of `init` and of `accumulate`.
fn functions(init: &str, accumulate: &str) -> String {
    format!(
        "def init(): return {init}
def accumulate(state, v):
    {accumulate}
def merge(a, b): return a
def finalize(a): return 1.0
"
    )
}

/// A class, with another body of each method.
fn class(members: &str, [init, add, merge, result]: [&str; 4]) -> String {
    format!(
        "def helper(o): o.n = 2
def again(o): return again(o)
class C:
    {members}
    def __init__(self): {init}
    def add(self, v):
        {add}
    def merge(self, other): {merge}
    def result(self): {result}
"
    )
}

#[test]
fn states_are_numbers_and_tuples() {
    let must = "it must be a number, None or a tuple of them";
    for (init, accumulate, expected) in [
        ("{}", "return state", (1, 20, "a dict".to_owned())),
        ("'a'", "return state", (1, 20, "a string".to_owned())),
        ("0", "return range(3)", (3, 5, format!("a state that is a range; {must}"))),
        ("0", "return (1, zip((1,)))", (3, 5, format!("a state that is a tuple; {must}"))),
        ("()", "return (state, v)", (3, 5, "a state of more than 20 levels".to_owned())),
        (
            "9223372036854775807 + 1",
            "return state",
            (1, 20, "an initial state that may fail: an int of more than 64 bits".to_owned()),
        ),
        (
            "1 if undefined else 2",
            "return state",
            (1, 25, "the global `undefined`, which is no number, bool or None".to_owned()),
        ),
    ] {
        let text = functions(init, accumulate);
        assert_eq!(refused(&text, &of_float()), expected, "{text}");
    }
    let unlike = functions("0", "return state").replace("(state, v)", "(state, v, w)");
    let reason = "`accumulate` with parameters that the signature does not name".to_owned();
    assert_eq!(refused(&unlike, &of_float()), (2, 1, reason));
    let without =
        functions("0", "return state").replace("merge(a, b): return a", "merge(): return 0");
    let reason = "`merge` without a parameter for the state".to_owned();
    assert_eq!(refused(&without, &of_float()), (4, 1, reason));
}

#[test]
fn objects_are_their_attributes_and_nothing_else() {
    let plain = ["self.n = 0", "self.n += 1", "self.n += other.n", "return self.n"];
    assert!(compiled(&class("k = 3", plain), &of_float()).is_ok());
    let mut wrong = Vec::new();
    let whole = "the state itself as a value, not one of its attributes";
    let too_much = "a call with the state of a function that calls itself, or is too long";
    let assigned = "an assignment to the attribute";
    for (members, part, body, expected) in [
        ("k = 3", 1, "x = (self, 1)", (7, 13, whole.to_owned())),
        ("k = 3", 1, "if self: return", (7, 12, whole.to_owned())),
        ("k = 3", 1, "self.n = self", (7, 9, whole.to_owned())),
        ("k = 3", 1, "s = v\n        s = self", (8, 13, whole.to_owned())),
        ("k = 3", 1, "again(self)", (7, 9, too_much.to_owned())),
        ("k = 3", 1, "self = 3", (7, 16, "an assignment to `self`, the state".to_owned())),
        ("k = 3", 1, "s = self\n        s.n = 1", (8, 9, "an attribute of `s`".to_owned())),
        ("k = 3", 1, "self.n.m = 1", (7, 9, "an attribute of what is no parameter".to_owned())),
        (
            "k = 3",
            1,
            "self.n = self.m",
            (7, 18, "the attribute `m`, which no method sets".to_owned()),
        ),
        (
            "k = 3",
            1,
            "self.n = self.add",
            (7, 18, "the attribute `add`, which is a method".to_owned()),
        ),
        ("k = 3", 1, "self.other()", (7, 9, "a call of the method `other`".to_owned())),
        (
            "k = 3",
            1,
            "self.add = 1",
            (7, 9, format!("{assigned} `add`, which means something to Python")),
        ),
        ("k = ...", 1, "self.k = 1", (7, 9, format!("{assigned} `k`, which the class has, too"))),
        (
            "k = ...",
            1,
            "self.n = self.k",
            (7, 18, "the attribute `k`, which is no number, bool or None of the class".to_owned()),
        ),
        (
            "k = 3",
            1,
            "self.n = range(3)",
            (
                6,
                9,
                "the attribute `n`, which is a range; it must be a number, None or a tuple of them"
                    .to_owned(),
            ),
        ),
        (
            "k = 3",
            2,
            "other.n = 1",
            (8, 29, format!("{assigned} `n`, of a state that is only read")),
        ),
        (
            "k = 3",
            2,
            "helper(other)",
            (1, 16, format!("{assigned} `n`, of a state that is only read")),
        ),
        (
            "k = 3",
            3,
            "self.n = 1",
            (9, 23, format!("{assigned} `n`, where the state is only read")),
        ),
        ("k = 3", 3, "return self", (9, 23, whole.to_owned())),
        ("k = 3", 0, "return 3", (5, 25, "an `__init__` that returns a value".to_owned())),
        (
            "k = 3",
            0,
            "self.n = 9223372036854775807 + 1",
            (5, 34, "an initial state that may fail: an int of more than 64 bits".to_owned()),
        ),
    ] {
        let mut bodies = plain;
        bodies[part] = body;
        let text = class(members, bodies);
        let found = refused(&text, &of_float());
        if found != expected {
            wrong.push((body, found, expected));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let kept = [
        "self.n = 0",
        "s = self\n        helper(s)\n        return s",
        "helper(self)",
        "return self.n",
    ];
    assert!(compiled(&class("k = 3", kept), &of_float()).is_ok());
}

#[test]
fn a_parameter_is_no_name_for_the_state() {
    let add = "if self.n: v = self\n        self.n += v.n";
    let text = class("k = 3", ["self.n = 0", add, "self.n += other.n", "return self.n"]);
    let reason = "the state itself as a value, not one of its attributes".to_owned();
    assert_eq!(refused(&text, &of_float()), (7, 24, reason));
}

#[test]
fn methods_that_call_themselves_are_refused() {
    for (add, place) in [("self.add(v)", (7, 9)), ("self.result()\n        self.add(1)", (8, 9))] {
        let text = class("k = 3", ["self.n = 0", add, "self.n += other.n", "return self.n"]);
        let (line, column, reason) = refused(&text, &of_float());
        assert_eq!(
            (line, column, reason.as_str()),
            (place.0, place.1, "a method that calls itself")
        );
    }
}

/// Each attribute that may or may not be there doubles the shapes.
#[test]
fn too_many_combinations_are_refused() {
    let text = |count: usize| {
        let bodies = (0..count).map(|at| format!("if v > {at}: self.a{at} = v\n        "));
        let bodies: String = bodies.collect();
        class("k = 3", ["pass", &bodies, "pass", "return 1.0"])
    };
    assert!(compiled(&text(5), &of_float()).is_ok());
    let (line, column, reason) = refused(&text(8), &of_float());
    assert_eq!((line, column), (14, 12));
    assert_eq!(reason, "locals of too many combinations of types");
}
