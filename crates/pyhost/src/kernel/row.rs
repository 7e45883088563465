//! One call of the function for each row.

use arrow::array::ArrayRef;
use arrowsmith_contract::{CallContext, Error, Result};
use pyo3::prelude::*;

use super::PythonKernel;
use super::column::Column;
use super::note;
use super::result::builder;
use super::value::Misfit;
use super::vectorcall::Frame;
use crate::errors;

/// How many rows pass between two looks at the token.
const LOOK: usize = 16;

pub(super) fn run(
    kernel: &PythonKernel,
    py: Python<'_>,
    columns: &[ArrayRef],
    rows: usize,
    context: &CallContext,
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
        let Some(value) = frame.call(&callable) else {
            return Err(failed(kernel, py, PyErr::fetch(py), &frame, row, context));
        };
        if let Err(misfit) = results.push(&value) {
            return Err(refused(kernel, py, &value, misfit, &frame, row, context));
        }
    }
    // What was computed while somebody cancelled is thrown away.
    context.token.check()?;
    Ok(results.finish())
}

#[cold]
fn failed(
    kernel: &PythonKernel,
    py: Python<'_>,
    exception: PyErr,
    frame: &Frame<'_>,
    row: usize,
    context: &CallContext,
) -> Error {
    let row = context.first_row + row as u64;
    note::add(py, &exception, &note::for_row(kernel, row, frame.arguments()));
    errors::raised(py, exception, &kernel.function, Some(row))
}

#[cold]
fn refused(
    kernel: &PythonKernel,
    py: Python<'_>,
    value: &Bound<'_, PyAny>,
    misfit: Misfit,
    frame: &Frame<'_>,
    row: usize,
    context: &CallContext,
) -> Error {
    match misfit {
        Misfit::Value(hint) => {
            let row = context.first_row + row as u64;
            kernel.misfit(Some(row), note::short_repr(value), hint)
        }
        Misfit::Raised(exception) => failed(kernel, py, *exception, frame, row, context),
    }
}
