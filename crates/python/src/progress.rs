//! `_native.Progress`: how far a run is, and calling back with it.

use std::time::{Duration, Instant};

use arrowsmith_engine as engine;
use arrowsmith_pyhost::door;
use pyo3::prelude::*;

/// What a run has done so far.
#[derive(Debug)]
#[pyclass(frozen, get_all, module = "arrowsmith._native")]
pub(crate) struct Progress {
    /// Seconds since the run was started.
    elapsed: f64,
    done: bool,
    rows: u64,
    bytes: u64,
    stages: Vec<Py<Stage>>,
}

/// What one operator of a run has done so far.
#[derive(Debug)]
#[pyclass(frozen, get_all, module = "arrowsmith._native")]
pub(crate) struct Stage {
    name: String,
    rows: u64,
    bytes: u64,
}

#[pymethods]
impl Progress {
    fn __repr__(&self) -> String {
        let state = if self.done { "done" } else { "running" };
        format!(
            "<Progress: {state}, {:.1} s, {} rows, {} bytes>",
            self.elapsed, self.rows, self.bytes
        )
    }
}

#[pymethods]
impl Stage {
    fn __repr__(&self) -> String {
        format!("<Stage {}: {} rows, {} bytes>", self.name, self.rows, self.bytes)
    }
}

impl Progress {
    fn new(py: Python<'_>, progress: engine::Progress, done: bool) -> PyResult<Self> {
        let stages = progress.stages.into_iter().map(|stage| {
            Py::new(py, Stage { name: stage.name, rows: stage.rows, bytes: stage.bytes })
        });
        Ok(Self {
            elapsed: progress.elapsed.as_secs_f64(),
            done,
            rows: progress.rows,
            bytes: progress.bytes,
            stages: stages.collect::<PyResult<_>>()?,
        })
    }
}

/// Whom a relation tells how far its runs are, and how often.
#[derive(Debug)]
pub(crate) struct Listener {
    pub(crate) callback: Py<PyAny>,
    pub(crate) every: Duration,
}

impl Listener {
    pub(crate) fn clone_ref(&self, py: Python<'_>) -> Self {
        Self { callback: self.callback.clone_ref(py), every: self.every }
    }
}

/// One run of a relation that has a listener.
#[derive(Debug)]
pub(crate) struct Listening {
    listener: Listener,
    reader: engine::ProgressReader,
    told: Instant,
}

impl Listening {
    pub(crate) fn new(listener: Listener, reader: engine::ProgressReader) -> Self {
        Self { listener, reader, told: Instant::now() }
    }

    /// Goes on with the run's next part.
    pub(crate) fn follow(&mut self, reader: engine::ProgressReader) {
        self.reader = reader;
    }

    /// Tells the listener, if it is time.
    pub(crate) fn tell(&mut self, py: Python<'_>) -> PyResult<()> {
        if self.told.elapsed() < self.listener.every {
            return Ok(());
        }
        self.call(py, false)?;
        self.told = Instant::now();
        Ok(())
    }

    /// Tells the listener that the run is over.
    pub(crate) fn end(&self, py: Python<'_>) -> PyResult<()> {
        self.call(py, true)
    }

    fn call(&self, py: Python<'_>, done: bool) -> PyResult<()> {
        let progress = Progress::new(py, self.reader.read(), done)?;
        let arguments = (progress,).into_pyobject(py)?;
        door::call(self.listener.callback.bind(py), &arguments, None).map(drop)
    }
}
