//! `_native.Session`: plugins, tables and queries of one session.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use arrow::array::ArrayRef;
use arrowsmith_contract::{Error, Grants, Kind, LoadOutcome, Manifest, PluginId};
use arrowsmith_engine as engine;
use arrowsmith_pyhost::{self as pyhost, exchange, to_pyerr};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyMapping, PyTuple};

use crate::error::{raising, wait};
use crate::function::Function;
use crate::listing;
use crate::relation::Relation;

#[derive(Debug)]
#[pyclass(frozen, module = "arrowsmith._native")]
pub(crate) struct Session(engine::Session);

impl Session {
    pub(crate) fn new(session: engine::Session) -> Self {
        Self(session)
    }

    fn commit<'py>(
        &self,
        py: Python<'py>,
        load: impl FnOnce() -> Result<Manifest, Error>,
        grants: Option<Vec<String>>,
        strict: bool,
    ) -> PyResult<Bound<'py, PyDict>> {
        self.check_open(py)?;
        let commit = || {
            let grants = grants.map_or_else(|| Ok(Grants::all()), Grants::parse)?;
            self.0.registry().commit(&load()?, &grants, strict)
        };
        let outcome = commit().map_err(|error| to_pyerr(py, &error))?;
        outcome_dict(py, &outcome)
    }

    fn check_open(&self, py: Python<'_>) -> PyResult<()> {
        self.0.check_open().map_err(raising(py))
    }
}

#[pymethods]
impl Session {
    fn load_source<'py>(
        &self,
        py: Python<'py>,
        source: &str,
        name: &str,
        grants: Option<Vec<String>>,
        strict: bool,
    ) -> PyResult<Bound<'py, PyDict>> {
        self.commit(py, || pyhost::load_source(source, name), grants, strict)
    }

    fn load_path<'py>(
        &self,
        py: Python<'py>,
        path: &str,
        grants: Option<Vec<String>>,
        strict: bool,
    ) -> PyResult<Bound<'py, PyDict>> {
        self.commit(py, || pyhost::load_path(Path::new(path)), grants, strict)
    }

    fn load_object<'py>(
        &self,
        py: Python<'py>,
        object: &Bound<'py, PyAny>,
        grants: Option<Vec<String>>,
        strict: bool,
    ) -> PyResult<Bound<'py, PyDict>> {
        self.commit(py, || pyhost::load_object(object), grants, strict)
    }

    fn add_function(&self, py: Python<'_>, function: &Bound<'_, PyAny>) -> PyResult<()> {
        self.check_open(py)?;
        let add = || {
            let manifest = pyhost::load_function(function)?;
            let registry = self.0.registry();
            registry.commit(&manifest, &Grants::all(), true)?;
            for function in manifest.functions() {
                registry.use_function(function.qualified_name());
            }
            Ok(())
        };
        add().map_err(|error| to_pyerr(py, &error))
    }

    fn unload(&self, py: Python<'_>, plugin: &str) -> PyResult<bool> {
        self.check_open(py)?;
        let id = PluginId::new(plugin).map_err(|error| to_pyerr(py, &error))?;
        Ok(self.0.registry().remove(&id))
    }

    fn use_plugin(&self, py: Python<'_>, plugin: &str) -> PyResult<()> {
        self.check_open(py)?;
        let used = self.0.registry().use_plugin(plugin);
        used.map(|_| ()).map_err(|error| to_pyerr(py, &error))
    }

    fn function(&self, py: Python<'_>, name: &str) -> PyResult<Function> {
        self.check_open(py)?;
        let function = self.0.registry().snapshot().function(name);
        let function = function.map_err(|error| to_pyerr(py, &error))?;
        Ok(Function::new(self.0.clone(), function))
    }

    fn functions(&self, py: Python<'_>) -> PyResult<Relation> {
        let batch = listing::functions(&self.0.registry().snapshot());
        let relation = batch
            .map_err(engine::Error::from)
            .and_then(|batch| self.0.relation(batch.schema(), vec![batch]));
        relation.map(Relation::new).map_err(raising(py))
    }

    fn function_count(&self) -> usize {
        self.0.registry().snapshot().functions().count()
    }

    fn register_path(&self, py: Python<'_>, name: &str, path: &str) -> PyResult<()> {
        wait(py, self.0.register_path(name, path))
    }

    fn register_relation(
        &self,
        py: Python<'_>,
        name: &str,
        relation: &Bound<'_, Relation>,
    ) -> PyResult<()> {
        let kept = relation.get().collect_native(py)?;
        let batches = kept.batches().unwrap_or_default().to_vec();
        self.0.register_batches(name, kept.schema(), batches).map_err(raising(py))
    }

    /// A reader, which can be scanned once.
    fn register_reader(&self, py: Python<'_>, name: &str, data: &Bound<'_, PyAny>) -> PyResult<()> {
        let reader = exchange::batches_from(data)?.into_reader()?;
        self.0.register_reader(name, reader).map_err(raising(py))
    }

    /// A table, whose batches are kept without a copy.
    fn register_table(&self, py: Python<'_>, name: &str, data: &Bound<'_, PyAny>) -> PyResult<()> {
        let (batches, schema) = exchange::batches_from(data)?.into_table()?.into_inner();
        self.0.register_batches(name, schema, batches).map_err(raising(py))
    }

    fn deregister(&self, py: Python<'_>, name: &str) -> PyResult<bool> {
        self.0.deregister(name).map_err(raising(py))
    }

    fn tables(&self) -> Vec<String> {
        self.0.tables()
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
        wait(py, self.0.sql(query, parameters, timeout)).map(Relation::new)
    }

    fn cancel(&self) {
        self.0.cancel();
    }

    fn errors(&self, py: Python<'_>) -> PyResult<Relation> {
        self.0.errors_relation().map(Relation::new).map_err(raising(py))
    }

    fn error_count(&self) -> u64 {
        self.0.errors().count()
    }

    fn clear_errors(&self) {
        self.0.errors().clear();
    }

    fn close(&self) {
        self.0.close();
    }

    #[getter]
    fn closed(&self) -> bool {
        self.0.is_closed()
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

fn outcome_dict<'py>(py: Python<'py>, outcome: &LoadOutcome) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("plugin_id", outcome.plugin.as_str())?;
    dict.set_item("version", outcome.version.as_ref())?;
    for (key, kind) in [
        ("scalars_registered", Kind::Scalar),
        ("aggregates_registered", Kind::Aggregate),
        ("procedures_registered", Kind::Procedure),
        ("windows_registered", Kind::Window),
    ] {
        let names = outcome.registered.get(&kind).map(Vec::as_slice).unwrap_or_default();
        dict.set_item(key, names.iter().map(AsRef::as_ref).collect::<Vec<&str>>())?;
    }
    let denied: Vec<&str> = outcome.denied.iter().map(|capability| capability.as_str()).collect();
    dict.set_item("denied_capabilities", denied)?;
    Ok(dict)
}
