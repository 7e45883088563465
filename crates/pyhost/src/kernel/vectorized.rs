//! One call of the function for a batch.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, UInt32Array, new_empty_array, new_null_array};
use arrow::buffer::NullBuffer;
use arrow::compute::{filter, take};
use arrowsmith_contract::{CallContext, Error, Mode, NullPolicy, Result, RowNumber, RowNumbers};
use pyo3::prelude::*;

use super::failure::{Failure, Failures, Place};
use super::{PythonKernel, arrow_form, note, numpy_form, returned};
use crate::door::Frame;
use crate::interrupt::Stay;

/// The rows of a call, and where each stands in the batch.
pub(super) struct CalledRows<'a> {
    pub(super) count: usize,
    /// Set where rows were left out.
    called: Option<&'a NullBuffer>,
    numbers: &'a RowNumbers,
}

impl CalledRows<'_> {
    /// The user's number of a row of the call.
    pub(super) fn number(&self, row: usize) -> RowNumber {
        let in_batch = match self.called {
            None => row,
            Some(called) => called.valid_indices().nth(row).unwrap_or(row),
        };
        self.numbers.number(in_batch)
    }
}

pub(super) fn run(
    kernel: &PythonKernel,
    py: Python<'_>,
    columns: &[ArrayRef],
    rows: usize,
    context: &CallContext,
    stay: &Stay,
) -> Result<ArrayRef> {
    if columns.is_empty() {
        return Err(Error::Call {
            function: Arc::clone(&kernel.function),
            message: "is vectorized, so it needs at least one argument".to_owned(),
        });
    }
    let called = kernel.called_rows(columns);
    let count = called.as_ref().map_or(rows, |called| rows - called.null_count());
    if rows == 0 {
        return Ok(new_empty_array(kernel.returns()));
    }
    if count == 0 {
        return Ok(new_null_array(kernel.returns(), rows));
    }
    let columns = prepared(kernel, columns, called.as_ref())?;
    let rows_called = CalledRows { count, called: called.as_ref(), numbers: &context.rows };
    let callable = kernel.callable(py)?;
    match call(kernel, stay, &callable, columns, &rows_called) {
        Ok(array) => match called {
            None => Ok(array),
            Some(called) => scatter(&array, &called),
        },
        Err(failure) => {
            let arguments = || note::of_batch(rows_called.number(0), count);
            let place = Place { row: None, arguments: &arguments };
            Failures::new(kernel, context, stay).settle(py, failure, &place)?;
            Ok(new_null_array(kernel.returns(), rows))
        }
    }
}

/// The columns in their declared layouts, without the rows that are skipped.
fn prepared(
    kernel: &PythonKernel,
    columns: &[ArrayRef],
    called: Option<&NullBuffer>,
) -> Result<Vec<ArrayRef>> {
    let mask = called.map(|called| BooleanArray::new(called.inner().clone(), None));
    let prepare = |(index, column): (usize, &ArrayRef)| {
        let column = match &mask {
            None => Arc::clone(column),
            Some(mask) => filter(column, mask)?,
        };
        kernel.declared_layout(index, &column)
    };
    columns.iter().enumerate().map(prepare).collect()
}

fn call(
    kernel: &PythonKernel,
    stay: &Stay,
    callable: &Bound<'_, PyAny>,
    columns: Vec<ArrayRef>,
    rows: &CalledRows<'_>,
) -> Result<ArrayRef, Failure> {
    let py = callable.py();
    let mut frame = Frame::new(py, columns.len());
    for (index, column) in columns.into_iter().enumerate() {
        frame.set(index, argument(kernel, py, index, column).map_err(Failure::Raised)?);
    }
    // Converting what comes back runs Python code of its class, on the call's time.
    stay.begin_call(None);
    let array = match frame.call(callable) {
        Some(value) => returned::into_array(kernel, &value, rows),
        None => Err(Failure::Raised(PyErr::fetch(py))),
    };
    if stay.end_call(py) { Err(Failure::TimedOut) } else { array }
}

fn argument<'py>(
    kernel: &PythonKernel,
    py: Python<'py>,
    index: usize,
    column: ArrayRef,
) -> PyResult<Bound<'py, PyAny>> {
    let parameter = kernel.signature.parameter(index);
    if kernel.mode == Mode::VectorizedNumpy {
        let nulls = parameter.map_or(NullPolicy::Skip, |parameter| parameter.nulls);
        return numpy_form::argument(py, &column, nulls);
    }
    let ty = parameter.map_or_else(|| column.data_type().clone().into(), |p| p.ty.clone());
    let name = parameter.map_or("", |parameter| parameter.name.as_ref());
    arrow_form::argument(py, column, name, &ty)
}

/// Puts the answers of the called rows where they belong; the others are NULL.
fn scatter(array: &ArrayRef, called: &NullBuffer) -> Result<ArrayRef> {
    let mut next = 0;
    let places: UInt32Array = called
        .iter()
        .map(|is_called| {
            is_called.then(|| {
                next += 1;
                next - 1
            })
        })
        .collect();
    Ok(take(array, &places, None)?)
}
