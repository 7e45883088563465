//! Aggregates and windows from their texts: what `CPython` gave.

use super::parts::{Cell, Runner, compiled, refused};
use super::signature;
use arrowsmith_contract::{NullPolicy, Signature, StateValue, Type};

fn of_float() -> Signature {
    signature(&[("v", Type::FLOAT64, NullPolicy::Skip)], Type::FLOAT64)
}

const SCORE: &str = "\
class Score:
    def __init__(self):
        self.total = 0.0
    def add(self, v):
        if v > 0:
            self.total += v ** 1.5
    def merge(self, other):
        self.total += other.total
    def result(self):
        return self.total
";

const FOUR: &str = "\
def init():
    return 0
def accumulate(state, v):
    if v > 0:
        return state + v ** 1.5
    return state
def merge(state, other):
    return state + other
def finalize(state):
    return state
";

#[test]
fn show() {
    for text in [SCORE, FOUR] {
        let modules = compiled(text, &of_float()).unwrap();
        println!("{:?}", modules.layout);
        println!("{}", modules.init);
        println!("{}", modules.step);
        println!("{}", modules.merge.as_ref().unwrap());
        println!("{}", modules.finalize.as_ref().unwrap());
    }
    let runner = Runner::new(SCORE, &of_float());
    let state = runner.state(&[&[Cell::Float(4.0)], &[Cell::Float(9.0)]]);
    println!("{state:?} {:?}", runner.finalize(&state));
    let _: Option<StateValue> = None;
    println!("{:?}", refused("def init():\n    return 0\n", &of_float()));
}
