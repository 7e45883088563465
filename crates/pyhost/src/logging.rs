//! What Rust logs, for Python's `logging`. Lines wait in a queue, because the thread that logs may
//! not attach; who comes to the door anyway takes them along.

use std::collections::VecDeque;

use log::{Level, LevelFilter, Log, Metadata, Record};
use parking_lot::Mutex;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

/// Further lines are counted only.
const ROOM: usize = 1000;
/// The logger of Python's under which all lines come.
const ROOT: &str = "arrowsmith";

static QUEUE: Mutex<Queue> = Mutex::new(Queue { lines: VecDeque::new(), dropped: 0 });
static LOGGER: PyOnceLock<Py<PyAny>> = PyOnceLock::new();

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
        let mut queue = QUEUE.lock();
        if queue.lines.len() < ROOM {
            queue.lines.push_back(line);
        } else {
            queue.dropped += 1;
        }
    }

    fn flush(&self) {}
}

/// Gives what waits to Python's `logging`, and asks it which levels it wants.
///
/// # Errors
/// What a signal handler or a broken logger raised.
pub(crate) fn drain(py: Python<'_>) -> PyResult<()> {
    let (lines, dropped) = {
        let mut queue = QUEUE.lock();
        (std::mem::take(&mut queue.lines), std::mem::take(&mut queue.dropped))
    };
    let root = logger(py)?;
    follow_level(root)?;
    for line in lines {
        emit(root, line.level, &line.target, &line.message)?;
    }
    if dropped > 0 {
        emit(root, Level::Warn, ROOT, &format!("{dropped} further lines were dropped"))?;
    }
    Ok(())
}

fn logger(py: Python<'_>) -> PyResult<&Bound<'_, PyAny>> {
    let logger = LOGGER.get_or_try_init(py, || {
        let logger = py.import("logging")?.call_method1("getLogger", (ROOT,))?;
        Ok::<_, PyErr>(logger.unbind())
    })?;
    Ok(logger.bind(py))
}

/// Lines that nobody wants are not even made.
fn follow_level(root: &Bound<'_, PyAny>) -> PyResult<()> {
    log::set_max_level(match root.call_method0("getEffectiveLevel")?.extract::<i64>()? {
        ..10 => LevelFilter::Trace,
        10..20 => LevelFilter::Debug,
        20..30 => LevelFilter::Info,
        30..40 => LevelFilter::Warn,
        _ => LevelFilter::Error,
    });
    Ok(())
}

fn emit(root: &Bound<'_, PyAny>, level: Level, target: &str, message: &str) -> PyResult<()> {
    let number = match level {
        Level::Error => 40,
        Level::Warn => 30,
        Level::Info => 20,
        Level::Debug => 10,
        Level::Trace => 5,
    };
    child(root, target)?.call_method1("log", (number, "%s", message)).map(drop)
}

/// `arrowsmith_engine::session` logs as `arrowsmith.engine.session`, others below `arrowsmith` too.
fn child<'py>(root: &Bound<'py, PyAny>, target: &str) -> PyResult<Bound<'py, PyAny>> {
    let name = target.strip_prefix("arrowsmith_").unwrap_or(target).replace("::", ".");
    if name == ROOT {
        return Ok(root.clone());
    }
    root.call_method1("getChild", (name,))
}
