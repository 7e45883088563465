//! How many threads are inside, so that the interpreter's exit can wait for them.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use arrowsmith_contract::{Error, Result};
use pyo3::prelude::*;
use pyo3::types::PyCFunction;

use super::{detached, thread_state};

/// At exit nobody waits longer than this.
const PATIENCE: Duration = Duration::from_secs(2);

static INSIDE: AtomicUsize = AtomicUsize::new(0);
static CLOSED: AtomicBool = AtomicBool::new(false);

/// One thread's stay in the interpreter.
pub(super) struct Crossing(());

impl Crossing {
    pub(super) fn begin() -> Result<Self> {
        // Counted first, so that the exit sees either this thread or a refusal.
        INSIDE.fetch_add(1, Ordering::SeqCst);
        let crossing = Self(());
        if CLOSED.load(Ordering::SeqCst) {
            return Err(Error::Closed("the Python interpreter is shutting down".to_owned()));
        }
        if !thread_state::is_initialized() {
            return Err(Error::Closed(
                "no Python interpreter is running; a Rust host calls Python::initialize first"
                    .to_owned(),
            ));
        }
        Ok(crossing)
    }
}

impl Drop for Crossing {
    fn drop(&mut self) {
        INSIDE.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Lets the interpreter's exit close the door and wait a little for those who are inside.
pub(crate) fn register_exit(py: Python<'_>) -> PyResult<()> {
    let close = PyCFunction::new_closure(py, Some(c"close_arrowsmith"), None, |args, _| {
        detached(args.py(), close);
    })?;
    py.import("atexit")?.call_method1("register", (close,))?;
    Ok(())
}

fn close() {
    CLOSED.store(true, Ordering::SeqCst);
    let end = Instant::now() + PATIENCE;
    while INSIDE.load(Ordering::SeqCst) > 0 && Instant::now() < end {
        std::thread::sleep(Duration::from_millis(2));
    }
}
