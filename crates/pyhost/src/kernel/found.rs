//! Array-like objects of Python, as what they are: an array, a list of values, or neither.
//!
//! Memory is copied. That of an Arrow array may belong to a NumPy array which its owner writes to
//! again; only who gives an argument keeps it unchanged until the call is over.

mod numpy;

use arrow::array::{Array, ArrayRef};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyFloat, PyInt, PyList, PyString, PyTuple};

use super::capsule::{Capsules, Refused, Taken, copied};
use super::note;
use super::value::{class_module, class_name, is_of};

/// What an object turned out to be.
pub(super) enum Found<'py> {
    Array(ArrayRef),
    /// Values that are still to be converted, one by one.
    Values(Bound<'py, PyList>),
    /// A single value where an array is wanted.
    OneValue,
    /// An array of so many dimensions.
    Dimensions(usize),
    /// Another number of values than is wanted, in words.
    OtherLength(String),
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

/// Reads an object as an array of `count` values, or of any number of them. The number is looked at
/// before memory is taken for them.
///
/// # Errors
/// What Python code of the object itself raised, and a misfit for an object that is broken.
pub(super) fn read<'py>(
    value: &Bound<'py, PyAny>,
    owner: Owner,
    count: Option<usize>,
) -> Result<Found<'py>, Refused> {
    let value = &plain_series(value)?;
    if is_one_value(value)? {
        return Ok(Found::OneValue);
    }
    if let Some(capsules) = Capsules::of(value)? {
        return match capsules.into_array(count)? {
            Taken::MoreThan(count) => {
                Ok(Found::OtherLength(format!("a stream of more than {count} values")))
            }
            Taken::Array(array) => match other_length(count, array.len()) {
                Some(other) => Ok(other),
                None if owner == Owner::Plugin => Ok(Found::Array(copied(&array)?)),
                None => Ok(Found::Array(array)),
            },
        };
    }
    if let Ok(list) = value.cast::<PyList>() {
        return Ok(Found::Values(list.clone()));
    }
    if let Ok(tuple) = value.cast::<PyTuple>() {
        return Ok(Found::Values(tuple.to_list()));
    }
    if value.get_type().hasattr("__array__")? {
        return numpy::read(value, count);
    }
    Ok(Found::Nothing)
}

fn other_length<'py>(count: Option<usize>, length: usize) -> Option<Found<'py>> {
    let differs = count.is_some_and(|count| count != length);
    differs.then(|| Found::OtherLength(format!("an array of {length} values")))
}

/// An attribute of a type that it may not have, whatever an object says.
fn attribute<'py, T>(object: &Bound<'py, PyAny>, name: &str) -> Result<T, Refused>
where
    T: for<'a> FromPyObject<'a, 'py>,
{
    let value = object.getattr(name)?;
    value.extract().map_err(|_| {
        Refused::Misfit(format!("its {name} makes no sense: {}", note::short_repr(&value)))
    })
}

/// A pandas series as NumPy array or list, for pandas itself takes NaN for NULL; anything else as
/// it is.
fn plain_series<'py>(value: &Bound<'py, PyAny>) -> Result<Bound<'py, PyAny>, Refused> {
    if !is_of(value, "pandas", &["Series"])? {
        return Ok(value.clone());
    }
    let dtype = value.getattr("dtype")?;
    let kind: String = attribute(&dtype, "kind")?;
    if kind != "O" && class_module(&dtype.get_type())?.starts_with("numpy") {
        return Ok(value.call_method0("to_numpy")?);
    }
    let missing = value.call_method0("isna")?;
    let objects = value.call_method1("astype", ("object",))?;
    let none = value.py().None();
    Ok(objects
        .call_method1("where", (missing.call_method0("__invert__")?, none))?
        .call_method0("tolist")?)
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
    if class_module(&class)? == "pyarrow.lib" {
        return Ok(class_name(&class)?.ends_with("Scalar"));
    }
    Ok(class.hasattr("__float__")? && !class.hasattr("__len__")?)
}
