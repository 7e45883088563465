//! One call of the function for each row.

use arrow::array::ArrayRef;
use arrowsmith_contract::{CallContext, Result};
use pyo3::prelude::*;

use crate::door::Frame;
use crate::interrupt::Stay;
use crate::kernel::arguments::Arguments;
use crate::kernel::call::{call, look, push};
use crate::kernel::callee::Callee;
use crate::kernel::failure::{Failures, Place};
use crate::kernel::note;
use crate::kernel::result::builder;

pub(super) fn run(
    callee: &Callee,
    callable: &Bound<'_, PyAny>,
    columns: &[ArrayRef],
    rows: usize,
    context: &CallContext,
    stay: &Stay,
) -> Result<ArrayRef> {
    let py = callable.py();
    let called = callee.called_rows(columns);
    let columns = callee.readable(columns)?;
    let arguments = Arguments::new(callee, &columns, &context.rows)?;
    let mut results = builder(callee.returns(), rows)?;
    let mut failures = Failures::new(callee, context, stay);
    let mut frame = Frame::new(py, columns.len());
    for row in 0..rows {
        look(&context.token, row)?;
        if called.as_ref().is_some_and(|called| called.is_null(row)) {
            results.push_null();
            continue;
        }
        arguments.set(py, &mut frame, 0, row)?;
        let value = call(stay, &mut frame, callable, Some(row));
        let pushed = value.and_then(|value| push(stay, &value, Some(row), results.as_mut()));
        if let Err(failure) = pushed {
            let arguments = || note::arguments(frame.arguments());
            let place = Place::of_row(context.rows.number(row), &arguments);
            failures.settle(py, failure, &place)?;
            results.push_null();
        }
    }
    Ok(results.finish())
}
