//! What Rust logs, for Python's `logging`. Lines wait in a queue, because the thread that logs may
//! not attach; who comes to the door anyway takes them along.

use std::collections::VecDeque;
use std::sync::{Arc, LazyLock};

use arc_swap::ArcSwap;
use log::{Level, LevelFilter, Log, Metadata, Record};
use parking_lot::Mutex;
use pyo3::exceptions::PyException;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

use crate::door;

/// Further lines are counted only.
const ROOM: usize = 1000;
/// The logger of Python's under which all lines come.
const ROOT: &str = "arrowsmith";

/// Swapped after a fork, which may leave it locked for ever.
static QUEUE: LazyLock<ArcSwap<Mutex<Queue>>> = LazyLock::new(ArcSwap::default);
static LOGGER: PyOnceLock<Py<PyAny>> = PyOnceLock::new();

#[derive(Default)]
struct Queue {
    lines: VecDeque<Line>,
    dropped: u64,
}

struct Line {
    level: Level,
    target: String,
    message: String,
}

struct ToQueue;

/// Makes the queue the logger of this library. A Rust program with a logger of its own keeps that.
pub fn install() {
    if log::set_logger(&ToQueue).is_ok() {
        log::set_max_level(LevelFilter::Warn);
    }
}

impl Log for ToQueue {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.level() <= log::max_level()
    }

    fn log(&self, record: &Record<'_>) {
        if !self.enabled(record.metadata()) {
            return;
        }
        let line = Line {
            level: record.level(),
            target: record.target().to_owned(),
            message: record.args().to_string(),
        };
        let queue = QUEUE.load();
        let mut queue = queue.lock();
        if queue.lines.len() < ROOM {
            queue.lines.push_back(line);
        } else {
            queue.dropped += 1;
        }
    }

    fn flush(&self) {}
}

/// Starts anew in the child of a fork.
pub(crate) fn forget_parent() {
    QUEUE.store(Arc::default());
}

/// Gives what waits to Python's `logging`, and asks it which levels it wants.
///
/// # Errors
/// What a signal handler raised meanwhile to end the program, such as `KeyboardInterrupt`.
pub(crate) fn drain(py: Python<'_>) -> PyResult<()> {
    let root = logger(py)?;
    follow_level(root)?;
    // One at a time: what a signal handler raises must not take the others along.
    // No more than there are now: what is logged about them can wait.
    let waiting = QUEUE.load().lock().lines.len() + 1;
    for _ in 0..waiting {
        let Some(line) = next_line() else { break };
        emit(root, line.level, &line.target, &line.message)?;
    }
    Ok(())
}

/// The lock is free again when this returns.
fn next_line() -> Option<Line> {
    let queue = QUEUE.load();
    let mut queue = queue.lock();
    queue.lines.pop_front().or_else(|| {
        let dropped = std::mem::take(&mut queue.dropped);
        (dropped > 0).then(|| Line {
            level: Level::Warn,
            target: ROOT.to_owned(),
            message: format!("{dropped} further lines were dropped"),
        })
    })
}

fn logger(py: Python<'_>) -> PyResult<&Bound<'_, PyAny>> {
    let logger = LOGGER.get_or_try_init(py, || {
        let logger = py.import("logging")?.call_method1("getLogger", (ROOT,))?;
        Ok::<_, PyErr>(logger.unbind())
    })?;
    Ok(logger.bind(py))
}

/// Lines that nobody wants are not even made. No bytecode runs here: a signal handler could raise in it,
/// and what it raises is not ours to judge.
fn follow_level(root: &Bound<'_, PyAny>) -> PyResult<()> {
    let py = root.py();
    let mut logger = root.clone();
    let mut level = 0;
    while level == 0 && !logger.is_none() {
        level = logger.getattr(intern!(py, "level"))?.extract::<i64>()?;
        logger = logger.getattr(intern!(py, "parent"))?;
    }
    log::set_max_level(match level {
        ..10 => LevelFilter::Trace,
        10..20 => LevelFilter::Debug,
        20..30 => LevelFilter::Info,
        30..40 => LevelFilter::Warn,
        _ => LevelFilter::Error,
    });
    Ok(())
}

/// A handler or filter that fails must not take the query's answer along.
fn emit(root: &Bound<'_, PyAny>, level: Level, target: &str, message: &str) -> PyResult<()> {
    let py = root.py();
    let number = match level {
        Level::Error => 40,
        Level::Warn => 30,
        Level::Info => 20,
        Level::Debug => 10,
        Level::Trace => 5,
    };
    let logged = child(root, target).and_then(|logger| {
        let log = logger.getattr(intern!(py, "log"))?;
        let arguments = (number, "%s", message).into_pyobject(py)?;
        door::call(&log, &arguments, None)
    });
    match logged {
        Err(failure) if failure.is_instance_of::<PyException>(py) => {
            failure.write_unraisable(py, Some(root));
            Ok(())
        }
        logged => logged.map(drop),
    }
}

/// `arrowsmith_engine::session` logs as `arrowsmith.engine.session`, others below `arrowsmith` too.
fn child<'py>(root: &Bound<'py, PyAny>, target: &str) -> PyResult<Bound<'py, PyAny>> {
    let name = target.strip_prefix("arrowsmith_").unwrap_or(target).replace("::", ".");
    if name == ROOT {
        return Ok(root.clone());
    }
    root.call_method1("getChild", (name,))
}
