//! Columns as Python objects, one row at a time.

use std::convert::Infallible;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Float32Array, Float64Array, Int8Array, Int16Array,
    Int32Array, Int64Array, LargeStringArray, StringArray, StringViewArray, UInt8Array,
    UInt16Array, UInt32Array, UInt64Array,
};
use arrow::buffer::NullBuffer;
use arrow::datatypes::DataType;
use arrowsmith_contract::{Error, Result};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyFloat, PyInt, PyList, PyString};

use crate::errors;

/// The types that become Python values, and are made of them.
pub(crate) const SUPPORTED: &[DataType] = &[
    DataType::Float64,
    DataType::Int64,
    DataType::Utf8,
    DataType::Boolean,
    DataType::Float32,
    DataType::Int8,
    DataType::Int16,
    DataType::Int32,
    DataType::UInt8,
    DataType::UInt16,
    DataType::UInt32,
    DataType::UInt64,
    DataType::LargeUtf8,
    DataType::Utf8View,
];

/// A column of a supported type.
pub(super) struct Column<'a> {
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
}

impl<'a> Column<'a> {
    pub(super) fn new(array: &'a ArrayRef) -> Result<Self> {
        Ok(Self { nulls: array.nulls(), values: Values::new(array)? })
    }

    /// The value of a row, which is None for NULL.
    #[inline]
    pub(super) fn object<'py>(&self, py: Python<'py>, row: usize) -> Bound<'py, PyAny> {
        if self.nulls.is_some_and(|nulls| nulls.is_null(row)) {
            return py.None().into_bound(py);
        }
        match &self.values {
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
        }
    }
}

/// The values of a column of a supported type, NULL as None.
///
/// # Errors
/// Another type.
pub(crate) fn to_list<'py>(py: Python<'py>, column: &ArrayRef) -> PyResult<Bound<'py, PyList>> {
    let reader = Column::new(column).map_err(|error| errors::to_pyerr(py, &error))?;
    let objects: Vec<_> = (0..column.len()).map(|row| reader.object(py, row)).collect();
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
            other => return Err(Error::Internal(format!("no Python value for {other}"))),
        })
    }
}

#[inline]
fn int<'py, T>(py: Python<'py>, value: T) -> Bound<'py, PyAny>
where
    T: IntoPyObject<'py, Target = PyInt, Output = Bound<'py, PyInt>, Error = Infallible>,
{
    let Ok(int) = value.into_pyobject(py);
    int.into_any()
}
