//! What a vectorized function returned, as an array of the declared type.

use arrow::array::ArrayRef;
use arrowsmith_contract::Result;
use pyo3::prelude::*;

use super::PythonKernel;
use super::fit::Wanted;
use super::found::Owner;
use super::note;
use super::vectorized::CalledRows;
use crate::errors;

/// Checks length and type, and converts strictly.
///
/// # Errors
/// A conversion error that names the row where there is one.
pub(super) fn into_array(
    kernel: &PythonKernel,
    value: &Bound<'_, PyAny>,
    rows: &CalledRows<'_>,
) -> Result<ArrayRef> {
    let wanted = Wanted {
        function: &kernel.function,
        what: "result",
        ty: Some(kernel.signature.returns()),
        count: Some(rows.count),
        number: &|row| rows.number(row),
        owner: Owner::Plugin,
        hint: "a vectorized function returns an Arrow array, a NumPy array or a list",
    };
    // Python code of the returned object itself may raise.
    wanted.read(value).unwrap_or_else(|exception| {
        let py = value.py();
        note::add(py, &exception, &note::for_batch(kernel, rows.number(0), rows.count));
        Err(errors::raised(py, exception, &kernel.function, None))
    })
}
