//! Columns as Python objects, one row at a time.

use std::convert::Infallible;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Date32Array, Decimal128Array, Decimal256Array,
    Float32Array, Float64Array, Int8Array, Int16Array, Int32Array, Int64Array, LargeStringArray,
    PrimitiveArray, StringArray, StringViewArray, UInt8Array, UInt16Array, UInt32Array,
    UInt64Array,
};
use arrow::buffer::{NullBuffer, ScalarBuffer};
use arrow::datatypes::{
    ArrowTimestampType, DataType, TimeUnit, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType,
};
use arrowsmith_contract::coerce::show_value;
use arrowsmith_contract::{Error, Result};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyFloat, PyInt, PyList, PyString};

use super::decimal;
use super::lists::Lists;
use super::temporal::{self, Datetimes};
use crate::errors::{self, ErrorClass};

/// The types that become Python values, and are made of them, as errors list them.
pub(crate) const SUPPORTED_NAMES: &str = "float, int, string, bool, date, timestamp, decimal, \
float32, int8, int16, int32, uint8, uint16, uint32, uint64, large_string, string_view, and lists of these";

/// Whether values of a type become Python values, and are made of them.
pub(crate) fn is_supported(data_type: &DataType) -> bool {
    data_type.is_integer()
        || matches!(
            data_type,
            DataType::Float64
                | DataType::Float32
                | DataType::Utf8
                | DataType::LargeUtf8
                | DataType::Utf8View
                | DataType::Boolean
                | DataType::Date32
                | DataType::Timestamp(..)
                | DataType::Decimal128(..)
                | DataType::Decimal256(..)
        )
        || matches!(data_type, DataType::List(item) if !item.data_type().is_nested()
            && item.metadata().is_empty()
            && is_supported(item.data_type()))
}

/// A column of a supported type.
pub(super) struct Column<'a> {
    array: &'a ArrayRef,
    nulls: Option<&'a NullBuffer>,
    values: Values<'a>,
}

