//! Functions that get the rows of a group as arrays.

use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array};
use arrowsmith_contract::{CallContext, Function, HandOver};

use crate::support::*;
use crate::{begin, update};

/// A vectorized mean, and a scalar that says how long the arrays of its calls were, as a text.
fn vectorized_mean(form: &str) -> (Arc<Function>, Arc<Function>) {
    need("numpy");
    need("pyarrow");
    let sum = if form == "numpy" { "float(v.sum())" } else { "pyarrow.compute.sum(v).as_py()" };
    let manifest = load(&format!(
        "
import numpy, pyarrow.compute
calls = []
@db.aggregate_fn(vectorized='{form}')
class mean:
    def __init__(self): self.sum, self.count = 0.0, 0
    def add(self, v: float):
        calls.append(len(v))
        self.sum += {sum}
        self.count += len(v)
    def merge(self, other): self.sum += other.sum; self.count += other.count
    def result(self) -> float: return self.sum / self.count if self.count else None
@db.scalar_fn
def lengths() -> str: return str(calls)
"
    ));
    (Arc::clone(&manifest.functions()[0]), Arc::clone(&manifest.functions()[1]))
}

#[test]
fn vectorized_rows_are_bucketed_by_group() {
    for form in ["numpy", "arrow"] {
        let (mean, lengths) = vectorized_mean(form);
        let context = CallContext::default();
        let mut accumulator = begin(&mean).accumulator().unwrap();
        let first = floats([Some(1.0), Some(10.0), None, Some(3.0)]);
        update(&mut accumulator, &[0, 2, 0, 0], &first).unwrap();
        update(&mut accumulator, &[2, 1, 2], &floats([Some(20.0), Some(5.0), None])).unwrap();
        // Nothing was worth a call yet.
        assert_eq!(&call(&lengths, &[]).unwrap(), &strings([Some("[]")]));
        accumulator.release(1, &context);
        let answer = accumulator.results(3, &context).unwrap();
        assert_eq!(&answer, &floats([Some(5.0), Some(15.0), None]), "{form}");
        assert_eq!(&call(&lengths, &[]).unwrap(), &strings([Some("[1, 2]")]));
    }
}

#[test]
fn vectorized_rows_wait_until_they_are_worth_a_call() {
    let (mean, lengths) = vectorized_mean("numpy");
    let context = CallContext::default();
    let mut accumulator = begin(&mean).accumulator().unwrap();
    let values: ArrayRef = Arc::new(Float64Array::from_iter_values((0..8192).map(f64::from)));
    for _ in 0..20 {
        update(&mut accumulator, &vec![0; 8192], &values).unwrap();
    }
    let states = accumulator.take_states(1, HandOver::Written, &context).unwrap();
    accumulator.merge(&[0], 1, &states, &context).unwrap();
    assert_eq!(&accumulator.results(1, &context).unwrap(), &floats([Some(4095.5)]));
    let wanted = "[65536, 65536, 32768]";
    assert_eq!(&call(&lengths, &[]).unwrap(), &strings([Some(wanted)]));
}
