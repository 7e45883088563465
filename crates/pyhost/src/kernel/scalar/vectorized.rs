//! One call of the function for a batch.

use std::sync::Arc;

use arrow::array::{ArrayRef, UInt32Array, new_empty_array, new_null_array};
use arrow::buffer::NullBuffer;
use arrow::compute::take;
use arrowsmith_contract::{CallContext, Error, Result, RowNumber, RowNumbers};
use pyo3::prelude::*;

use super::returned;
use crate::door::Frame;
use crate::interrupt::Stay;
use crate::kernel::array_form;
use crate::kernel::call::timed;
use crate::kernel::callee::Callee;
use crate::kernel::failure::{Failure, Failures, Place};
use crate::kernel::note;

/// The rows of a call, and where each stands in the batch.
pub(in crate::kernel) struct CalledRows<'a> {
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

pub(in crate::kernel) fn run(
    callee: &Callee,
    callable: &Bound<'_, PyAny>,
    columns: &[ArrayRef],
    rows: usize,
    context: &CallContext,
    stay: &Stay,
) -> Result<ArrayRef> {
    if columns.is_empty() {
        return Err(Error::Call {
            function: Arc::clone(&callee.function),
            message: "is vectorized, so it needs at least one argument".to_owned(),
        });
    }
    let called = callee.called_rows(columns);
    let count = called.as_ref().map_or(rows, |called| rows - called.null_count());
    if rows == 0 {
        return Ok(new_empty_array(callee.returns()));
    }
    if count == 0 {
        return Ok(new_null_array(callee.returns(), rows));
    }
    let columns = array_form::prepared(callee, columns, called.as_ref())?;
    let rows_called = CalledRows { count, called: called.as_ref(), numbers: &context.rows };
    match call(callee, stay, callable, columns, &rows_called) {
        Ok(array) => match called {
            None => Ok(array),
            Some(called) => scatter(&array, &called),
        },
        Err(failure) => {
            let arguments = || note::of_batch(rows_called.number(0), count);
            let place = Place::of_batch(&arguments);
            Failures::new(callee, context, stay).settle(callable.py(), failure, &place)?;
            Ok(new_null_array(callee.returns(), rows))
        }
    }
}

fn call(
    callee: &Callee,
    stay: &Stay,
    callable: &Bound<'_, PyAny>,
    columns: Vec<ArrayRef>,
    rows: &CalledRows<'_>,
) -> Result<ArrayRef, Failure> {
    let py = callable.py();
    let mut frame = Frame::new(py, columns.len());
    for (index, column) in columns.into_iter().enumerate() {
        frame.set(index, array_form::argument(callee, py, index, column).map_err(Failure::Raised)?);
    }
    // Converting what comes back runs Python code of its class, on the call's time.
    timed(stay, py, None, || match frame.call(callable) {
        Some(value) => returned::into_array(callee, &value, rows),
        None => Err(Failure::Raised(PyErr::fetch(py))),
    })?
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
