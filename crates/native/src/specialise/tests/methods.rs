//! Parts that are methods of an object that is no state.

use arrowsmith_contract::{NullPolicy, Type};

use super::parts::{compiled, refused};
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
    for used in ["v * self.rate", "self", "1 if self else 2"] {
        let (line, _, reason) = refused(&SERIES.replace("v / 2", used), &signature);
        assert_eq!((line, reason.as_str()), (8, "a use of `self`"), "{used}");
    }
    let (line, _, reason) = refused(&SERIES.replace("init(self)", "init()"), &signature);
    assert_eq!((line, reason.as_str()), (2, "a method without its object"));
}
