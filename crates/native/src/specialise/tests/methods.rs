//! Parts that are methods of an object that is no state.

use arrowsmith_contract::{NullPolicy, Type};

use super::parts::{Cell, Runner, compiled, refused};
use super::signature;

const SERIES: &str = "\
class Series:
    def init(self):
        return 0.0
    def step(self, prev, v):
        try:
            assert v > prev
        except AssertionError as failed:
            v = v / 2
        prev = prev * 0.9 + v
        return prev, prev
";

const FUNCTIONS: &str = "\
def init():
    return 0.0
def step(prev, v):
    try:
        assert v > prev
    except AssertionError as failed:
        v = v / 2
    prev = prev * 0.9 + v
    return prev, prev
";

#[test]
fn nobody_gets_the_object() {
    let signature = signature(&[("v", Type::FLOAT64, NullPolicy::Skip)], Type::FLOAT64);
    let methods = compiled(SERIES, &signature).unwrap();
    let functions = compiled(FUNCTIONS, &signature).unwrap();
    assert_eq!(methods.layout, functions.layout);
    let blocks = |text: &str| compiled(text, &signature).unwrap().step.functions[0].blocks.len();
    assert_eq!(blocks(SERIES), blocks(FUNCTIONS));
}

#[test]
fn the_object_itself_is_no_value() {
    let signature = signature(&[("v", Type::FLOAT64, NullPolicy::Skip)], Type::FLOAT64);
    for used in ["v * self.rate", "self", "1 if self else 2", "(self, v)[1]", "(s := self)"] {
        let (line, _, reason) = refused(&SERIES.replace("v / 2", used), &signature);
        assert_eq!((line, reason.as_str()), (8, "a use of `self`"), "{used}");
    }
    let (line, _, reason) = refused(&SERIES.replace("init(self)", "init()"), &signature);
    assert_eq!((line, reason.as_str()), (2, "a method without its object"));
}

#[test]
fn objects_that_are_no_states_have_methods_and_constants() {
    let signature = signature(&[("v", Type::FLOAT64, NullPolicy::Skip)], Type::FLOAT64);
    let text = "\
class Series:
    rate = 0.9
    def init(self):
        return self.first()
    def first(self, other=None):
        return 0.0
    def own(self):
        own = self
        return own
    @staticmethod
    def half(x):
        return x / 2
    def faded(self, prev, *, by=2.0):
        me = self.own()
        return prev * self.rate * self.half(by)
    def step(self, prev, v):
        prev = self.faded(prev) + v
        return prev, prev
";
    let runner = Runner::new(text, &signature);
    let mut state = runner.init();
    let mut values = Vec::new();
    for v in [4.0, 9.0, 1.5] {
        let (next, value) = runner.step(&state, &[Cell::Float(v)]).unwrap();
        values.push(value.unwrap());
        state = next;
    }
    assert_eq!(values, [4.0, 12.6, 12.84].map(Cell::Float));
    for (old, new, expected) in [
        ("return own", "return own.rate", (9, 16, "an attribute of `own`")),
        ("return x / 2", "return x.rate", (12, 16, "an attribute of an object")),
        ("self.half(by)", "self.other(by)", (15, 35, "a call of the method `other`")),
        ("self.half(by)", "self.rate(by)", (15, 35, "a call of the method `rate`")),
        ("self.half(by)", "self.faded(by)", (17, 16, "a use of `self`")),
        ("self.half(by)", "self.step(prev, by)", (17, 16, "a use of `self`")),
    ] {
        let (line, column, reason) = refused(&text.replace(old, new), &signature);
        assert_eq!((line, column, reason.as_str()), expected, "{new}");
    }
}
