//! Array-like objects of Python, as what they are: an array, a list of values, or neither.
//!
//! Memory is copied. That of an Arrow array may belong to a NumPy array which its owner writes to
//! again; only who gives an argument keeps it unchanged until the call is over.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, ArrowPrimitiveType, BooleanArray, MutableArrayData, PrimitiveArray, make_array,
};
use arrow::buffer::{BooleanBuffer, NullBuffer};
use arrow::compute::concat;
use arrow::datatypes::{
    ArrowNativeType, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use pyo3::buffer::{Element, PyBuffer};
use pyo3::exceptions::PyBufferError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyFloat, PyInt, PyList, PyString, PyTuple};
use pyo3_arrow::input::AnyArray;

/// What an object turned out to be.
pub(super) enum Found<'py> {
    Array(ArrayRef),
    /// Values that are still to be converted, one by one.
    Values(Bound<'py, PyList>),
    /// A single value where an array is wanted.
    OneValue,
    /// An array of so many dimensions.
    Dimensions(usize),
    Nothing,
}

/// Whose memory an Arrow array is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owner {
    /// A plugin's, which may write to it again.
    Plugin,
    /// A caller's, who waits for the answer.
    Caller,
}

/// # Errors
/// What Python code of the object itself raised.
pub(super) fn read<'py>(value: &Bound<'py, PyAny>, owner: Owner) -> PyResult<Found<'py>> {
    let value = &plain_series(value)?;
    let class = value.get_type();
    if is_one_value(value)? {
        return Ok(Found::OneValue);
    }
    if class.hasattr("__arrow_c_array__")? || class.hasattr("__arrow_c_stream__")? {
        let array = arrow_array(value.extract()?)?;
        return Ok(Found::Array(match owner {
            Owner::Plugin => copied(&array)?,
            Owner::Caller => array,
        }));
    }
    if let Ok(list) = value.cast::<PyList>() {
        return Ok(Found::Values(list.clone()));
    }
    if let Ok(tuple) = value.cast::<PyTuple>() {
        return Ok(Found::Values(tuple.to_list()));
    }
    if class.hasattr("__array__")? {
        return numpy_array(value);
    }
    Ok(Found::Nothing)
}

fn numpy_array<'py>(value: &Bound<'py, PyAny>) -> PyResult<Found<'py>> {
    let numpy = value.py().import("numpy")?;
    let ma = numpy.getattr("ma")?;
    let is_masked = value.is_instance(&ma.getattr("MaskedArray")?)?;
    let array =
        if is_masked { value.getattr("data")? } else { numpy.call_method1("asarray", (value,))? };
    match array.getattr("ndim")?.extract()? {
        0 => return Ok(Found::OneValue),
        1 => {}
        dimensions => return Ok(Found::Dimensions(dimensions)),
    }
    let nulls = if is_masked {
        let mask = bytes(&ma.call_method1("getmaskarray", (value,))?)?;
        Some(mask.into_iter().map(|masked| masked == 0).collect::<NullBuffer>())
    } else {
        None
    };
    match primitive(&array, nulls)? {
        Some(array) => Ok(Found::Array(array)),
        // tolist of a masked array has None where it is masked.
        None => {
            let list = if is_masked { value } else { &array }.call_method0("tolist")?;
            Ok(Found::Values(list.cast_into()?))
        }
    }
}

fn copied(array: &ArrayRef) -> PyResult<ArrayRef> {
    let data = array.to_data();
    let mut copy = MutableArrayData::new(vec![&data], false, data.len());
    copy.try_extend(0, 0, data.len()).map_err(invalid)?;
    Ok(make_array(copy.freeze()))
}

/// A pandas series as NumPy array or list, for pandas itself takes NaN for NULL; anything else as
/// it is.
fn plain_series<'py>(value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
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

/// Whether a value is a single one, where an array is wanted.
fn is_one_value(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    if value.is_none()
        || value.is_instance_of::<PyFloat>()
        || value.is_instance_of::<PyInt>()
        || value.is_instance_of::<PyString>()
        || value.is_instance_of::<PyBytes>()
    {
        return Ok(true);
    }
    let class = value.get_type();
    let module = class.module()?;
    if module == "pyarrow.lib" {
        return Ok(class.name()?.to_string_lossy().ends_with("Scalar"));
    }
    Ok(class.hasattr("__float__")? && !class.hasattr("__len__")?)
}

