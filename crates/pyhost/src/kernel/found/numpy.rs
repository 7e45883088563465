//! NumPy arrays, copied; of those that are no numbers the values.

use std::sync::Arc;

use arrow::array::{ArrayRef, ArrowPrimitiveType, BooleanArray, PrimitiveArray};
use arrow::buffer::{BooleanBuffer, NullBuffer};
use arrow::datatypes::{
    ArrowNativeType, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use pyo3::buffer::{Element, PyBuffer};
use pyo3::exceptions::{PyBufferError, PyMemoryError};
use pyo3::prelude::*;
use pyo3::types::PyList;

use super::{Found, attribute, other_length};
use crate::kernel::capsule::Refused;

pub(super) fn read<'py>(
    value: &Bound<'py, PyAny>,
    count: Option<usize>,
) -> Result<Found<'py>, Refused> {
    let numpy = value.py().import("numpy")?;
    let ma = numpy.getattr("ma")?;
    let is_masked = value.get_type().is_subclass(&ma.getattr("MaskedArray")?)?;
    let plain = if is_masked { value.getattr("data")? } else { value.clone() };
    // Of a subclass it makes a plain array, which doesn't lie about itself.
    let array = numpy.call_method1("asarray", (plain,))?;
    match attribute(&array, "ndim")? {
        0 => return Ok(Found::OneValue),
        1 => {}
        dimensions => return Ok(Found::Dimensions(dimensions)),
    }
    let length = array.len()?;
    if let Some(other) = other_length(count, length) {
        return Ok(other);
    }
    let nulls = if is_masked {
        let mask = ma.call_method1("getmaskarray", (value,))?;
        let masked = bytes(&numpy.call_method1("asarray", (mask, "bool"))?)?;
        Some(masked.into_iter().map(|masked| masked == 0).collect())
    } else {
        None
    };
    match primitive(&array, nulls)? {
        Some(array) => Ok(Found::Array(array)),
        // tolist of a masked array has None where it is masked.
        None => {
            let list = if is_masked { value } else { &array }.call_method0("tolist")?;
            let list = list.cast_into::<PyList>();
            let no_list = |_| Refused::Misfit("its tolist gives no list".to_owned());
            Ok(Found::Values(list.map_err(no_list)?))
        }
    }
}

/// Refuses a mask of another length than the data, both of which a class can make up.
fn check_length(values: usize, nulls: Option<&NullBuffer>) -> Result<(), Refused> {
    match nulls.map(NullBuffer::len) {
        Some(mask) if mask != values => {
            Err(Refused::Misfit(format!("its mask has {mask} values, its data {values}")))
        }
        _ => Ok(()),
    }
}

/// Copies a `NumPy` array of numbers or truth values; others give None.
fn primitive(
    array: &Bound<'_, PyAny>,
    nulls: Option<NullBuffer>,
) -> Result<Option<ArrayRef>, Refused> {
    let dtype = array.getattr("dtype")?;
    let kind: String = attribute(&dtype, "kind")?;
    let size: usize = attribute(&dtype, "itemsize")?;
    let mut array = array.clone();
    if !attribute::<bool>(&dtype, "isnative")? {
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
            let values: BooleanBuffer = bytes(&array)?.into_iter().map(|byte| byte != 0).collect();
            check_length(values.len(), nulls.as_ref())?;
            Arc::new(BooleanArray::new(values, nulls))
        }
        _ => return Ok(None),
    }))
}

fn numbers<T>(array: &Bound<'_, PyAny>, nulls: Option<NullBuffer>) -> Result<ArrayRef, Refused>
where
    T: ArrowPrimitiveType,
    T::Native: Element + ArrowNativeType,
{
    let values: Vec<T::Native> = elements(array)?;
    check_length(values.len(), nulls.as_ref())?;
    Ok(Arc::new(PrimitiveArray::<T>::new(values.into(), nulls)))
}

/// The bytes under an array of truth values.
fn bytes(array: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
    elements(&array.call_method1("view", ("uint8",))?)
}

fn elements<T: Element>(array: &Bound<'_, PyAny>) -> PyResult<Vec<T>> {
    let py = array.py();
    let buffer = match PyBuffer::get(array) {
        Ok(buffer) => buffer,
        // Memory that is not aligned, as fields of records are.
        Err(error) if error.is_instance_of::<PyBufferError>(py) => {
            PyBuffer::get(&array.call_method0("copy")?)?
        }
        Err(error) => return Err(error),
    };
    // Of an array that repeats one value there may be more than fits into memory.
    if Vec::<T>::new().try_reserve_exact(buffer.item_count()).is_err() {
        let message = format!("there is no memory for {} values", buffer.item_count());
        return Err(PyMemoryError::new_err(message));
    }
    buffer.to_vec(py)
}
