//! `_native.Database`.

use std::path::PathBuf;

use arrowsmith_contract::TierChoice;
use arrowsmith_engine as engine;
use pyo3::prelude::*;

use crate::error::raising;
use crate::plugins::Plugins;
use crate::session::Session;
use crate::tiers;

#[derive(Debug)]
#[pyclass(frozen, module = "arrowsmith._native")]
pub(crate) struct Database {
    database: engine::Database,
    tier: TierChoice,
}

#[pymethods]
impl Database {
    #[new]
    #[pyo3(signature = (threads, memory, temp_dir, tier))]
    fn new(
        py: Python<'_>,
        threads: Option<usize>,
        memory: Option<usize>,
        temp_dir: Option<PathBuf>,
        tier: &str,
    ) -> PyResult<Self> {
        let options = engine::DatabaseOptions { threads, memory, temp_dir };
        let tier = tiers::choice(py, tier)?;
        let database = engine::Database::in_memory(&options).map_err(raising(py))?;
        Ok(Self { database, tier })
    }

    /// With the tier of the database where none is given.
    fn session(&self, py: Python<'_>, tier: Option<&str>) -> PyResult<Session> {
        let tier = tier.map_or(Ok(self.tier), |tier| tiers::choice(py, tier))?;
        let session = self.database.session().map_err(raising(py))?;
        Ok(Session::new(session, tier))
    }

    #[getter]
    fn plugins(&self) -> Plugins {
        Plugins::of_database(self.database.clone(), self.tier)
    }

    fn close(&self) {
        self.database.close();
    }

    #[getter]
    fn closed(&self) -> bool {
        self.database.is_closed()
    }
}
