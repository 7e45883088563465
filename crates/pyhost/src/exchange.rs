//! Arrays that Python has, as columns, and columns as what Python wants.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef};
use arrow::datatypes::DataType;
use arrowsmith_contract::{NullPolicy, Result, Type};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyFloat, PyInt, PyList, PyString};
use pyo3_arrow::PyArray;

use crate::errors;
use crate::kernel::{self, SUPPORTED, Wanted};

/// Reads an Arrow array or stream, a NumPy array, a series, or a list of values, strictly. Without
/// a type it is the one that the values have. `function` and `what` name it in errors.
///
/// # Errors
/// A conversion error for the first value that does not fit, or for what is no array.
pub fn array_from(
    value: &Bound<'_, PyAny>,
    ty: Option<&Type>,
    function: &Arc<str>,
    what: &str,
) -> Result<ArrayRef> {
    let raised = |exception| errors::raised(value.py(), exception, function, None);
    let plain = plain(value).map_err(raised)?;
    let inferred;
    let ty = match ty {
        Some(ty) => Some(ty),
        None => {
            inferred = of_list(&plain);
            inferred.as_ref()
        }
    };
    let wanted = Wanted {
        function,
        what,
        ty,
        count: None,
        number: &|row| row as u64,
        hint: "give an Arrow array, a NumPy array, a series or a list",
    };
    wanted.read(&plain).unwrap_or_else(|exception| Err(raised(exception)))
}

/// The values as Python objects, NULL as `None`.
///
/// # Errors
/// A type without Python values.
pub fn to_list<'py>(py: Python<'py>, column: &ArrayRef) -> PyResult<Bound<'py, PyList>> {
    if SUPPORTED.contains(column.data_type()) {
        return kernel::to_list(py, column);
    }
    if *column.data_type() == DataType::Null {
        return PyList::new(py, (0..column.len()).map(|_| py.None()));
    }
    other_values(py, column)
}

/// A NumPy array, a masked one if there are NULLs.
///
/// # Errors
/// NumPy that is not installed.
pub fn to_numpy<'py>(py: Python<'py>, column: &ArrayRef) -> PyResult<Bound<'py, PyAny>> {
    let nulls = if column.null_count() == 0 { NullPolicy::Skip } else { NullPolicy::Pass };
    kernel::to_numpy(py, column, nulls)
}

/// Values that have no quick way yet: pyarrow's, where it is installed, else pyo3-arrow's.
fn other_values<'py>(py: Python<'py>, column: &ArrayRef) -> PyResult<Bound<'py, PyList>> {
    let array = Bound::new(py, PyArray::from_array_ref(Arc::clone(column)))?.into_any();
    let list = match py.import("pyarrow") {
        Ok(pyarrow) => pyarrow.call_method1("array", (array,))?.call_method0("to_pylist")?,
        Err(_) => {
            let values = array.try_iter()?.map(|value| value?.call_method0("as_py"));
            return PyList::new(py, values.collect::<PyResult<Vec<_>>>()?);
        }
    };
    Ok(list.cast_into()?)
}

/// A pandas series as NumPy array or list; anything else as it is.
fn plain<'py>(value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let class = value.get_type();
    let is_series = class.name()? == "Series"
        && class.module()?.to_string_lossy().split('.').next() == Some("pandas");
    if !is_series {
        return Ok(value.clone());
    }
    let dtype = value.getattr("dtype")?;
    let kind: String = dtype.getattr("kind")?.extract()?;
    if kind != "O" && dtype.get_type().module()?.to_string_lossy().starts_with("numpy") {
        return value.call_method0("to_numpy");
    }
    let missing = value.call_method0("isna")?;
    let objects = value.call_method1("astype", ("object",))?;
    let none = value.py().None();
    objects
        .call_method1("where", (missing.call_method0("__invert__")?, none))?
        .call_method0("tolist")
}

/// The type that the values of a list share: of its first value that is not `None`, and `float` for
/// a mix of integers and floats. Something else than a list has its own.
fn of_list(value: &Bound<'_, PyAny>) -> Option<Type> {
    let values = value.cast::<PyList>().ok()?;
    let mut found = None;
    for value in values {
        let ty = if value.is_none() {
            continue;
        } else if value.is_instance_of::<PyBool>() {
            Type::BOOL
        } else if value.is_instance_of::<PyInt>() {
            Type::INT64
        } else if value.is_instance_of::<PyFloat>() {
            return Some(Type::FLOAT64);
        } else if value.is_instance_of::<PyString>() {
            Type::STRING
        } else {
            return None;
        };
        if ty != Type::INT64 {
            return Some(ty);
        }
        found = Some(ty);
    }
    found.or(Some(Type::from(DataType::Null)))
}
