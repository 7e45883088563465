//! NumPy arrays, copied; of those that are no numbers the values.

use std::sync::Arc;

use arrow::array::{ArrayRef, ArrowPrimitiveType, BooleanArray, PrimitiveArray};
use arrow::buffer::{BooleanBuffer, NullBuffer};
use arrow::datatypes::{
    ArrowNativeType, Date32Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type,
    Int64Type, TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
    TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
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
        ("M", 8) => return datetimes(&array, nulls.as_ref()),
        _ => return Ok(None),
    }))
}

/// Copies an array of `datetime64`, `NaT` as NULL: of days and what is coarser as dates.
fn datetimes(
    array: &Bound<'_, PyAny>,
    nulls: Option<&NullBuffer>,
) -> Result<Option<ArrayRef>, Refused> {
    let numpy = array.py().import("numpy")?;
    let (unit, step): (String, i64) =
        numpy.call_method1("datetime_data", (array.getattr("dtype")?,))?.extract()?;
    let unit = match unit.as_str() {
        "Y" | "M" | "W" | "D" => "D",
        "h" | "m" | "s" => "s",
        "ms" | "us" | "ns" if step == 1 => &unit,
        // Of these the values say whether they fit.
        _ => return Ok(None),
    };
    let same = array.call_method1("astype", (format!("datetime64[{unit}]"),))?;
    // NumPy wraps around what is too far, and doesn't say so.
    let back = same.call_method1("astype", (array.getattr("dtype")?,))?;
    let numbers = |array: &Bound<'_, PyAny>| -> PyResult<Vec<i64>> {
        elements(&array.call_method1("view", ("int64",))?)
    };
    if numbers(&back)? != numbers(array)? {
        return Err(Refused::Misfit("it has dates that are out of range".to_owned()));
    }
    let values = numbers(&same)?;
    check_length(values.len(), nulls)?;
    let is_time: NullBuffer = values.iter().map(|value| *value != i64::MIN).collect();
    let nulls = NullBuffer::union(nulls, Some(&is_time));
    let values = PrimitiveArray::<Int64Type>::new(values.into(), nulls);
    Ok(Some(match unit {
        "D" => dates(&values)?,
        "s" => Arc::new(values.reinterpret_cast::<TimestampSecondType>()),
        "ms" => Arc::new(values.reinterpret_cast::<TimestampMillisecondType>()),
        "us" => Arc::new(values.reinterpret_cast::<TimestampMicrosecondType>()),
        _ => Arc::new(values.reinterpret_cast::<TimestampNanosecondType>()),
    }))
}

fn dates(days: &PrimitiveArray<Int64Type>) -> Result<ArrayRef, Refused> {
    let small = |day| i32::try_from(day).map_err(|_| day);
    match days.try_unary::<_, Date32Type, i64>(small) {
        Ok(dates) => Ok(Arc::new(dates)),
        Err(day) => Err(Refused::Misfit(format!("day {day} since 1970 is out of range"))),
    }
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