enum Values<'a> {
    Float64(&'a Float64Array),
    Int64(&'a Int64Array),
    Utf8(&'a StringArray),
    Boolean(&'a BooleanArray),
    Float32(&'a Float32Array),
    Int8(&'a Int8Array),
    Int16(&'a Int16Array),
    Int32(&'a Int32Array),
    UInt8(&'a UInt8Array),
    UInt16(&'a UInt16Array),
    UInt32(&'a UInt32Array),
    UInt64(&'a UInt64Array),
    LargeUtf8(&'a LargeStringArray),
    Utf8View(&'a StringViewArray),
    Date(&'a Date32Array),
    Timestamp(&'a ScalarBuffer<i64>, Datetimes),
    Decimal128(&'a Decimal128Array),
    Decimal256(&'a Decimal256Array),
    List(Box<Lists<'a>>),
}

impl<'a> Column<'a> {
    pub(super) fn new(array: &'a ArrayRef) -> Result<Self> {
        Ok(Self { array, nulls: array.nulls(), values: Values::new(array)? })
    }

    /// The value of a row, which is None for NULL. Gives nothing where no Python value is it, with
    /// the exception pending; [`Self::refused`] tells why. A `PyResult` is so large that moving it
    /// about shows.
    #[inline]
    pub(super) fn object<'py>(&self, py: Python<'py>, row: usize) -> Option<Bound<'py, PyAny>> {
        if self.nulls.is_some_and(|nulls| nulls.is_null(row)) {
            return Some(py.None().into_bound(py));
        }
        Some(match &self.values {
            Values::Float64(array) => PyFloat::new(py, array.value(row)).into_any(),
            Values::Int64(array) => int(py, array.value(row)),
            Values::Utf8(array) => PyString::new(py, array.value(row)).into_any(),
            Values::Boolean(array) => PyBool::new(py, array.value(row)).to_owned().into_any(),
            Values::Float32(array) => PyFloat::new(py, f64::from(array.value(row))).into_any(),
            Values::Int8(array) => int(py, array.value(row)),
            Values::Int16(array) => int(py, array.value(row)),
            Values::Int32(array) => int(py, array.value(row)),
            Values::UInt8(array) => int(py, array.value(row)),
            Values::UInt16(array) => int(py, array.value(row)),
            Values::UInt32(array) => int(py, array.value(row)),
            Values::UInt64(array) => int(py, array.value(row)),
            Values::LargeUtf8(array) => PyString::new(py, array.value(row)).into_any(),
            Values::Utf8View(array) => PyString::new(py, array.value(row)).into_any(),
            Values::Date(array) => return made(py, temporal::date(py, array.value(row))),
            Values::Timestamp(values, datetimes) => {
                return made(py, datetimes.object(py, values[row]));
            }
            Values::Decimal128(array) => {
                return made(py, decimal::object(py, &array.value_as_string(row)));
            }
            Values::Decimal256(array) => {
                return made(py, decimal::object(py, &array.value_as_string(row)));
            }
            Values::List(lists) => return lists.object(py, row),
        })
    }

    /// Why no Python value is the one of a row, where [`Self::object`] failed for that reason.
    #[cold]
    pub(super) fn refused(&self, row: usize) -> Option<Unheld> {
        let (class, why) = match &self.values {
            Values::Date(array) => ("datetime.date", temporal::refused_day(array.value(row))?),
            Values::Timestamp(values, datetimes) => {
                ("datetime.datetime", datetimes.refused(values[row])?)
            }
            Values::List(lists) => return lists.refused(row),
            _ => return None,
        };
        Some(Unheld { value: show_value(self.array, row), class, why })
    }
}

/// A value that no object of a Python class can hold.
pub(super) struct Unheld {
    pub(super) value: String,
    pub(super) class: &'static str,
    pub(super) why: &'static str,
}

/// The values of a column of a supported type, NULL as None.
///
/// # Errors
/// Another type, and a value that no Python value is.
pub(crate) fn to_list<'py>(py: Python<'py>, column: &ArrayRef) -> PyResult<Bound<'py, PyList>> {
    let reader = Column::new(column).map_err(|error| errors::to_pyerr(py, &error))?;
    let object = |row| {
        reader.object(py, row).ok_or_else(|| {
            let exception = PyErr::fetch(py);
            let Some(Unheld { value, class, why }) = reader.refused(row) else {
                return exception;
            };
            let message = format!("row {row}: {value} does not fit {class} ({why})");
            errors::new_error(py, ErrorClass::Conversion, &message)
        })
    };
    let objects = (0..column.len()).map(object).collect::<PyResult<Vec<_>>>()?;
    PyList::new(py, objects)
}

impl<'a> Values<'a> {
    fn new(array: &'a ArrayRef) -> Result<Self> {
        Ok(match array.data_type() {
            DataType::Float64 => Self::Float64(array.as_primitive()),
            DataType::Int64 => Self::Int64(array.as_primitive()),
            DataType::Utf8 => Self::Utf8(array.as_string()),
            DataType::Boolean => Self::Boolean(array.as_boolean()),
            DataType::Float32 => Self::Float32(array.as_primitive()),
            DataType::Int8 => Self::Int8(array.as_primitive()),
            DataType::Int16 => Self::Int16(array.as_primitive()),
            DataType::Int32 => Self::Int32(array.as_primitive()),
            DataType::UInt8 => Self::UInt8(array.as_primitive()),
            DataType::UInt16 => Self::UInt16(array.as_primitive()),
            DataType::UInt32 => Self::UInt32(array.as_primitive()),
            DataType::UInt64 => Self::UInt64(array.as_primitive()),
            DataType::LargeUtf8 => Self::LargeUtf8(array.as_string()),
            DataType::Utf8View => Self::Utf8View(array.as_string_view()),
            DataType::Date32 => Self::Date(array.as_primitive()),
            DataType::Timestamp(unit, zone) => {
                Self::Timestamp(timestamps(array, *unit), Datetimes::new(*unit, zone.as_ref()))
            }
            DataType::Decimal128(..) => Self::Decimal128(array.as_primitive()),
            DataType::Decimal256(..) => Self::Decimal256(array.as_primitive()),
            DataType::List(_) => Self::List(Box::new(Lists::new(array.as_list())?)),
            other => return Err(Error::Internal(format!("no Python value for {other}"))),
        })
    }
}

fn timestamps(array: &ArrayRef, unit: TimeUnit) -> &ScalarBuffer<i64> {
    fn values<T: ArrowTimestampType>(array: &ArrayRef) -> &ScalarBuffer<i64> {
        let array: &PrimitiveArray<T> = array.as_primitive();
        array.values()
    }
    match unit {
        TimeUnit::Second => values::<TimestampSecondType>(array),
        TimeUnit::Millisecond => values::<TimestampMillisecondType>(array),
        TimeUnit::Microsecond => values::<TimestampMicrosecondType>(array),
        TimeUnit::Nanosecond => values::<TimestampNanosecondType>(array),
    }
}

fn made<'py>(py: Python<'py>, object: PyResult<Bound<'py, PyAny>>) -> Option<Bound<'py, PyAny>> {
    object.map_err(|exception| exception.restore(py)).ok()
}

#[inline]
fn int<'py, T>(py: Python<'py>, value: T) -> Bound<'py, PyAny>
where
    T: IntoPyObject<'py, Target = PyInt, Output = Bound<'py, PyInt>, Error = Infallible>,
{
    let Ok(int) = value.into_pyobject(py);
    int.into_any()
}
