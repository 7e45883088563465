//! The engine's errors as Python exceptions, and waiting for the engine.

use arrowsmith_contract as contract;
use arrowsmith_engine::{Error, Pending};
use arrowsmith_pyhost::{ErrorClass, door, new_error, to_pyerr};
use pyo3::prelude::*;

use crate::progress::Listening;

/// Waits for work of the engine, detached, with an eye on Ctrl-C. What a signal handler raises
/// cancels the work.
pub(crate) fn wait<T: Send + 'static>(py: Python<'_>, pending: Pending<T>) -> PyResult<T> {
    wait_and_tell(py, pending, None)
}

/// As [`wait`], and tells a listener how far the work is; what it raises cancels the work, too.
pub(crate) fn wait_and_tell<T: Send + 'static>(
    py: Python<'_>,
    mut pending: Pending<T>,
    listening: Option<&mut Listening>,
) -> PyResult<T> {
    let mut tell = listening.map(|listening| |py: Python<'_>| listening.tell(py));
    let meanwhile = tell.as_mut().map(|tell| tell as door::Meanwhile<'_>);
    let outcome = match door::leave_and_return(py, |timeout| pending.wait_for(timeout), meanwhile) {
        Ok(answer) => answer.map_err(|error| raise(py, &error)),
        Err(interrupt) => {
            pending.cancel();
            // Calls that don't end in time are named in the error of the work.
            let left = door::step_out(py, || pending.wait_for(2 * contract::GRACE)).flatten();
            if let Some(Err(Error::Contract(contract::Error::Stopped(stopped)))) = left
                && !stopped.still_running.is_empty()
            {
                // An exception without notes has none.
                drop(interrupt.value(py).call_method1("add_note", (stopped.to_string(),)));
            }
            Err(interrupt)
        }
    };
    outcome.inspect_err(|_| door::came_back_failed(py))
}

/// An error of the engine as the exception that a user would catch.
pub(crate) fn raise(py: Python<'_>, error: &Error) -> PyErr {
    let class = match error {
        Error::Contract(error) => return to_pyerr(py, error),
        Error::Plan(_) => ErrorClass::Plan,
        Error::File { .. } => ErrorClass::File,
        Error::ResourcesExhausted(_) => ErrorClass::Resources,
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