/// Joins the chunks of a stream. What other libraries say of their strings is checked, because a
/// string that is no UTF-8 would be undefined behaviour further on.
fn arrow_array(array: AnyArray) -> PyResult<ArrayRef> {
    let array = match array {
        AnyArray::Array(array) => array.into_inner().0,
        AnyArray::Stream(stream) => {
            let (chunks, field) = stream.into_chunked_array()?.into_inner();
            match chunks.as_slice() {
                [] => arrow::array::new_empty_array(field.data_type()),
                [one] => Arc::clone(one),
                many => {
                    let many: Vec<&dyn Array> = many.iter().map(AsRef::as_ref).collect();
                    concat(&many).map_err(invalid)?
                }
            }
        }
    };
    if !array.data_type().is_primitive() {
        array.to_data().validate_full().map_err(invalid)?;
    }
    Ok(array)
}

#[expect(clippy::needless_pass_by_value, reason = "map_err gives it so")]
fn invalid(error: arrow::error::ArrowError) -> PyErr {
    pyo3::exceptions::PyValueError::new_err(format!("the Arrow array is broken: {error}"))
}

/// Copies a `NumPy` array of numbers or truth values; others give None.
fn primitive(array: &Bound<'_, PyAny>, nulls: Option<NullBuffer>) -> PyResult<Option<ArrayRef>> {
    let dtype = array.getattr("dtype")?;
    let kind: String = dtype.getattr("kind")?.extract()?;
    let size: usize = dtype.getattr("itemsize")?.extract()?;
    let mut array = array.clone();
    if !dtype.getattr("isnative")?.extract::<bool>()? {
        let native = dtype.call_method1("newbyteorder", ("=",))?;
        array = array.call_method1("astype", (native,))?;
    }
    Ok(Some(match (kind.as_str(), size) {
        ("f", 8) => numbers::<Float64Type>(&array, nulls)?,
        ("f", 4) => numbers::<Float32Type>(&array, nulls)?,
        ("f", 2) => numbers::<Float32Type>(&array.call_method1("astype", ("float32",))?, nulls)?,
        ("i", 8) => numbers::<Int64Type>(&array, nulls)?,
        ("i", 4) => numbers::<Int32Type>(&array, nulls)?,
        ("i", 2) => numbers::<Int16Type>(&array, nulls)?,
        ("i", 1) => numbers::<Int8Type>(&array, nulls)?,
        ("u", 8) => numbers::<UInt64Type>(&array, nulls)?,
        ("u", 4) => numbers::<UInt32Type>(&array, nulls)?,
        ("u", 2) => numbers::<UInt16Type>(&array, nulls)?,
        ("u", 1) => numbers::<UInt8Type>(&array, nulls)?,
        ("b", 1) => {
            let values =
                bytes(&array)?.into_iter().map(|byte| byte != 0).collect::<BooleanBuffer>();
            Arc::new(BooleanArray::new(values, nulls))
        }
        _ => return Ok(None),
    }))
}

fn numbers<T>(array: &Bound<'_, PyAny>, nulls: Option<NullBuffer>) -> PyResult<ArrayRef>
where
    T: ArrowPrimitiveType,
    T::Native: Element + ArrowNativeType,
{
    let values: Vec<T::Native> = elements(array)?;
    Ok(Arc::new(PrimitiveArray::<T>::new(values.into(), nulls)))
}

/// The bytes under an array of truth values.
fn bytes(array: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
    elements(&array.call_method1("view", ("uint8",))?)
}

fn elements<T: Element>(array: &Bound<'_, PyAny>) -> PyResult<Vec<T>> {
    let py = array.py();
    match PyBuffer::get(array) {
        Ok(buffer) => buffer.to_vec(py),
        // Memory that is not aligned, as fields of records are.
        Err(error) if error.is_instance_of::<PyBufferError>(py) => {
            PyBuffer::get(&array.call_method0("copy")?)?.to_vec(py)
        }
        Err(error) => Err(error),
    }
}
