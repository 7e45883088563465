//! The one place that crosses between Rust and Python.
//!
//! [`enter`] goes from a thread of Rust into Python, once a batch; [`leave`] goes from Python into
//! Rust and waits there. Both catch panics, and neither is called while a Rust lock is held.

mod crossing;
mod parking;
mod thread_state;
mod turn;
mod vectorcall;

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use arrowsmith_contract::{Error, Result};
use pyo3::prelude::*;

use crossing::Crossing;
pub(crate) use crossing::{generation, is_main_thread, register_hooks};
pub(crate) use parking::parked_at_exit;
pub(crate) use thread_state::{drop_at_thread_end, own_ident};
use turn::Urgent;
pub use vectorcall::call;
pub(crate) use vectorcall::{Frame, next};

use crate::{errors, gate, interrupt, logging};

/// How long [`leave`] waits between two looks at signals.
pub const POLL: Duration = Duration::from_millis(25);

/// Attaches this thread to the interpreter and runs `work` there. The thread's Python state is
/// kept for the next time and released when the thread ends.
///
/// # Errors
/// [`Error::Closed`] without a running interpreter, [`Error::Internal`] for a panic, else what
/// `work` gives.
pub fn enter<T>(work: impl FnOnce(Python<'_>) -> Result<T>) -> Result<T> {
    let _crossing = Crossing::begin()?;
    turn::let_urgent_first();
    attach(work)
}

/// As [`enter`], on a thread that is attached already: nobody gets the lock while who has it waits.
///
/// # Errors
/// As [`enter`].
pub(crate) fn enter_again<T>(
    _attached: Python<'_>,
    work: impl FnOnce(Python<'_>) -> Result<T>,
) -> Result<T> {
    let _crossing = Crossing::begin()?;
    attach(work)
}

/// As [`enter`], and also while the interpreter's exit waits for others to stop.
pub(crate) fn enter_to_stop<T>(work: impl FnOnce(Python<'_>) -> Result<T>) -> Result<T> {
    let _crossing = Crossing::begin_to_stop()?;
    let urgent = Urgent::begin();
    attach(|py| {
        drop(urgent);
        work(py)
    })
}

fn attach<T>(work: impl FnOnce(Python<'_>) -> Result<T>) -> Result<T> {
    thread_state::keep();
    #[expect(clippy::disallowed_methods, reason = "this is the door")]
    let outcome = catch_panic(|| Python::attach(|py| parked_at_exit(|| work(py))));
    outcome?
}

/// Does `work`, whose panics must not reach Python.
///
/// # Errors
/// [`Error::Internal`] for a panic.
pub fn catch_panic<T>(work: impl FnOnce() -> T) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work))
        .map_err(|payload| Error::Internal(panic_message(payload.as_ref())))
}

/// Something that is done, attached, between two waits. An error ends the waiting.
pub type Meanwhile<'a> = &'a mut dyn FnMut(Python<'_>) -> PyResult<()>;

/// Detaches from the interpreter and calls `wait` again and again, with the time that it may take,
/// until it gives something. In between, signals are looked at on the main thread, and what Rust
/// logged goes to Python's `logging`.
///
/// A thread that runs plugin code gives its place at the gate back for as long as it waits. If it is
/// to stop meanwhile, it hears of that here; see [`came_back_failed`].
///
/// # Errors
/// What a signal handler, such as that of `KeyboardInterrupt`, raised, after which `wait` isn't
/// called again; an internal error for a panic in `wait`; a closed error when the interpreter exits.
pub fn leave<T: Send>(
    py: Python<'_>,
    wait: impl FnMut(Duration) -> Option<T> + Send,
) -> PyResult<T> {
    leave_and_return(py, wait, None)
}

/// As [`leave`], and between two waits calls `meanwhile`.
///
/// # Errors
/// As [`leave`], and what `meanwhile` raised.
pub fn leave_and_return<T: Send>(
    py: Python<'_>,
    mut wait: impl FnMut(Duration) -> Option<T> + Send,
    mut meanwhile: Option<Meanwhile<'_>>,
) -> PyResult<T> {
    // Counted, because the exit must not take the interpreter away from under who comes back.
    let _crossing = Crossing::begin().map_err(|error| errors::to_pyerr(py, &error))?;
    let watches_signals = is_main_thread();
    let comes_back = watches_signals || meanwhile.is_some();
    let mut place = gate::give_back();
    let outcome = loop {
        if watches_signals && let Err(interrupt) = py.check_signals() {
            break Err(interrupt);
        }
        if let Err(interrupt) = logging::drain(py) {
            break Err(interrupt);
        }
        if let Some(meanwhile) = &mut meanwhile
            && let Err(failure) = meanwhile(py)
        {
            break Err(failure);
        }
        interrupt::set_away(true);
        let waited = detached(py, || {
            let waited = wait_caught(&mut wait, comes_back);
            if waited.is_some() {
                gate::take_again(place.take());
            }
            (waited, Urgent::begin())
        });
        let (waited, urgent) = waited;
        drop(urgent);
        interrupt::set_away(false);
        match waited {
            Some(Ok(value)) => break Ok(value),
            Some(Err(panic)) => break Err(errors::to_pyerr(py, &panic)),
            None if interrupt::is_stopping() => break Err(interrupt::exception(py)),
            None if crossing::is_closing() => {
                break Err(errors::to_pyerr(py, &crossing::shutting_down()));
            }
            None => {}
        }
    };
    if place.is_some() {
        detached(py, || gate::take_again(place.take()));
    }
    // What was logged meanwhile waits for the next one at the door: the value is here now.
    outcome
}

/// Says that what [`leave`] waited for gives Python an exception now. Where the thread is to stop,
/// that is what stops it at first: two exceptions would cut off what the first one lets run.
pub fn came_back_failed(_attached: Python<'_>) {
    interrupt::came_back_failed();
}

/// Waits once, or until there is something, the interpreter exits or this thread's call is to end.
fn wait_caught<T>(wait: &mut impl FnMut(Duration) -> Option<T>, once: bool) -> Option<Result<T>> {
    let outcome = catch_panic(|| {
        loop {
            let value = wait(POLL);
            let must_return = crossing::is_closing() || interrupt::is_stopping();
            if once || must_return || value.is_some() {
                return value;
            }
        }
    });
    outcome.transpose()
}

/// Detaches for something short, without a look at signals; gives none where the interpreter exits.
pub fn step_out<T: Send>(py: Python<'_>, work: impl FnOnce() -> T + Send) -> Option<T> {
    let _crossing = Crossing::begin().ok()?;
    interrupt::set_away(true);
    let outcome = detached(py, work);
    interrupt::set_away(false);
    Some(outcome)
}

/// Runs `work` without the interpreter, on a thread that may be attached or not.
///
/// # Errors
/// As [`enter`].
pub(crate) fn apart<T: Send>(work: impl FnOnce() -> Result<T> + Send) -> Result<T> {
    enter(|py| detached(py, work))
}

/// Runs `work` without the interpreter.
pub(crate) fn detached<T: Send>(py: Python<'_>, work: impl FnOnce() -> T + Send) -> T {
    #[expect(clippy::disallowed_methods, reason = "this is the door")]
    py.detach(work)
}

pub(crate) fn panic_message(payload: &(dyn Any + Send)) -> String {
    let text = payload
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| payload.downcast_ref::<&str>().copied());
    format!("panic: {}", text.unwrap_or("without a message"))
}
