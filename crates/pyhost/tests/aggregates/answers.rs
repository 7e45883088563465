//! Answers of every form.

use std::time::{Duration, Instant};

use arrowsmith_contract::CallContext;

use crate::support::*;
use crate::{DICT, FOUR, aggregate, begin, means, update};

#[test]
fn every_form_gives_the_mean_of_each_group() {
    for mean in means("") {
        assert_eq!(mean.signature.to_string(), "(v: float) -> float");
        let values = floats([Some(1.0), Some(10.0), None, Some(3.0), Some(20.0)]);
        let answer = aggregate(&mean, &[0, 2, 0, 0, 2], &values, 4).unwrap();
        assert_eq!(&answer, &floats([Some(2.0), None, Some(15.0), None]));
    }
}

#[test]
fn results_leave_the_states_and_rows_may_follow() {
    let context = CallContext::default();
    for mean in means("") {
        let mut accumulator = begin(&mean).accumulator().unwrap();
        assert_eq!(&accumulator.results(1, &context).unwrap(), &floats([None]));
        update(&mut accumulator, &[0, 0], &floats([Some(1.0), Some(2.0)])).unwrap();
        assert_eq!(&accumulator.results(1, &context).unwrap(), &floats([Some(1.5)]));
        update(&mut accumulator, &[0], &floats([Some(6.0)])).unwrap();
        assert_eq!(&accumulator.results(1, &context).unwrap(), &floats([Some(3.0)]));
        assert!(accumulator.can_retract());
        accumulator.retract(&[0], 1, &[floats([Some(1.0)])], &context).unwrap();
        assert_eq!(&accumulator.results(1, &context).unwrap(), &floats([Some(4.0)]));
    }
    let without = FOUR.to_owned() + &DICT.replace(", retract=retract", "").replace(", OPTIONS", "");
    assert!(!begin(&function(&without)).accumulator().unwrap().can_retract());
}

#[test]
fn any_object_is_a_state_none_too() {
    let text = "
def init(): return None
def accumulate(state, v): return v if state is None else max(state, v)
def merge(a, b): return b if a is None else a if b is None else max(a, b)
def finalize(state): return state
db.aggregate_fn('most', ['string'], 'string')(dict(init=init, accumulate=accumulate, merge=merge, finalize=finalize))
";
    let most = function(text);
    let values = strings([Some("b"), Some("c"), Some("a"), None]);
    let answer = aggregate(&most, &[0, 1, 0, 2], &values, 3).unwrap();
    assert_eq!(&answer, &strings([Some("b"), Some("c"), None]));
}

#[test]
fn without_parameters_rows_are_counted() {
    let text = "
db.aggregate_fn('rows', [], 'int')(dict(init=int, accumulate=lambda n: n + 1, merge=int.__add__, finalize=int))
";
    let mut accumulator = begin(&function(text)).accumulator().unwrap();
    let context = CallContext::default();
    accumulator.update(&[0, 1, 0], 2, &[], &context).unwrap();
    assert_eq!(&accumulator.results(2, &context).unwrap(), &ints([Some(2), Some(1)]));
}

#[test]
fn a_null_that_passes_is_accumulated() {
    let text = "
@db.aggregate_fn
class nulls:
    def __init__(self): self.count = 0
    def add(self, v: int | None): self.count += v is None
    def merge(self, other): self.count += other.count
    def result(self) -> int: return self.count
";
    let values = ints([None, Some(1), None]);
    assert_eq!(&aggregate(&function(text), &[0; 3], &values, 1).unwrap(), &ints([Some(2)]));
}

#[test]
fn a_class_is_set_up_once_a_thread() {
    let text = "
made = []
@db.aggregate_fn
class total:
    def __init__(self): made.append(1)
    def init(self): return 0
    def accumulate(self, state, v: int): return state + v
    def merge(self, a, b): return a + b
    def finalize(self, state) -> int: return len(made)
";
    let total = function(text);
    for _ in 0..3 {
        let answer = aggregate(&total, &[0, 0], &ints([Some(1), Some(2)]), 1).unwrap();
        assert_eq!(&answer, &ints([Some(1)]));
    }
}

#[test]
fn cost_does_not_grow_with_groups_that_have_no_rows() {
    let mean = &means("")[0];
    let context = CallContext::default();
    let mut accumulator = begin(mean).accumulator().unwrap();
    let groups = 2_000_000;
    accumulator.update(&[0], groups, &[floats([Some(1.0)])], &context).unwrap();
    let start = Instant::now();
    for _ in 0..1000 {
        accumulator.update(&[groups - 1], groups, &[floats([Some(1.0)])], &context).unwrap();
    }
    let each = start.elapsed() / 1000;
    // A pass over all groups alone takes longer.
    assert!(each < Duration::from_micros(500), "{each:?}");
}
