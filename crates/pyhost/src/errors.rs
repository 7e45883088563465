//! Errors in both directions: a Python exception is carried as the object that it is, and the
//! contract's errors become the classes of `errors.py`.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use arrowsmith_contract::{
    Error, ForeignException, LoadError, Location, Raised, RowNumber, StopReason,
};
use pyo3::exceptions::{
    PyGeneratorExit, PyKeyboardInterrupt, PyStopAsyncIteration, PyStopIteration, PySystemExit,
};
use pyo3::panic::PanicException;
use pyo3::prelude::*;

use crate::{door, embedded};

/// The classes of `errors.py` that Rust raises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorClass {
    Plan,
    Capability,
    Conversion,
    Execution,
    Cancelled,
    QueryTimeout,
    FunctionTimeout,
    File,
    Resources,
    Closed,
    Internal,
}

impl ErrorClass {
    fn name(self) -> &'static str {
        match self {
            Self::Plan => "PlanError",
            Self::Capability => "CapabilityError",
            Self::Conversion => "ConversionError",
            Self::Execution => "ExecutionError",
            Self::Cancelled => "QueryCancelled",
            Self::QueryTimeout => "QueryTimeout",
            Self::FunctionTimeout => "FunctionTimeout",
            Self::File => "FileError",
            Self::Resources => "ResourcesExhausted",
            Self::Closed => "ClosedError",
            Self::Internal => "InternalError",
        }
    }
}

/// An exception of ours with a message.
pub fn new_error(py: Python<'_>, class: ErrorClass, message: &str) -> PyErr {
    made(py, class.name(), (message,)).unwrap_or_else(|error| error)
}

fn made<'py>(
    py: Python<'py>,
    class: &str,
    arguments: impl pyo3::call::PyCallArgs<'py>,
) -> PyResult<PyErr> {
    let class = embedded::module(py, "errors")?.getattr(class)?;
    Ok(PyErr::from_value(class.call1(arguments)?))
}

/// A Python exception on its way through Rust.
#[derive(Debug)]
pub(crate) struct PythonException {
    exception: PyErr,
    /// `TypeName: message`, made while attached.
    text: String,
    /// Whether it may reach the caller's thread as itself; what would end the process may not.
    is_harmless: bool,
}

impl PythonException {
    pub(crate) fn new(py: Python<'_>, exception: PyErr) -> Self {
        let interrupts =
            exception.is_instance_of::<PyKeyboardInterrupt>(py) && !door::is_main_thread();
        Self {
            text: one_line(py, &exception),
            is_harmless: !interrupts && !steers(py, &exception),
            exception,
        }
    }
}

