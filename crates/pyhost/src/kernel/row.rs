//! One call of the function for each row.

use arrow::array::ArrayRef;
use arrowsmith_contract::{CallContext, Result};
use pyo3::prelude::*;

use super::PythonKernel;
use super::column::Column;
use super::failure::{Failure, Failures, Place};
use super::note;
use super::result::{ResultBuilder, builder};
use super::value::Misfit;
use super::vectorcall::Frame;
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
    let callable = kernel.callable(py)?;
    let mut results = builder(kernel.returns(), rows)?;
    let mut failures = Failures::new(kernel, context, stay);
    let mut frame = Frame::new(py, readers.len());
    for row in 0..rows {
        if row % LOOK == LOOK - 1 {
            context.token.check()?;
        }
        if called.as_ref().is_some_and(|called| called.is_null(row)) {
            results.push_null();
            continue;
        }
        for (index, reader) in readers.iter().enumerate() {
            frame.set(index, reader.object(py, row));
        }
        if let Err(failure) = call(stay, &mut frame, &callable, row, results.as_mut()) {
            let arguments = || note::arguments(frame.arguments());
            let place = Place { row: Some(context.rows.number(row)), arguments: &arguments };
            failures.settle(py, failure, &place)?;
            results.push_null();
        }
    }
    Ok(results.finish())
}

/// Calls for one row, and converts what comes back, which may run Python code of its class.
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
    let value = frame.call(callable);
    if stay.end_call(py) {
        drop(value.is_none().then(|| PyErr::fetch(py)));
        return Err(Failure::TimedOut);
    }
    let Some(value) = value else {
        return Err(Failure::Raised(PyErr::fetch(py)));
    };
    stay.begin_call(Some(row));
    let pushed = results.push(&value);
    let is_overdue = stay.end_call(py);
    match pushed {
        Ok(()) => Ok(()),
        Err(_) if is_overdue => Err(Failure::TimedOut),
        Err(Misfit::Value(hint)) => Err(Failure::Misfit(note::short_repr(&value), hint)),
        Err(Misfit::Raised(exception)) => Err(Failure::Raised(*exception)),
    }
}
