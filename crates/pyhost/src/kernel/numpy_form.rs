//! Arguments as arrays of `NumPy`: read-only views of numbers, copies of what it keeps otherwise.

use arrow::array::{Array, ArrayRef, ArrowPrimitiveType, AsArray};
use arrow::buffer::{Buffer, NullBuffer};
use arrow::datatypes::{
    DataType, Date32Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    TimeUnit, TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
    TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrowsmith_contract::NullPolicy;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::buffer::BufferView;
use super::column::to_list;

pub(crate) fn argument<'py>(
    py: Python<'py>,
    column: &ArrayRef,
    nulls: NullPolicy,
) -> PyResult<Bound<'py, PyAny>> {
    let numpy = py.import(pyo3::intern!(py, "numpy"))?;
    let values = values(py, &numpy, column)?;
    if nulls == NullPolicy::Skip {
        return Ok(values);
    }
    let options = PyDict::new(py);
    options.set_item("copy", false)?;
    if let Some(nulls) = column.nulls() {
        options.set_item("mask", from_buffer(py, &numpy, mask(nulls), "bool")?)?;
    }
    numpy.getattr("ma")?.call_method("MaskedArray", (values,), Some(&options))
}

fn values<'py>(
    py: Python<'py>,
    numpy: &Bound<'py, PyModule>,
    column: &ArrayRef,
) -> PyResult<Bound<'py, PyAny>> {
    let (buffer, dtype) = match column.data_type() {
        DataType::Float64 => (buffer::<Float64Type>(column), "float64"),
        DataType::Float32 => (buffer::<Float32Type>(column), "float32"),
        DataType::Int64 => (buffer::<Int64Type>(column), "int64"),
        DataType::Int32 => (buffer::<Int32Type>(column), "int32"),
        DataType::Int16 => (buffer::<Int16Type>(column), "int16"),
        DataType::Int8 => (buffer::<Int8Type>(column), "int8"),
        DataType::UInt64 => (buffer::<UInt64Type>(column), "uint64"),
        DataType::UInt32 => (buffer::<UInt32Type>(column), "uint32"),
        DataType::UInt16 => (buffer::<UInt16Type>(column), "uint16"),
        DataType::UInt8 => (buffer::<UInt8Type>(column), "uint8"),
        DataType::Boolean => {
            let bytes: Vec<u8> = column.as_boolean().values().iter().map(u8::from).collect();
            (Buffer::from_vec(bytes), "bool")
        }
        DataType::Date32 => {
            let days = column.as_primitive::<Date32Type>().values().iter().copied();
            (Buffer::from_vec(days.map(i64::from).collect::<Vec<i64>>()), "datetime64[D]")
        }
        DataType::Timestamp(unit, None) => timestamps(column, *unit),
        _ => return objects(py, numpy, column),
    };
    from_buffer(py, numpy, buffer, dtype)
}

fn buffer<T: ArrowPrimitiveType>(column: &ArrayRef) -> Buffer {
    column.as_primitive::<T>().values().inner().clone()
}

/// Under a mask NumPy sees any number, so NULLs need no `NaT`.
fn timestamps(column: &ArrayRef, unit: TimeUnit) -> (Buffer, &'static str) {
    match unit {
        TimeUnit::Second => (buffer::<TimestampSecondType>(column), "datetime64[s]"),
        TimeUnit::Millisecond => (buffer::<TimestampMillisecondType>(column), "datetime64[ms]"),
        TimeUnit::Microsecond => (buffer::<TimestampMicrosecondType>(column), "datetime64[us]"),
        TimeUnit::Nanosecond => (buffer::<TimestampNanosecondType>(column), "datetime64[ns]"),
    }
}

/// One byte a row, 1 where it is NULL.
fn mask(nulls: &NullBuffer) -> Buffer {
    Buffer::from_vec(nulls.iter().map(|valid| u8::from(!valid)).collect::<Vec<u8>>())
}

fn from_buffer<'py>(
    py: Python<'py>,
    numpy: &Bound<'py, PyModule>,
    buffer: Buffer,
    dtype: &str,
) -> PyResult<Bound<'py, PyAny>> {
    numpy.call_method1(pyo3::intern!(py, "frombuffer"), (BufferView(buffer), dtype))
}

fn objects<'py>(
    py: Python<'py>,
    numpy: &Bound<'py, PyModule>,
    column: &ArrayRef,
) -> PyResult<Bound<'py, PyAny>> {
    let values = to_list(py, column)?;
    if !column.data_type().is_nested() {
        return numpy.call_method1("array", (values, "object"));
    }
    // Of lists of one length it would make an array of two dimensions.
    let array = numpy.call_method1("empty", (values.len(), "object"))?;
    for (index, value) in values.iter().enumerate() {
        array.set_item(index, value)?;
    }
    Ok(array)
}
