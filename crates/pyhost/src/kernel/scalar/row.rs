//! One call of the function for each row.

use arrow::array::ArrayRef;
use arrowsmith_contract::{CallContext, Result};
use pyo3::prelude::*;

use crate::door::{Frame, parked_at_exit};
use crate::interrupt::Stay;
use crate::kernel::arguments::Arguments;
use crate::kernel::callee::Callee;
use crate::kernel::failure::{Failure, Failures, Place};
use crate::kernel::note;
use crate::kernel::result::{ResultBuilder, builder};
use crate::kernel::value::{self, Misfit};

/// How many rows pass between two looks at the token. Python code is stopped by an exception; this
/// is for functions that are C all through.
const LOOK: usize = 16;

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
        if row % LOOK == LOOK - 1 {
            context.token.check()?;
        }
        if called.as_ref().is_some_and(|called| called.is_null(row)) {
            results.push_null();
            continue;
        }
        arguments.set(py, &mut frame, 0, row)?;
        if let Err(failure) = call(stay, &mut frame, callable, row, results.as_mut()) {
            let arguments = || note::arguments(frame.arguments());
            let place = Place::of_row(context.rows.number(row), &arguments);
            failures.settle(py, failure, &place)?;
            results.push_null();
        }
    }
    Ok(results.finish())
}

/// Calls for one row, and converts what comes back.
#[inline]
fn call<'py>(
    stay: &Stay,
    frame: &mut Frame<'py>,
    callable: &Bound<'py, PyAny>,
    row: usize,
    results: &mut dyn ResultBuilder,
) -> Result<(), Failure> {
    let py = callable.py();
    stay.begin_call(Some(row));
    let value = frame.call(callable).ok_or_else(|| PyErr::fetch(py));
    if stay.end_call(py) {
        return Err(Failure::TimedOut);
    }
    let value = value.map_err(Failure::Raised)?;
    // What isn't plain runs Python code of its class when it is converted, on the call's time.
    let is_timed = stay.is_timed() && !value::is_plain(&value);
    if is_timed {
        stay.begin_call(Some(row));
    }
    let pushed = parked_at_exit(|| results.push(&value));
    let is_overdue = is_timed && stay.end_call(py);
    match pushed {
        Ok(()) => Ok(()),
        Err(_) if is_overdue => Err(Failure::TimedOut),
        Err(Misfit::Value(hint)) => Err(Failure::Misfit(note::short_repr(&value), hint)),
        Err(Misfit::Raised(exception)) => Err(Failure::Raised(*exception)),
    }
}
