//! Arguments as Arrow arrays: pyarrow's where it is installed, else objects with Arrow's capsules.

use std::sync::Arc;

use arrow::array::ArrayRef;
use arrow::datatypes::Field;
use arrowsmith_contract::Type;
use pyo3::exceptions::PyImportError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyString;
use pyo3_arrow::PyArray;

/// None where it can't be imported, which is tried once.
static PYARROW: PyOnceLock<Option<Py<PyModule>>> = PyOnceLock::new();

pub(super) fn argument<'py>(
    py: Python<'py>,
    column: ArrayRef,
    name: &str,
    ty: &Type,
) -> PyResult<Bound<'py, PyAny>> {
    let field = ty.to_field(name, true).with_data_type(column.data_type().clone());
    let array = Bound::new(py, PyArray::new(column, Arc::<Field>::new(field)))?.into_any();
    as_pyarrow(array, intern!(py, "array"))
}

/// An object with Arrow's capsules as what that function of pyarrow makes of it, where pyarrow is
/// installed, else as it is.
pub(super) fn as_pyarrow<'py>(
    object: Bound<'py, PyAny>,
    constructor: &Bound<'py, PyString>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = object.py();
    match pyarrow(py)? {
        Some(pyarrow) => pyarrow.bind(py).call_method1(constructor, (object,)),
        None => Ok(object),
    }
}

/// pyarrow, where it is installed.
fn pyarrow(py: Python<'_>) -> PyResult<Option<&Py<PyModule>>> {
    let found = PYARROW.get_or_try_init(py, || match py.import("pyarrow") {
        Ok(pyarrow) => Ok(Some(pyarrow.unbind())),
        Err(error) if error.is_instance_of::<PyImportError>(py) => Ok(None),
        Err(error) => Err(error),
    })?;
    Ok(found.as_ref())
}
