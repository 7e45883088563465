//! `_native.Database`.

use std::path::PathBuf;

use arrowsmith_engine as engine;
use pyo3::prelude::*;

use crate::error::raising;
use crate::plugins::Plugins;
use crate::session::Session;

#[derive(Debug)]
#[pyclass(frozen, module = "arrowsmith._native")]
pub(crate) struct Database(engine::Database);

#[pymethods]
impl Database {
    #[new]
    #[pyo3(signature = (threads, memory, temp_dir))]
    fn new(
        py: Python<'_>,
        threads: Option<usize>,
        memory: Option<usize>,
        temp_dir: Option<PathBuf>,
    ) -> PyResult<Self> {
        let options = engine::DatabaseOptions { threads, memory, temp_dir };
        engine::Database::in_memory(&options).map(Self).map_err(raising(py))
    }

    fn session(&self, py: Python<'_>) -> PyResult<Session> {
        self.0.session().map(Session::new).map_err(raising(py))
    }

    #[getter]
    fn plugins(&self) -> Plugins {
        Plugins::of_database(self.0.clone())
    }

    fn close(&self) {
        self.0.close();
    }

    #[getter]
    fn closed(&self) -> bool {
        self.0.is_closed()
    }
}
