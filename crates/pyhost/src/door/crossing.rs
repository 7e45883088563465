//! How many threads are inside or on their way back, so that the interpreter's exit can end what they
//! do and wait for them.

use std::sync::atomic::{AtomicU8, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use arrowsmith_contract::{Error, Result, StopReason, watchdog};
use pyo3::prelude::*;
use pyo3::types::{PyCFunction, PyDict};

use super::{detached, thread_state, turn};
use crate::{gate, interrupt, logging};

/// At exit nobody waits longer than this.
const PATIENCE: Duration = Duration::from_secs(2);

/// Everybody may go in.
const OPEN: u8 = 0;
/// Only who stops others.
const CLOSING: u8 = 1;
/// Nobody.
const CLOSED: u8 = 2;

static INSIDE: AtomicUsize = AtomicUsize::new(0);
static STATE: AtomicU8 = AtomicU8::new(OPEN);
/// Read once: plugin code may replace what `threading` says of itself.
static MAIN_THREAD: AtomicU64 = AtomicU64::new(0);
/// How many forks lie between this process and the one that was started.
static FORKS: AtomicUsize = AtomicUsize::new(0);

/// One thread's stay in the interpreter, or its wait to come back.
pub(super) struct Crossing(());

impl Crossing {
    pub(super) fn begin() -> Result<Self> {
        Self::begin_while(OPEN)
    }

    /// For the interrupter, whom the exit needs.
    pub(super) fn begin_to_stop() -> Result<Self> {
        Self::begin_while(CLOSING)
    }

    fn begin_while(latest: u8) -> Result<Self> {
        // Counted first, so that the exit sees either this thread or a refusal.
        INSIDE.fetch_add(1, Ordering::SeqCst);
        let crossing = Self(());
        if STATE.load(Ordering::SeqCst) > latest {
            return Err(shutting_down());
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
        // In the child of a fork the count began anew while this thread was inside.
        let _ =
            INSIDE.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |count| count.checked_sub(1));
    }
}

pub(super) fn shutting_down() -> Error {
    Error::Closed("the Python interpreter is shutting down".to_owned())
}

/// Differs in the child of a fork.
pub(crate) fn generation() -> usize {
    FORKS.load(Ordering::SeqCst)
}

/// Whether this is the thread that Python gives signals to.
pub(crate) fn is_main_thread() -> bool {
    MAIN_THREAD.load(Ordering::SeqCst) == thread_state::own_ident()
}

/// Whether the interpreter's exit has begun.
pub(super) fn is_closing() -> bool {
    STATE.load(Ordering::SeqCst) != OPEN
}

/// Lets the interpreter's exit close the door, and the child of a fork start anew.
pub(crate) fn register_hooks(py: Python<'_>) -> PyResult<()> {
    let main = py.import("threading")?.call_method0("main_thread")?.getattr("ident")?;
    MAIN_THREAD.store(main.extract()?, Ordering::SeqCst);
    let close = PyCFunction::new_closure(py, Some(c"close_arrowsmith"), None, |args, _| {
        let py = args.py();
        if !detached(py, close) {
            keep_stdin(py)?;
        }
        logging::drain(py)
    })?;
    py.import("atexit")?.call_method1("register", (close,))?;
    let os = py.import("os")?;
    // Not on Windows.
    if !os.hasattr("register_at_fork")? {
        return Ok(());
    }
    let forked = PyCFunction::new_closure(py, Some(c"arrowsmith_forked"), None, |_, _| {
        forget_parent();
    })?;
    let hooks = PyDict::new(py);
    hooks.set_item("after_in_child", forked)?;
    os.call_method("register_at_fork", (), Some(&hooks)).map(drop)
}

/// Ends plugin code that runs, and waits for it a little: a thread that comes back to an interpreter
/// which is gone would be ended in the middle of Rust, and take the process along. Gives whether all
/// are out.
fn close() -> bool {
    STATE.store(CLOSING, Ordering::SeqCst);
    interrupt::stop_all(&StopReason::Closed("interpreter"));
    let end = Instant::now() + PATIENCE;
    wait_until(end);
    STATE.store(CLOSED, Ordering::SeqCst);
    // The interrupter may be on its way.
    wait_until(Instant::now() + Duration::from_millis(50));
    INSIDE.load(Ordering::SeqCst) == 0
}

/// A lost thread may be reading it, and the interpreter aborts where it can't close what is read.
fn keep_stdin(py: Python<'_>) -> PyResult<()> {
    std::mem::forget(py.import("sys")?.getattr("stdin")?);
    Ok(())
}

fn wait_until(end: Instant) {
    while INSIDE.load(Ordering::SeqCst) > 0 && Instant::now() < end {
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// The threads that were inside are the parent's.
fn forget_parent() {
    FORKS.fetch_add(1, Ordering::SeqCst);
    // Who forks is the child's main thread.
    MAIN_THREAD.store(thread_state::own_ident(), Ordering::SeqCst);
    INSIDE.store(0, Ordering::SeqCst);
    turn::forget_parent();
    watchdog::forget_parent();
    interrupt::forget_parent();
    gate::forget_parent();
    logging::forget_parent();
}
