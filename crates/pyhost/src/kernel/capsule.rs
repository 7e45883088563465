//! Arrow's capsules that Python objects give, and the arrays in them.

use std::sync::Arc;

use arrow::array::{Array, ArrayData, ArrayRef, MutableArrayData, make_array, new_empty_array};
use arrow::compute::concat;
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyTuple};
use pyo3_arrow::input::AnyRecordBatch;
use pyo3_arrow::{PyRecordBatch, PyRecordBatchReader};

use super::buffer::{self, Imported, Stream};
use super::note;

const ARRAY: &str = "__arrow_c_array__";
const STREAM: &str = "__arrow_c_stream__";

/// What an object gave.
pub(crate) enum Capsules<'py> {
    Array { schema: Bound<'py, PyCapsule>, array: Bound<'py, PyCapsule> },
    Stream(Bound<'py, PyCapsule>),
}

/// What was in them.
pub(super) enum Taken {
    Array(ArrayRef),
    /// A stream of more values than this many, which are wanted.
    MoreThan(usize),
}

/// Why an object isn't taken.
pub(crate) enum Refused {
    /// Python code of the object itself raised.
    Raised(PyErr),
    /// It isn't what it says, for this reason.
    Misfit(String),
}

impl From<PyErr> for Refused {
    fn from(exception: PyErr) -> Self {
        Self::Raised(exception)
    }
}

impl<'py> Capsules<'py> {
    /// Asks an object for them, if its class offers any.
    ///
    /// # Errors
    /// What the object raised, and a misfit for what are no capsules.
    pub(crate) fn of(value: &Bound<'py, PyAny>) -> Result<Option<Self>, Refused> {
        let class = value.get_type();
        if class.hasattr(ARRAY)? {
            let given = value.call_method0(ARRAY)?;
            return Self::pair(&given).map(Some);
        }
        if class.hasattr(STREAM)? {
            let given = value.call_method0(STREAM)?;
            return match given.cast::<PyCapsule>() {
                Ok(stream) => Ok(Some(Self::Stream(stream.clone()))),
                Err(_) => Err(wrong(STREAM, "a capsule", &given)),
            };
        }
        Ok(None)
    }

    fn pair(given: &Bound<'py, PyAny>) -> Result<Self, Refused> {
        if let Ok(pair) = given.cast::<PyTuple>()
            && pair.len() == 2
            && let Ok(schema) = pair.get_item(0)?.cast_into()
            && let Ok(array) = pair.get_item(1)?.cast_into()
        {
            return Ok(Self::Array { schema, array });
        }
        Err(wrong(ARRAY, "a tuple of two capsules", given))
    }

    /// Takes the array, checked down to its last offset and string.
    pub(super) fn into_array(self, count: Option<usize>) -> Result<Taken, Refused> {
        match self {
            Self::Array { schema, array } => {
                let data = buffer::array(&schema, &array).map_err(broken)?;
                Ok(Taken::Array(make_array(data)))
            }
            Self::Stream(stream) => joined(&stream, count),
        }
    }

    /// What a table is made of. Only its outside is checked; its memory is trusted, and not copied.
    pub(crate) fn into_batches(self) -> Result<AnyRecordBatch, Refused> {
        match self {
            Self::Array { schema, array } => {
                buffer::check_pair(&schema, &array).map_err(broken)?;
                let batch = PyRecordBatch::from_arrow_pycapsule(&schema, &array);
                batch.map(AnyRecordBatch::RecordBatch).map_err(|error| broken(error.to_string()))
            }
            Self::Stream(stream) => {
                buffer::check_stream(&stream).map_err(broken)?;
                let reader = PyRecordBatchReader::from_arrow_pycapsule(&stream);
                reader.map(AnyRecordBatch::Stream).map_err(|error| broken(error.to_string()))
            }
        }
    }
}

/// A copy in memory of our own.
pub(super) fn copied(array: &ArrayRef) -> Result<ArrayRef, Refused> {
    let data = array.to_data();
    let mut copy = MutableArrayData::new(vec![&data], false, data.len());
    copy.try_extend(0, 0, data.len()).map_err(|error| broken(error.to_string()))?;
    Ok(make_array(copy.freeze()))
}

/// Joins the chunks of a stream, which may have no end.
fn joined(capsule: &Bound<'_, PyCapsule>, count: Option<usize>) -> Result<Taken, Refused> {
    let mut stream = Stream::open(capsule).map_err(broken)?;
    let mut chunks: Vec<ArrayRef> = Vec::new();
    let mut length = 0;
    while let Some(chunk) = next(&mut stream).map_err(broken)? {
        length += chunk.len();
        if let Some(count) = count.filter(|count| length > *count) {
            return Ok(Taken::MoreThan(count));
        }
        chunks.push(make_array(chunk));
    }
    Ok(Taken::Array(match chunks.as_slice() {
        [] => new_empty_array(&stream.data_type),
        [one] => Arc::clone(one),
        many => {
            let many: Vec<&dyn Array> = many.iter().map(AsRef::as_ref).collect();
            concat(&many).map_err(|error| broken(error.to_string()))?
        }
    }))
}

/// The next chunk that is not empty.
fn next(stream: &mut Stream) -> Imported<Option<ArrayData>> {
    loop {
        match stream.next()? {
            Some(chunk) if chunk.is_empty() => {}
            other => return Ok(other),
        }
    }
}

fn wrong(method: &str, wanted: &str, given: &Bound<'_, PyAny>) -> Refused {
    let given = note::short_repr(given);
    Refused::Misfit(format!("its {method} must give {wanted}, not {given}"))
}

fn broken(mut reason: String) -> Refused {
    reason.insert_str(0, "the Arrow array is broken: ");
    Refused::Misfit(reason)
}
