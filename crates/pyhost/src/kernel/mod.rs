//! Kernels that call Python functions in this process.

mod aggregate;
mod arguments;
mod array_form;
mod arrow_form;
mod buffer;
mod call;
mod callee;
mod capsule;
mod column;
mod decimal;
mod failure;
mod fit;
mod found;
mod instances;
mod lists;
mod note;
mod numpy_form;
mod parts;
mod plain_state;
mod procedure;
mod result;
mod scalar;
mod target;
mod temporal;
mod text;
mod value;
mod window;

use arrow::datatypes::DataType;
use arrowsmith_contract::Result;
use pyo3::prelude::*;

use crate::errors;
use value::Misfit;

pub(crate) use aggregate::{Pickle, PythonAggregate};
pub(crate) use callee::{Callee, Life};
pub(crate) use capsule::{Capsules, Refused};
pub(crate) use column::{SUPPORTED_NAMES, is_supported, to_list};
pub(crate) use decimal::declared as decimal_type;
pub(crate) use fit::Wanted;
pub(crate) use found::Owner;
pub(crate) use numpy_form::argument as to_numpy;
pub(crate) use parts::Parts;
pub(crate) use procedure::PythonProcedure;
pub(crate) use scalar::PythonScalar;
pub(crate) use target::Target;
pub(crate) use text::{PythonText, Stage};
pub(crate) use window::{Form, PythonWindow};

/// Whether a value is None, or another library's way to say so.
pub(crate) fn is_missing(value: &Bound<'_, PyAny>) -> bool {
    value::is_missing(value).unwrap_or(false)
}

/// Imports what values of a type need, which had better not happen amid a call.
///
/// # Errors
/// A load error for a time zone that Python doesn't know.
pub(crate) fn prepare(py: Python<'_>, data_type: &DataType) -> Result<()> {
    let prepared = match data_type {
        DataType::Decimal128(..) | DataType::Decimal256(..) => decimal::prepare(py),
        DataType::Date32 | DataType::Timestamp(..) => temporal::prepare(py),
        _ => Ok(()),
    };
    prepared.map_err(|exception| errors::from_loader(py, exception))?;
    match data_type {
        DataType::List(item) => prepare(py, item.data_type()),
        DataType::Timestamp(_, Some(zone)) => temporal::Zone::new(zone).check(py),
        _ => Ok(()),
    }
}

/// The type that a date, time or decimal has by itself, None for anything else.
///
/// # Errors
/// What Python code of the value raised.
pub(crate) fn natural_type(value: &Bound<'_, PyAny>) -> PyResult<Option<DataType>> {
    let found = temporal::natural_type(value).and_then(|found| match found {
        None => decimal::natural_type(value),
        found => Ok(found),
    });
    match found {
        Ok(found) => Ok(found),
        Err(Misfit::Value(_) | Misfit::Part(_)) => Ok(None),
        Err(Misfit::Raised(exception)) => Err(*exception),
    }
}

/// Whether a value is a bool of Python's or `NumPy`'s.
pub(crate) fn is_truth_value(value: &Bound<'_, PyAny>) -> bool {
    matches!(value::boolean(value), Ok(Some(_)))
}
