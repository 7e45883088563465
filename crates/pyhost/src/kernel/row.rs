//! One call of the function for each row.

use arrow::array::ArrayRef;
use arrowsmith_contract::{CallContext, Result};
use pyo3::prelude::*;

use super::PythonKernel;
use super::arguments::Arguments;
use super::column::Column;
use super::failure::{Failure, Failures, Place};
use super::note;
use super::result::{ResultBuilder, builder};
use super::value::{self, Misfit};
use crate::door::{Frame, parked_at_exit};
use crate::interrupt::Stay;

/// How many rows pass between two looks at the token. Python code is stopped by an exception; this
/// is for functions that are C all through.
const LOOK: usize = 16;

pub(super) fn run(
    kernel: &PythonKernel,
    py: Python<'_>,
    columns: &[ArrayRef],
    rows: usize,
    context: &CallContext,
    stay: &Stay,
) -> Result<ArrayRef> {
    let called = kernel.called_rows(columns);
    let columns = columns
        .iter()
        .enumerate()
        .map(|(index, column)| kernel.readable(index, column))
        .collect::<Result<Vec<_>>>()?;
    let readers = columns.iter().map(Column::new).collect::<Result<Vec<_>>>()?;
    let arguments = Arguments {
        function: &kernel.function,
        signature: &kernel.signature,
        readers,
        numbers: &context.rows,
    };
    let callable = kernel.callable(py)?;
    let mut results = builder(kernel.returns(), rows)?;
    let mut failures = Failures::new(kernel, context, stay);
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
        if let Err(failure) = call(stay, &mut frame, &callable, row, results.as_mut()) {
            let arguments = || note::arguments(frame.arguments());
            let place = Place { row: Some(context.rows.number(row)), arguments: &arguments };
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
