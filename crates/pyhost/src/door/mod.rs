//! The one place that crosses between Rust and Python.
//!
//! [`enter`] goes from a thread of Rust into Python, once a batch; [`leave`] goes from Python into
//! Rust and waits there. Both catch panics, and neither is called while a Rust lock is held.

mod crossing;
mod thread_state;

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use arrowsmith_contract::{Error, Result};
use pyo3::prelude::*;

use crossing::Crossing;
pub(crate) use crossing::register_exit;
pub(crate) use thread_state::drop_at_thread_end;

use crate::errors::{ErrorClass, new_error};
use crate::gate;

/// How long [`leave`] waits between two looks at signals.
pub const POLL: Duration = Duration::from_millis(50);

/// Attaches this thread to the interpreter and runs `work` there. The thread's Python state is
/// kept for the next time and released when the thread ends.
///
/// # Errors
/// [`Error::Closed`] without a running interpreter, [`Error::Internal`] for a panic, else what
/// `work` gives.
pub fn enter<T>(work: impl FnOnce(Python<'_>) -> Result<T>) -> Result<T> {
    let _crossing = Crossing::begin()?;
    thread_state::keep();
    #[expect(clippy::disallowed_methods, reason = "this is the door")]
    let outcome = catch_unwind(AssertUnwindSafe(|| Python::attach(work)));
    outcome.unwrap_or_else(|payload| Err(Error::Internal(panic_message(payload.as_ref()))))
}

/// Detaches from the interpreter and calls `wait` again and again, with the time that it may take,
/// until it gives something. On the main thread signals are looked at in between.
///
/// A thread that runs plugin code gives its place at the gate back for as long as it waits.
///
/// # Errors
/// What a signal handler raised, such as `KeyboardInterrupt`, after which `wait` isn't called
/// again; an internal error for a panic in `wait`.
pub fn leave<T: Send>(
    py: Python<'_>,
    mut wait: impl FnMut(Duration) -> Option<T> + Send,
) -> PyResult<T> {
    let watches_signals = is_main_thread(py)?;
    let mut place = gate::give_back();
    let outcome = loop {
        if watches_signals && let Err(interrupt) = py.check_signals() {
            break Err(interrupt);
        }
        let waited = detached(py, || {
            let waited = wait_caught(&mut wait, watches_signals);
            if waited.is_some() {
                gate::take_again(place.take());
            }
            waited
        });
        match waited {
            Some(Ok(value)) => break Ok(value),
            Some(Err(panic)) => {
                let error = Error::Internal(panic).to_string();
                break Err(new_error(py, ErrorClass::Internal, &error));
            }
            None => {}
        }
    };
    if place.is_some() {
        detached(py, || gate::take_again(place.take()));
    }
    outcome
}

/// Waits once, or until there is something; a panic becomes its message.
fn wait_caught<T>(
    wait: &mut impl FnMut(Duration) -> Option<T>,
    once: bool,
) -> Option<Result<T, String>> {
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        loop {
            let value = wait(POLL);
            if once || value.is_some() {
                return value;
            }
        }
    }));
    outcome.map_err(|payload| panic_message(payload.as_ref())).transpose()
}

/// Runs `work` without the interpreter.
pub(crate) fn detached<T: Send>(py: Python<'_>, work: impl FnOnce() -> T + Send) -> T {
    #[expect(clippy::disallowed_methods, reason = "this is the door")]
    py.detach(work)
}

/// Whether this is the thread that Python gives signals to.
pub(crate) fn is_main_thread(py: Python<'_>) -> PyResult<bool> {
    let threading = py.import(pyo3::intern!(py, "threading"))?;
    let main = threading.call_method0(pyo3::intern!(py, "main_thread"))?;
    let own = threading.call_method0(pyo3::intern!(py, "get_ident"))?;
    main.getattr(pyo3::intern!(py, "ident"))?.eq(own)
}

pub(crate) fn panic_message(payload: &(dyn Any + Send)) -> String {
    let text = payload
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| payload.downcast_ref::<&str>().copied());
    format!("panic: {}", text.unwrap_or("without a message"))
}
