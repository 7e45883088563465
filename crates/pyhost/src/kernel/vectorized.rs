//! One call of the function for a batch.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, UInt32Array, new_empty_array, new_null_array};
use arrow::buffer::NullBuffer;
use arrow::compute::{filter, take};
use arrowsmith_contract::{CallContext, Error, Mode, NullPolicy, Result};
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use super::{PythonKernel, arrow_form, note, numpy_form, returned};
use crate::errors;

/// The rows of a call, and where each stands in the batch.
pub(super) struct CalledRows<'a> {
    pub(super) count: usize,
    /// Set where rows were left out.
    called: Option<&'a NullBuffer>,
    first_row: u64,
}

impl CalledRows<'_> {
    /// The user's number of a row of the call.
    pub(super) fn number(&self, row: usize) -> u64 {
        let in_batch = match self.called {
            None => row,
            Some(called) => called.valid_indices().nth(row).unwrap_or(row),
        };
        self.first_row + in_batch as u64
    }
}

pub(super) fn run(
    kernel: &PythonKernel,
    py: Python<'_>,
    columns: &[ArrayRef],
    rows: usize,
    context: &CallContext,
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
    let rows_called = CalledRows { count, called: called.as_ref(), first_row: context.first_row };
    let returned = call(kernel, py, columns, &rows_called)?;
    // What was computed while somebody cancelled is thrown away.
    context.token.check()?;
    let array = returned::into_array(kernel, &returned, &rows_called)?;
    match called {
        None => Ok(array),
        Some(called) => scatter(&array, &called),
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

fn call<'py>(
    kernel: &PythonKernel,
    py: Python<'py>,
    columns: Vec<ArrayRef>,
    rows: &CalledRows<'_>,
) -> Result<Bound<'py, PyAny>> {
    let callable = kernel.callable(py)?;
    let failed = |exception: PyErr| {
        note::add(py, &exception, &note::for_batch(kernel, rows.number(0), rows.count));
        errors::raised(py, exception, &kernel.function, None)
    };
    let arguments = columns
        .into_iter()
        .enumerate()
        .map(|(index, column)| argument(kernel, py, index, column))
        .collect::<PyResult<Vec<_>>>()
        .map_err(failed)?;
    let arguments = PyTuple::new(py, arguments).map_err(failed)?;
    callable.call1(arguments).map_err(failed)
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
