//! What a vectorized function returned, as an array of the declared type.

use arrow::array::ArrayRef;
use pyo3::prelude::*;

use super::vectorized::CalledRows;
use crate::kernel::callee::Callee;
use crate::kernel::failure::Failure;
use crate::kernel::fit::Wanted;
use crate::kernel::found::Owner;

/// Checks length and type, and converts strictly.
///
/// # Errors
/// A conversion error that names the row where there is one, or what was raised.
pub(super) fn into_array(
    callee: &Callee,
    value: &Bound<'_, PyAny>,
    rows: &CalledRows<'_>,
) -> Result<ArrayRef, Failure> {
    let wanted = Wanted {
        function: &callee.function,
        what: "result",
        ty: Some(callee.signature.returns()),
        count: Some(rows.count),
        number: &|row| rows.number(row),
        owner: Owner::Plugin,
        hint: "a vectorized function returns an Arrow array, a NumPy array or a list",
    };
    // Python code of the returned object itself may raise.
    wanted.read(value).map_err(Failure::Raised)?.map_err(Failure::Other)
}
