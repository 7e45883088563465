//! Moments at which an exception from outside would break more than the code that is to stop.
//!
//! Between taking a lock and the `try` that gives it back there is a step at which an exception can
//! arrive, and an import that is cut off leaves modules behind that nobody can import again. So it is
//! looked at first where a thread is. What is seen holds until the exception arrives, because both
//! happen while the interpreter's lock is held or wanted by that thread.

use std::time::Duration;

use pyo3::intern;
use pyo3::prelude::*;

use super::exception::ThreadIdent;

/// So long a thread may stay in functions of the standard library that take and give locks.
const LOCKS: Duration = Duration::from_millis(200);
/// So long an import may take; after that it is more likely to be a loop.
const IMPORT: Duration = Duration::from_secs(10);

/// The functions that take and give locks; in others a `try` or `with` further out gives them back.
const LOCKING: &[&str] = &[
    "__enter__",
    "__exit__",
    "_acquireLock",
    "_releaseLock",
    "acquire",
    "clear",
    "get",
    "handle",
    "notify",
    "notify_all",
    "put",
    "release",
    "set",
    "wait",
    "wait_for",
];
/// The ends of the files in which they count.
const LIBRARY: &[&str] = &[
    "/threading.py",
    "/logging/__init__.py",
    "/logging/handlers.py",
    "/queue.py",
    "/concurrent/futures/_base.py",
    "/concurrent/futures/thread.py",
    "/contextlib.py",
    "/weakref.py",
];
/// How the files of the import system begin.
const IMPORTING: &str = "<frozen importlib";

/// Whether a thread that is to stop since so long should be left alone for now.
pub(super) fn is_better_left(
    py: Python<'_>,
    thread: ThreadIdent,
    since: Duration,
) -> PyResult<bool> {
    if since > IMPORT {
        return Ok(false);
    }
    let frames = py.import("sys")?.call_method0(intern!(py, "_current_frames"))?;
    let Ok(mut frame) = frames.get_item(thread.number()) else { return Ok(false) };
    if since <= LOCKS && handles_lock(&frame)? {
        return Ok(true);
    }
    while !frame.is_none() {
        if file(&frame)?.is_some_and(|file| file.starts_with(IMPORTING)) {
            return Ok(true);
        }
        frame = frame.getattr(intern!(py, "f_back"))?;
    }
    Ok(false)
}

fn handles_lock(frame: &Bound<'_, PyAny>) -> PyResult<bool> {
    let py = frame.py();
    let name = frame.getattr(intern!(py, "f_code"))?.getattr(intern!(py, "co_name"))?;
    let name: String = name.extract()?;
    if !LOCKING.contains(&name.as_str()) {
        return Ok(false);
    }
    let file = file(frame)?.unwrap_or_default();
    Ok(LIBRARY.iter().any(|end| file.ends_with(end)))
}

fn file(frame: &Bound<'_, PyAny>) -> PyResult<Option<String>> {
    let py = frame.py();
    let file = frame.getattr(intern!(py, "f_code"))?.getattr(intern!(py, "co_filename"))?;
    Ok(file.extract().ok())
}
