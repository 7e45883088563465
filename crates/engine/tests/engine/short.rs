//! Calls on the thread of who makes them.

use std::sync::Arc;
use std::time::Duration;

use arrow::array::{ArrayRef, Float64Array, Int32Array};
use arrowsmith_contract::{
    CallContext, CancelToken, Function, Kernel, NullPolicy, Parameter, Result, ScalarKernel,
    Signature, Tier, Type,
};
use arrowsmith_engine::Error;

use crate::fixture::{Fixture, function};

/// Takes every call for a short one.
#[derive(Debug)]
struct Quick;

impl ScalarKernel for Quick {
    fn tier(&self) -> Tier {
        Tier::Native
    }

    fn invoke(&self, columns: &[ArrayRef], _: usize, _: &CallContext) -> Result<ArrayRef> {
        Ok(Arc::clone(&columns[0]))
    }

    fn is_short(&self, _: &[ArrayRef], _: usize, _: Duration) -> Result<bool> {
        Ok(true)
    }

    fn compute_here(&self, columns: &[ArrayRef], _: usize, _: Duration) -> Option<ArrayRef> {
        Some(Arc::clone(&columns[0]))
    }
}

fn quick() -> Function {
    let parameter =
        Parameter { name: "x".into(), ty: Type::FLOAT64, nullable: false, nulls: NullPolicy::Skip };
    let signature = Signature::new(vec![parameter], 1, false, Type::FLOAT64).unwrap();
    function("quick", signature, Kernel::Scalar(Arc::new(Quick)))
}

fn floats(rows: usize) -> ArrayRef {
    Arc::new(Float64Array::from(vec![1.5; rows]))
}

#[test]
fn one_batch_of_declared_types_may_be_short() {
    let (fixture, quick) = (Fixture::new(2), quick());
    let is_short = |column: ArrayRef| {
        let rows = column.len();
        fixture.session.is_short(&quick, &[column], rows).unwrap()
    };
    assert!(is_short(floats(16_384)));
    assert!(!is_short(floats(16_385)));
    assert!(!is_short(Arc::new(Int32Array::from(vec![1]))));
    let answer = fixture.session.invoke_here(&quick, &[floats(3)], 3).unwrap();
    assert_eq!(*answer, *floats(3));
}

#[test]
fn a_closed_session_makes_no_short_calls() {
    let (fixture, quick) = (Fixture::new(1), quick());
    fixture.session.close();
    let refused = fixture.session.is_short(&quick, &[floats(1)], 1);
    assert!(matches!(refused, Err(Error::Closed(_))), "{refused:?}");
}

#[test]
fn a_stopped_call_makes_no_short_calls() {
    let (fixture, quick) = (Fixture::new(1), quick());
    let token = CancelToken::new();
    let running = token.begin_call(&"k.outer".into());
    assert!(fixture.session.is_short(&quick, &[floats(1)], 1).unwrap());
    token.cancel();
    assert!(fixture.session.is_short(&quick, &[floats(1)], 1).is_err());
    drop(running);
    assert!(fixture.session.is_short(&quick, &[floats(1)], 1).unwrap());
}
