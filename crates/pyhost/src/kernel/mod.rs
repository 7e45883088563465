//! Kernels that call Python functions in this process.

mod aggregate;
mod array_form;
mod arrow_form;
mod buffer;
mod call;
mod callee;
mod capsule;
mod column;
mod failure;
mod fit;
mod found;
mod instances;
mod note;
mod numpy_form;
mod parts;
mod result;
mod scalar;
mod target;
mod value;
mod window;

use pyo3::prelude::*;

pub(crate) use aggregate::{Pickle, PythonAggregate};
pub(crate) use callee::{Callee, Life};
pub(crate) use capsule::{Capsules, Refused};
pub(crate) use column::{SUPPORTED, to_list};
pub(crate) use fit::Wanted;
pub(crate) use found::Owner;
pub(crate) use numpy_form::argument as to_numpy;
pub(crate) use parts::Parts;
pub(crate) use scalar::PythonScalar;
pub(crate) use target::Target;
pub(crate) use window::{Form, PythonWindow};

/// Whether a value is None, or another library's way to say so.
pub(crate) fn is_missing(value: &Bound<'_, PyAny>) -> bool {
    value::is_missing(value).unwrap_or(false)
}

/// Whether a value is a bool of Python's or `NumPy`'s.
pub(crate) fn is_truth_value(value: &Bound<'_, PyAny>) -> bool {
    matches!(value::boolean(value), Ok(Some(_)))
}
