//! One call of a function, and its answer as a value of the declared type.

use arrowsmith_contract::{CancelToken, Result};
use pyo3::prelude::*;
use pyo3::types::PyIterator;

use super::failure::Failure;
use super::note;
use super::result::ResultBuilder;
use super::value::{self, Misfit};
use crate::door::{self, Frame, parked_at_exit};
use crate::interrupt::Stay;

/// How many rows pass between two looks at the token. Python code is stopped by an exception; this
/// is for functions that are C all through.
const LOOK: usize = 16;

/// Looks at the token before some of the rows.
///
/// # Errors
/// Why the query was stopped.
#[inline]
pub(super) fn look(token: &CancelToken, row: usize) -> Result<()> {
    if row % LOOK == LOOK - 1 { token.check() } else { Ok(()) }
}

/// Does what may run the function's code, or that of its values, within the function's time. None of
/// Python's exceptions may be pending after it.
#[inline]
pub(super) fn timed<T>(
    stay: &Stay,
    py: Python<'_>,
    row: Option<usize>,
    work: impl FnOnce() -> T,
) -> Result<T, Failure> {
    stay.begin_call(row);
    let done = work();
    if stay.end_call(py) { Err(Failure::TimedOut) } else { Ok(done) }
}

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

/// What an iterator gives next, none at its end.
#[inline]
pub(super) fn next<'py>(
    stay: &Stay,
    iterator: &Bound<'py, PyIterator>,
    row: Option<usize>,
) -> Result<Option<Bound<'py, PyAny>>, Failure> {
    let py = iterator.py();
    timed(stay, py, row, || match door::next(iterator) {
        None => PyErr::take(py).map_or(Ok(None), |exception| Err(Failure::Raised(exception))),
        item => Ok(item),
    })?
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
        Err(Misfit::Part(part)) => Err(Failure::Misfit(part.0, part.1)),
        Err(Misfit::Raised(exception)) => Err(Failure::Raised(*exception)),
    }
}
