//! One call of a function, and its answer as a value of the declared type.

use pyo3::prelude::*;

use super::failure::Failure;
use super::note;
use super::result::ResultBuilder;
use super::value::{self, Misfit};
use crate::door::{Frame, parked_at_exit};
use crate::interrupt::Stay;

/// How many rows pass between two looks at the token. Python code is stopped by an exception; this
/// is for functions that are C all through.
pub(super) const LOOK: usize = 16;

/// Calls for one row, or for more than one, within the function's time.
#[inline]
pub(super) fn call<'py>(
    stay: &Stay,
    frame: &mut Frame<'py>,
    callable: &Bound<'py, PyAny>,
    row: Option<usize>,
) -> Result<Bound<'py, PyAny>, Failure> {
    let py = callable.py();
    stay.begin_call(row);
    let value = frame.call(callable).ok_or_else(|| PyErr::fetch(py));
    if stay.end_call(py) {
        return Err(Failure::TimedOut);
    }
    value.map_err(Failure::Raised)
}

/// Adds what came back to the results. What isn't plain runs Python code of its class when it is
/// converted, on the call's time.
#[inline]
pub(super) fn push(
    stay: &Stay,
    value: &Bound<'_, PyAny>,
    row: Option<usize>,
    results: &mut dyn ResultBuilder,
) -> Result<(), Failure> {
    let is_timed = stay.is_timed() && !value::is_plain(value);
    if is_timed {
        stay.begin_call(row);
    }
    let pushed = parked_at_exit(|| results.push(value));
    let is_overdue = is_timed && stay.end_call(value.py());
    match pushed {
        Ok(()) => Ok(()),
        Err(_) if is_overdue => Err(Failure::TimedOut),
        Err(Misfit::Value(hint)) => Err(Failure::Misfit(note::short_repr(value), hint)),
        Err(Misfit::Raised(exception)) => Err(Failure::Raised(*exception)),
    }
}
