//! Kernels that call Python functions in this process.

mod arguments;
mod arrow_form;
mod buffer;
mod capsule;
mod column;
mod decimal;
mod failure;
mod fit;
mod found;
mod instances;
mod note;
mod numpy_form;
mod result;
mod returned;
mod row;
mod temporal;
mod value;
mod vectorized;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use arrow::array::{Array, ArrayRef};
use arrow::buffer::NullBuffer;
use arrow::datatypes::DataType;
use arrowsmith_contract::{
    CallContext, CallPolicy, Error, GRACE, Mode, NullPolicy, OnError, Result, RowNumber,
    ScalarKernel, Signature, Tier,
};
use pyo3::prelude::*;

use crate::interrupt::{Limits, Stay};
use crate::{errors, gate};
use instances::Instances;
use value::Misfit;

pub(crate) use capsule::{Capsules, Refused};
pub(crate) use column::{SUPPORTED_NAMES, is_supported, to_list};
pub(crate) use decimal::declared as decimal_type;
pub(crate) use fit::Wanted;
pub(crate) use found::Owner;
pub(crate) use numpy_form::argument as to_numpy;

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
        Err(Misfit::Value(_)) => Ok(None),
        Err(Misfit::Raised(exception)) => Err(*exception),
    }
}

/// Whether a value is a bool of Python's or `NumPy`'s.
pub(crate) fn is_truth_value(value: &Bound<'_, PyAny>) -> bool {
    matches!(value::boolean(value), Ok(Some(_)))
}

/// What the kernel calls.
#[derive(Debug)]
pub(crate) enum Target {
    Function(Py<PyAny>),
    /// A class whose objects are called, one a thread.
    Class(Instances),
}

impl Target {
    pub(crate) fn class(class: Py<PyAny>) -> Self {
        Self::Class(Instances::new(class))
    }

    fn callable<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        match self {
            Self::Function(function) => Ok(function.bind(py).clone()),
            Self::Class(instances) => instances.of_this_thread(py),
        }
    }
}

/// A scalar function in Python.
pub(crate) struct PythonKernel {
    /// The qualified name, for errors.
    pub(crate) function: Arc<str>,
    pub(crate) version: Arc<str>,
    pub(crate) signature: Signature,
    pub(crate) mode: Mode,
    pub(crate) policy: CallPolicy,
    pub(crate) target: Target,
    pub(crate) life: Life,
}

/// What the functions of one loaded plugin share.
#[derive(Debug, Clone)]
pub(crate) struct Life {
    /// Which load it was.
    pub(crate) load: gate::Alone,
    /// The plugin's modules go when nobody holds this object any more.
    pub(crate) _modules: Arc<Py<PyAny>>,
}

/// How long a call may go on after its time is over, where its rows become NULL then: it may be in
/// a call of C that ends by itself.
const PATIENCE: Duration = Duration::from_secs(1);

impl fmt::Debug for PythonKernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PythonKernel({}{})", self.function, self.signature)
    }
}

impl ScalarKernel for PythonKernel {
    fn tier(&self) -> Tier {
        Tier::Inline
    }

    fn invoke(&self, columns: &[ArrayRef], rows: usize, context: &CallContext) -> Result<ArrayRef> {
        self.check_shape(columns, rows)?;
        context.token.check()?;
        let entrance = match self.mode {
            Mode::Row => gate::Entrance::Row,
            Mode::VectorizedArrow | Mode::VectorizedNumpy => gate::Entrance::Vectorized,
        };
        let alone = (!self.policy.thread_safe).then_some(self.life.load);
        let ticket = gate::wait(entrance, alone, &context.token)?;
        let limits = Limits {
            timeout: self.policy.timeout,
            patience: if self.policy.on_error == OnError::Raise { GRACE } else { PATIENCE },
        };
        Stay::enter(&self.function, context, limits, ticket.place(), |py, stay| match self.mode {
            Mode::Row => row::run(self, py, columns, rows, context, stay),
            Mode::VectorizedArrow | Mode::VectorizedNumpy => {
                vectorized::run(self, py, columns, rows, context, stay)
            }
        })
    }
}

impl PythonKernel {
    fn check_shape(&self, columns: &[ArrayRef], rows: usize) -> Result<()> {
        self.signature.check_count(&self.function, columns.len())?;
        if columns.iter().any(|column| column.len() != rows) {
            return Err(Error::Internal(format!(
                "{} got columns of other lengths than {rows}",
                self.function
            )));
        }
        Ok(())
    }

    /// What to call on this thread; an exception of a class's set-up is the function's own.
    fn callable<'py>(&self, py: Python<'py>) -> Result<Bound<'py, PyAny>> {
        self.target.callable(py).map_err(|exception| {
            note::add(py, &exception, &note::set_up(self));
            errors::raised(py, exception, &self.function, None)
        })
    }

    /// The rows that have a value in every parameter that skips, if some have not.
    fn called_rows(&self, columns: &[ArrayRef]) -> Option<NullBuffer> {
        let mut rows = None;
        for (index, column) in columns.iter().enumerate() {
            let skips = self.signature.parameter(index).map(|p| p.nulls) == Some(NullPolicy::Skip);
            if skips {
                rows = NullBuffer::union(rows.as_ref(), column.logical_nulls().as_ref());
            }
        }
        rows.filter(|rows| rows.null_count() > 0)
    }

    /// A column in the layout of the declared type; engines may pass any layout of strings.
    fn declared_layout(&self, index: usize, column: &ArrayRef) -> Result<ArrayRef> {
        let declared = self.signature.parameter(index).map(|p| p.ty.data_type());
        match declared {
            Some(declared) if declared != column.data_type() => {
                Ok(arrow::compute::cast(column, declared)?)
            }
            _ => Ok(Arc::clone(column)),
        }
    }

    /// A column in a layout that [`column::Column`] reads, which most are anyway.
    fn readable(&self, index: usize, column: &ArrayRef) -> Result<ArrayRef> {
        if is_supported(column.data_type()) {
            return Ok(Arc::clone(column));
        }
        self.declared_layout(index, column)
    }

    fn returns(&self) -> &DataType {
        self.signature.returns().data_type()
    }

    fn misfit(&self, row: Option<RowNumber>, value: String, hint: impl Into<String>) -> Error {
        Error::Conversion {
            function: Arc::clone(&self.function),
            row,
            what: "result".to_owned(),
            expected: self.signature.returns().to_string(),
            value,
            hint: hint.into(),
        }
    }
}
