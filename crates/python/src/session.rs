//! `_native.Session`: functions, tables and queries of one session.

use std::sync::Arc;
use std::time::Duration;

use arrow::array::ArrayRef;
use arrowsmith_contract::{Grants, TierChoice};
use arrowsmith_engine as engine;
use arrowsmith_pyhost::{self as pyhost, FunctionTerms, exchange, to_pyerr};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyList, PyMapping, PyTuple};

use crate::error::{raising, wait};
use crate::function::Function;
use crate::plugins::Plugins;
use crate::relation::Relation;
use crate::{listing, tiers};

#[derive(Debug)]
#[pyclass(frozen, module = "arrowsmith._native")]
pub(crate) struct Session {
    session: engine::Session,
    tier: TierChoice,
}

impl Session {
    pub(crate) fn new(session: engine::Session, tier: TierChoice) -> Self {
        Self { session, tier }
    }

    fn check_open(&self, py: Python<'_>) -> PyResult<()> {
        self.session.check_open().map_err(raising(py))
    }
}

#[pymethods]
impl Session {
    #[getter]
    fn plugins(&self) -> Plugins {
        Plugins::of_session(self.session.clone(), self.tier)
    }

    fn add_function(&self, py: Python<'_>, function: &Bound<'_, PyAny>) -> PyResult<()> {
        self.check_open(py)?;
        let loading = tiers::loading(self.tier);
        let terms = FunctionTerms::default();
        let manifest = pyhost::load_function(function, "session", &terms, &loading)
            .map_err(|error| to_pyerr(py, &error))?;
        self.plugins().change(py, |registry| {
            registry.commit(&manifest, &Grants::all(), true)?;
            for function in manifest.functions() {
                registry.use_function(function.qualified_name());
            }
            Ok(())
        })
    }

    fn use_plugin(&self, py: Python<'_>, plugin: &str) -> PyResult<()> {
        self.plugins().change(py, |registry| registry.use_plugin(plugin)).map(drop)
    }

    fn function(&self, py: Python<'_>, name: &str) -> PyResult<Function> {
        self.check_open(py)?;
        let function = self.session.registry().snapshot().function(name);
        let function = function.map_err(|error| to_pyerr(py, &error))?;
        Ok(Function::new(self.session.clone(), function))
    }

    /// A function that is called through this session and registered nowhere.
    fn compile(
        &self,
        py: Python<'_>,
        function: &Bound<'_, PyAny>,
        tier: &str,
        args: Option<Bound<'_, PyAny>>,
        returns: Option<Bound<'_, PyAny>>,
    ) -> PyResult<Function> {
        let loading = tiers::loading(tiers::choice(py, tier)?);
        let terms = FunctionTerms { args, returns };
        let manifest = pyhost::load_function(function, "compiled", &terms, &loading);
        let manifest = manifest.map_err(|error| to_pyerr(py, &error))?;
        let functions = manifest.functions().first().cloned();
        let function = functions.ok_or_else(|| PyValueError::new_err("there is no function"))?;
        Ok(Function::new(self.session.clone(), function))
    }

    fn functions(&self, py: Python<'_>) -> PyResult<Relation> {
        let batch = listing::functions(&self.session.registry().snapshot());
        let relation = batch
            .map_err(engine::Error::from)
            .and_then(|batch| self.session.relation(batch.schema(), vec![batch]));
        relation.map(Relation::new).map_err(raising(py))
    }

    fn function_count(&self) -> usize {
        self.session.registry().snapshot().functions().count()
    }

    fn register_path(&self, py: Python<'_>, name: &str, path: &str) -> PyResult<()> {
        wait(py, self.session.register_path(name, path))
    }

    fn register_relation(
        &self,
        py: Python<'_>,
        name: &str,
        relation: &Bound<'_, Relation>,
    ) -> PyResult<()> {
        let kept = relation.get().collect_native(py)?;
        let batches = kept.batches().unwrap_or_default().to_vec();
        self.session.register_batches(name, kept.schema(), batches).map_err(raising(py))
    }

    /// A reader, which can be scanned once.
    fn register_reader(&self, py: Python<'_>, name: &str, data: &Bound<'_, PyAny>) -> PyResult<()> {
        let reader = exchange::batches_from(data)?.into_reader()?;
        self.session.register_reader(name, reader).map_err(raising(py))
    }

    /// A table, whose batches are kept without a copy.
    fn register_table(&self, py: Python<'_>, name: &str, data: &Bound<'_, PyAny>) -> PyResult<()> {
        let (batches, schema) = exchange::batches_from(data)?.into_table()?.into_inner();
        self.session.register_batches(name, schema, batches).map_err(raising(py))
    }

    fn deregister(&self, py: Python<'_>, name: &str) -> PyResult<bool> {
        self.session.deregister(name).map_err(raising(py))
    }

    fn tables(&self) -> Vec<String> {
        self.session.tables()
    }

    fn sql(
        &self,
        py: Python<'_>,
        query: &str,
        params: Option<&Bound<'_, PyAny>>,
        timeout: Option<f64>,
    ) -> PyResult<Relation> {
        let timeout = timeout.map(Duration::try_from_secs_f64).transpose();
        let timeout = timeout.map_err(|error| PyValueError::new_err(error.to_string()))?;
        let parameters = match params {
            None => engine::Parameters::None,
            Some(params) => parameters(params)?,
        };
        wait(py, self.session.sql(query, parameters, timeout)).map(Relation::new)
    }

    fn cancel(&self) {
        self.session.cancel();
    }

    fn errors(&self, py: Python<'_>) -> PyResult<Relation> {
        self.session.errors_relation().map(Relation::new).map_err(raising(py))
    }

    fn error_count(&self) -> u64 {
        self.session.errors().count()
    }

    fn clear_errors(&self) {
        self.session.errors().clear();
    }

    fn close(&self) {
        self.session.close();
    }

    #[getter]
    fn closed(&self) -> bool {
        self.session.is_closed()
    }
}

fn parameters(params: &Bound<'_, PyAny>) -> PyResult<engine::Parameters> {
    let py = params.py();
    let one = |value: Bound<'_, PyAny>| -> PyResult<ArrayRef> {
        let row = PyList::new(py, [value])?.into_any();
        exchange::array_from(&row, None, &Arc::from("sql"), "a parameter")
            .map_err(|error| to_pyerr(py, &error))
    };
    if let Ok(named) = params.cast::<PyMapping>() {
        let mut columns = Vec::new();
        for item in named.items()?.iter() {
            let (name, value): (String, Bound<'_, PyAny>) = item.extract()?;
            columns.push((name, one(value)?));
        }
        return engine::Parameters::from_named_arrays(&columns).map_err(raising(py));
    }
    if !params.is_instance_of::<PyList>() && !params.is_instance_of::<PyTuple>() {
        return Err(PyTypeError::new_err(format!(
            "params must be a list or tuple of values, or a mapping of names to values, got {}",
            params.get_type().name()?
        )));
    }
    let columns = params.try_iter()?.map(|value| one(value?)).collect::<PyResult<Vec<_>>>()?;
    engine::Parameters::from_arrays(&columns).map_err(raising(py))
}
