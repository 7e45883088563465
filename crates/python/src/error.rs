//! The engine's errors as Python exceptions, and waiting for the engine.

use arrowsmith_engine::{Error, Pending};
use arrowsmith_pyhost::{ErrorClass, door, new_error, to_pyerr};
use pyo3::prelude::*;

/// Waits for work of the engine, detached, with an eye on Ctrl-C. What a signal handler raises
/// cancels the work.
pub(crate) fn wait<T: Send + 'static>(py: Python<'_>, mut pending: Pending<T>) -> PyResult<T> {
    let answer = door::leave(py, move |timeout| pending.wait_for(timeout))?;
    answer.map_err(|error| raise(py, &error))
}

/// An error of the engine as the exception that a user would catch.
pub(crate) fn raise(py: Python<'_>, error: &Error) -> PyErr {
    let class = match error {
        Error::Contract(error) => return to_pyerr(py, error),
        Error::Plan(_) => ErrorClass::Plan,
        Error::File { .. } => ErrorClass::File,
        Error::ResourcesExhausted(_) => ErrorClass::Resources,
        Error::Cancelled => ErrorClass::Cancelled,
        Error::Closed(_) => ErrorClass::Closed,
        Error::Internal(_) => ErrorClass::Internal,
        _ => ErrorClass::Execution,
    };
    new_error(py, class, &error.to_string())
}

/// For `map_err` on results of the engine.
pub(crate) fn raising(py: Python<'_>) -> impl Fn(Error) -> PyErr + '_ {
    move |error| raise(py, &error)
}
