//! Arguments as Arrow arrays: pyarrow's where it is installed, else objects with Arrow's capsules.

use std::sync::Arc;

use arrow::array::ArrayRef;
use arrow::datatypes::Field;
use arrowsmith_contract::Type;
use pyo3::exceptions::PyImportError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3_arrow::PyArray;

/// `pyarrow.array`, or None where pyarrow can't be imported, which is tried once.
static PYARROW: PyOnceLock<Option<Py<PyAny>>> = PyOnceLock::new();

pub(super) fn argument<'py>(
    py: Python<'py>,
    column: ArrayRef,
    name: &str,
    ty: &Type,
) -> PyResult<Bound<'py, PyAny>> {
    let field = ty.to_field(name, true).with_data_type(column.data_type().clone());
    let array = Bound::new(py, PyArray::new(column, Arc::<Field>::new(field)))?.into_any();
    match pyarrow_array(py)? {
        Some(make) => make.bind(py).call1((array,)),
        None => Ok(array),
    }
}

fn pyarrow_array(py: Python<'_>) -> PyResult<Option<&Py<PyAny>>> {
    let found = PYARROW.get_or_try_init(py, || match py.import("pyarrow") {
        Ok(pyarrow) => pyarrow.getattr("array").map(|make| Some(make.unbind())),
        Err(error) if error.is_instance_of::<PyImportError>(py) => Ok(None),
        Err(error) => Err(error),
    })?;
    Ok(found.as_ref())
}
