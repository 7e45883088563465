//! Arrays that Python has, as columns, and columns as what Python wants.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef};
use arrow::datatypes::DataType;
use arrowsmith_contract::{NullPolicy, Result, RowNumbers, Type};
use pyo3::prelude::*;
use pyo3::types::{PyFloat, PyList, PyString};
use pyo3_arrow::PyArray;
use pyo3_arrow::input::AnyRecordBatch;

use crate::errors::{self, ErrorClass};
use crate::kernel::{self, Capsules, Owner, Refused, Wanted};

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
    let inferred;
    let ty = match ty {
        Some(ty) => Some(ty),
        None => {
            inferred = of_list(value);
            inferred.as_ref()
        }
    };
    if ty.is_none()
        && let Some(array) = by_pyarrow(value)
    {
        return Ok(array);
    }
    let wanted = Wanted {
        function,
        what,
        ty,
        count: None,
        number: &|row| RowNumbers::default().number(row),
        owner: Owner::Caller,
        hint: "it may be an Arrow array, a NumPy array, a series, or a list of None, bool, int, float, str, date, datetime or Decimal",
    };
    wanted.read(value).unwrap_or_else(|exception| Err(raised(exception)))
}

/// Takes a table or record batch out of an object with Arrow's capsules, which are looked at first:
/// of one that is released, arrow would read memory that is gone.
///
/// # Errors
/// What the object raised, and a conversion error for an object without good capsules.
pub fn batches_from(value: &Bound<'_, PyAny>) -> PyResult<AnyRecordBatch> {
    let refused = |reason: &str| {
        let message = format!("this is no Arrow table: {reason}");
        errors::new_error(value.py(), ErrorClass::Conversion, &message)
    };
    match Capsules::of(value).and_then(|found| found.map(Capsules::into_batches).transpose()) {
        Ok(Some(batches)) => Ok(batches),
        Ok(None) => Err(refused("it has neither __arrow_c_stream__ nor __arrow_c_array__")),
        Err(Refused::Misfit(reason)) => Err(refused(&reason)),
        Err(Refused::Raised(exception)) => Err(exception),
    }
}

/// The values as Python objects, NULL as `None`.
///
/// # Errors
/// A type without Python values.
pub fn to_list<'py>(py: Python<'py>, column: &ArrayRef) -> PyResult<Bound<'py, PyList>> {
    if kernel::is_supported(column.data_type()) {
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

/// The type that the values of a list share, if it is one that is made of Python values. Something
/// else than a list has its own.
fn of_list(value: &Bound<'_, PyAny>) -> Option<Type> {
    let values = value.cast::<PyList>().ok()?;
    let mut shared = DataType::Null;
    for value in values {
        shared = common(shared, of_value(&value)?)?;
    }
    Some(Type::from(shared))
}

/// Integers beside truth values are integers, beside floats floats; decimals are as wide as any.
fn common(one: DataType, other: DataType) -> Option<DataType> {
    use DataType::{Boolean, Decimal128, Decimal256, Float64, Int64, Null};
    Some(match (one, other) {
        (one, other) if one == other => one,
        (Null, other) | (other, Null) => other,
        (Boolean | Int64, Int64) | (Int64, Boolean) => Int64,
        (Boolean | Int64 | Float64, Float64) | (Float64, Boolean | Int64) => Float64,
        (
            Decimal128(one, one_scale) | Decimal256(one, one_scale),
            Decimal128(other, other_scale) | Decimal256(other, other_scale),
        ) => {
            let whole = (one as i8 - one_scale).max(other as i8 - other_scale);
            kernel::decimal_type(i64::from(whole), i64::from(one_scale.max(other_scale)))?
        }
        _ => return None,
    })
}

fn of_value(value: &Bound<'_, PyAny>) -> Option<DataType> {
    if kernel::is_missing(value) {
        Some(DataType::Null)
    } else if kernel::is_truth_value(value) {
        Some(DataType::Boolean)
    } else if value.is_instance_of::<PyString>() {
        Some(DataType::Utf8)
    } else if value.hasattr("__index__").ok()? {
        Some(DataType::Int64)
    } else if value.is_instance_of::<PyFloat>() || is_numpy_float(value) {
        Some(DataType::Float64)
    } else {
        kernel::natural_type(value).ok()?
    }
}

fn is_numpy_float(value: &Bound<'_, PyAny>) -> bool {
    value.get_type().name().is_ok_and(|name| name.to_string_lossy().starts_with("float"))
        && value.hasattr("dtype").unwrap_or(false)
}

/// Values of other types, which pyarrow knows, where it is installed.
fn by_pyarrow(value: &Bound<'_, PyAny>) -> Option<ArrayRef> {
    let list = value.cast::<PyList>().ok()?;
    let pyarrow = value.py().import("pyarrow").ok()?;
    let array = pyarrow.call_method1("array", (list,)).ok()?;
    let (array, _) = array.extract::<PyArray>().ok()?.into_inner();
    Some(array)
}
