//! Python values read strictly: what doesn't fit without loss is refused, never cut.

use pyo3::exceptions::{PyOverflowError, PyUnicodeEncodeError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyFloat, PyInt, PyString, PyType};

/// Why a value isn't taken.
pub(super) enum Misfit {
    /// It doesn't fit, with a hint or an empty text.
    Value(&'static str),
    /// A part of it doesn't, which is shown in its place.
    Part(Box<(String, &'static str)>),
    /// Its own conversion raised. In a box, because a `PyErr` is large and this is returned by the
    /// million.
    Raised(Box<PyErr>),
}

impl From<PyErr> for Misfit {
    fn from(exception: PyErr) -> Self {
        Self::Raised(Box::new(exception))
    }
}

/// Whether reading it runs no Python code.
pub(super) fn is_plain(value: &Bound<'_, PyAny>) -> bool {
    value.is_none()
        || value.is_exact_instance_of::<PyFloat>()
        || value.is_exact_instance_of::<PyInt>()
        || value.is_exact_instance_of::<PyString>()
        || value.is_exact_instance_of::<PyBool>()
}

/// None is NULL.
pub(super) type Read<T> = Result<Option<T>, Misfit>;

/// Reads a float: a float, an integer that is exact, or what converts itself without loss.
#[inline]
pub(super) fn float(value: &Bound<'_, PyAny>) -> Read<f64> {
    match value.cast_exact::<PyFloat>() {
        Ok(float) => Ok(Some(float.value())),
        Err(_) => other_float(value),
    }
}

/// Reads a float rounded to nearest; what only becomes infinite by that is refused.
pub(super) fn small_float(value: &Bound<'_, PyAny>) -> Read<f32> {
    let Some(large) = float(value)? else {
        return Ok(None);
    };
    let small = large as f32;
    if small.is_infinite() && large.is_finite() {
        return Err(Misfit::Value("it is too large"));
    }
    Ok(Some(small))
}

/// Reads an integer of at most 64 bits: an int, a bool, or what has `__index__`.
#[inline]
pub(super) fn integer<T: TryFrom<i128>>(value: &Bound<'_, PyAny>) -> Read<T> {
    let wide = match value.cast_exact::<PyInt>() {
        Ok(integer) => Some(small(integer.as_any())?),
        Err(_) => other_integer(value)?,
    };
    let narrow = |wide| T::try_from(wide).map_err(|_| Misfit::Value("it is out of range"));
    wide.map(narrow).transpose()
}

/// Reads a bool, of Python's or `NumPy`'s.
#[inline]
pub(super) fn boolean(value: &Bound<'_, PyAny>) -> Read<bool> {
    match value.cast_exact::<PyBool>() {
        Ok(boolean) => Ok(Some(boolean.is_true())),
        Err(_) if is_missing(value)? => Ok(None),
        Err(_) if is_of(value, "numpy", &["bool", "bool_"])? => Ok(Some(value.is_truthy()?)),
        Err(_) => Err(Misfit::Value("")),
    }
}

/// Gives a string, and nothing else, to `take`.
#[inline]
pub(super) fn string(
    value: &Bound<'_, PyAny>,
    take: impl FnOnce(Option<&str>) -> Result<(), Misfit>,
) -> Result<(), Misfit> {
    match value.cast::<PyString>() {
        Ok(string) => match string.to_str() {
            Ok(text) => take(Some(text)),
            Err(error) if error.is_instance_of::<PyUnicodeEncodeError>(value.py()) => {
                Err(Misfit::Value("it holds half of a surrogate pair, which is no text"))
            }
            Err(error) => Err(error.into()),
        },
        Err(_) if is_missing(value)? => take(None),
        Err(_) => Err(Misfit::Value("")),
    }
}

/// Whether a value is None, or another library's way to say so.
pub(super) fn is_missing(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    if value.is_none() {
        return Ok(true);
    }
    Ok(is_of(value, "pandas", &["NAType"])? || is_of(value, "numpy", &["MaskedConstant"])?)
}

/// Whether the class of a value is one of a package, which may not be installed.
pub(super) fn is_of(value: &Bound<'_, PyAny>, package: &str, names: &[&str]) -> PyResult<bool> {
    is_class_of(&value.get_type(), package, names)
}

/// Whether a class is one of a package.
pub(super) fn is_class_of(
    class: &Bound<'_, PyType>,
    package: &str,
    names: &[&str],
) -> PyResult<bool> {
    let name = class_name(class)?;
    if !names.contains(&name.as_str()) {
        return Ok(false);
    }
    Ok(class_module(class)?.split('.').next() == Some(package))
}

/// The name of a class.
pub(super) fn class_name(class: &Bound<'_, PyType>) -> PyResult<String> {
    text(class, intern!(class.py(), "__name__"))
}

/// The name of the module that a class says it is from.
pub(super) fn class_module(class: &Bound<'_, PyType>) -> PyResult<String> {
    text(class, intern!(class.py(), "__module__"))
}

/// A text that a class has, empty where it has something else there.
fn text(class: &Bound<'_, PyType>, name: &Bound<'_, PyString>) -> PyResult<String> {
    let text = class.getattr(name)?;
    Ok(text.cast::<PyString>().map_or_else(|_| String::new(), |text| text.to_string_lossy().into()))
}

#[cold]
fn other_float(value: &Bound<'_, PyAny>) -> Read<f64> {
    if is_missing(value)? {
        return Ok(None);
    }
    if let Ok(float) = value.cast::<PyFloat>() {
        return Ok(Some(float.value()));
    }
    if value.is_instance_of::<PyInt>() {
        return exact(value, value).map(Some);
    }
    if is_container(value)? {
        return Err(Misfit::Value(""));
    }
    if has(value, "__index__")? {
        let index = value.call_method0("__index__")?;
        return exact(&index, value).map(Some);
    }
    if has(value, "__float__")? {
        return exact(value, value).map(Some);
    }
    Err(Misfit::Value(""))
}

/// The float that `number` converts itself to, if it is equal to `original`.
fn exact(number: &Bound<'_, PyAny>, original: &Bound<'_, PyAny>) -> Result<f64, Misfit> {
    let float = match number.extract::<f64>() {
        Ok(float) => float,
        Err(error) if error.is_instance_of::<PyOverflowError>(number.py()) => {
            return Err(Misfit::Value("it is too large"));
        }
        Err(error) => return Err(error.into()),
    };
    // Python compares floats with integers, decimals and fractions exactly.
    if float.is_nan() || original.eq(float)? {
        return Ok(float);
    }
    Err(Misfit::Value("no float is equal to it"))
}

#[cold]
fn other_integer(value: &Bound<'_, PyAny>) -> Read<i128> {
    if is_missing(value)? {
        return Ok(None);
    }
    if value.is_instance_of::<PyInt>() {
        return small(value).map(Some);
    }
    if value.is_instance_of::<PyFloat>() || is_container(value)? || !has(value, "__index__")? {
        return Err(Misfit::Value(""));
    }
    let index = value.call_method0("__index__")?;
    match index.cast::<PyInt>() {
        Ok(index) => small(index.as_any()).map(Some),
        Err(_) => Err(Misfit::Value("its __index__ gives no int")),
    }
}

#[inline]
fn small(integer: &Bound<'_, PyAny>) -> Result<i128, Misfit> {
    match integer.extract::<i64>() {
        Ok(small) => Ok(i128::from(small)),
        Err(_) => large(integer),
    }
}

#[cold]
fn large(integer: &Bound<'_, PyAny>) -> Result<i128, Misfit> {
    match integer.extract::<u64>() {
        Ok(large) => Ok(i128::from(large)),
        Err(_) => Err(Misfit::Value("it needs more than 64 bits")),
    }
}

/// Arrays of one element convert themselves to numbers, but they are no numbers.
fn is_container(value: &Bound<'_, PyAny>) -> Result<bool, Misfit> {
    has(value, "__len__")
}

fn has(value: &Bound<'_, PyAny>, name: &str) -> Result<bool, Misfit> {
    Ok(value.get_type().hasattr(name)?)
}