impl fmt::Display for PythonException {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for PythonException {}

impl ForeignException for PythonException {
    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// Whether it would end the caller's process, loop or generator instead of telling what failed.
fn steers(py: Python<'_>, exception: &PyErr) -> bool {
    exception.is_instance_of::<PySystemExit>(py)
        || exception.is_instance_of::<PyStopIteration>(py)
        || exception.is_instance_of::<PyStopAsyncIteration>(py)
        || exception.is_instance_of::<PyGeneratorExit>(py)
}

/// `TypeName: message`, for exceptions whose `__str__` fails too.
fn one_line(py: Python<'_>, exception: &PyErr) -> String {
    let (class, message) = class_and_message(py, exception);
    if message.is_empty() { class } else { format!("{class}: {message}") }
}

pub(crate) fn class_and_message(py: Python<'_>, exception: &PyErr) -> (String, String) {
    let class = exception.get_type(py);
    let class = class.qualname().map_or_else(|_| "Exception".to_owned(), |name| name.to_string());
    let message = exception.value(py).str().map(|message| message.to_string_lossy().into_owned());
    (class, message.unwrap_or_else(|_| "its message can't be shown".to_owned()))
}

/// The exception, where it is one of Python's.
pub(crate) fn python_exception(raised: &Raised) -> Option<&PyErr> {
    let exception: Option<&PythonException> = raised.exception.as_any().downcast_ref();
    exception.map(|exception| &exception.exception)
}

/// An exception that `function` raised on `row`, or on a batch.
pub(crate) fn raised(
    py: Python<'_>,
    exception: PyErr,
    function: &Arc<str>,
    row: Option<RowNumber>,
) -> Error {
    if exception.is_instance_of::<PanicException>(py) {
        return Error::Internal(one_line(py, &exception));
    }
    Raised {
        function: Arc::clone(function),
        row,
        exception: Arc::new(PythonException::new(py, exception)),
    }
    .into()
}

/// An exception that came out of the loader: its own error, or what it let through.
pub(crate) fn from_loader(py: Python<'_>, exception: PyErr) -> Error {
    match load_error(py, &exception) {
        Ok(Some(error)) => error.into(),
        Ok(None) => raised(py, exception, &Arc::from("loading the plugin"), None),
        Err(failure) => Error::Internal(one_line(py, &failure)),
    }
}

fn load_error(py: Python<'_>, exception: &PyErr) -> PyResult<Option<LoadError>> {
    let class = embedded::module(py, "errors")?.getattr("PluginLoadError")?;
    let value = exception.value(py);
    if !value.is_instance(&class)? {
        return Ok(None);
    }
    let file: Option<String> = value.getattr("file")?.extract()?;
    let line: Option<u32> = value.getattr("line")?.extract()?;
    let cause = exception.cause(py).map(|cause| PythonException::new(py, cause));
    Ok(Some(LoadError {
        location: file.map(|file| Location { file: file.into(), line }),
        message: value.getattr("message")?.str()?.to_string_lossy().into_owned(),
        cause: cause.map(|cause| Arc::new(cause) as Arc<dyn ForeignException>),
    }))
}

/// What Python gets to see of an error. A plugin's exception comes back as the very same object,
/// except for one that steers the caller instead (`SystemExit`, `StopIteration` and their like, an
/// interrupt that nobody at the keyboard made): that is the cause of an `ExecutionError`.
pub fn to_pyerr(py: Python<'_>, error: &Error) -> PyErr {
    let class = match error {
        Error::Load(load) => return load_to_pyerr(py, load).unwrap_or_else(|error| error),
        Error::Raised(raised) => return raised_to_pyerr(py, raised, error),
        Error::MissingGrants { .. } | Error::DeniedFunction { .. } | Error::UnknownGrant { .. } => {
            ErrorClass::Capability
        }
        Error::UnknownType { .. }
        | Error::UnknownFunction { .. }
        | Error::AmbiguousFunction { .. }
        | Error::UnknownPlugin { .. }
        | Error::AmbiguousPlugin { .. }
        | Error::Call { .. } => ErrorClass::Plan,
        Error::Conversion { .. } => ErrorClass::Conversion,
        Error::Stopped(stopped) => match stopped.reason {
            StopReason::QueryTimeout(_) => ErrorClass::QueryTimeout,
            StopReason::FunctionTimeout(_) => ErrorClass::FunctionTimeout,
            StopReason::Closed(_) => ErrorClass::Closed,
            _ => ErrorClass::Cancelled,
        },
        Error::Closed(_) => ErrorClass::Closed,
        Error::Arrow(_) => ErrorClass::Execution,
        _ => ErrorClass::Internal,
    };
    new_error(py, class, &error.to_string())
}

fn raised_to_pyerr(py: Python<'_>, raised: &Raised, error: &Error) -> PyErr {
    let Some(python) = raised.exception.as_any().downcast_ref::<PythonException>() else {
        return new_error(py, ErrorClass::Execution, &error.to_string());
    };
    if python.is_harmless {
        return python.exception.clone_ref(py);
    }
    let wrapped = new_error(py, ErrorClass::Execution, &error.to_string());
    wrapped.set_cause(py, Some(python.exception.clone_ref(py)));
    wrapped
}

fn load_to_pyerr(py: Python<'_>, load: &LoadError) -> PyResult<PyErr> {
    let file = load.location.as_ref().map(|location| location.file.as_ref());
    let line = load.location.as_ref().and_then(|location| location.line);
    let error = made(py, "PluginLoadError", (load.message.as_str(), file, line))?;
    let cause = load.cause.as_ref().and_then(|cause| cause.as_any().downcast_ref());
    if let Some(PythonException { exception, .. }) = cause {
        error.set_cause(py, Some(exception.clone_ref(py)));
    }
    Ok(error)
}
