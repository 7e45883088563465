//! `_native.Plugins`: what is loaded into a session or into a whole database.

use std::path::Path;

use arrowsmith_contract::{
    Error, Grants, Kind, LoadOutcome, Manifest, PluginId, Registry, TierChoice,
};
use arrowsmith_engine as engine;
use arrowsmith_pyhost::{self as pyhost, Loading, to_pyerr};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::error::raising;
use crate::relation::Relation;
use crate::{listing, tiers};

/// Whose plugins they are.
#[derive(Debug)]
enum Owner {
    Session(engine::Session),
    Database(engine::Database),
}

#[derive(Debug)]
#[pyclass(frozen, module = "arrowsmith._native")]
pub(crate) struct Plugins {
    owner: Owner,
    /// For functions that declare none.
    tier: TierChoice,
}

/// What its loader says of a load.
#[derive(Debug, FromPyObject)]
struct Terms {
    grants: Option<Vec<String>>,
    strict: bool,
    replace: bool,
}

impl Plugins {
    pub(crate) fn of_session(session: engine::Session, tier: TierChoice) -> Self {
        Self { owner: Owner::Session(session), tier }
    }

    pub(crate) fn of_database(database: engine::Database, tier: TierChoice) -> Self {
        Self { owner: Owner::Database(database), tier }
    }

    fn registry(&self) -> &Registry {
        match &self.owner {
            Owner::Session(session) => session.registry(),
            Owner::Database(database) => database.registry(),
        }
    }

    fn check_open(&self, py: Python<'_>) -> PyResult<()> {
        let open = match &self.owner {
            Owner::Session(session) => session.check_open(),
            Owner::Database(database) => database.check_open(),
        };
        open.map_err(raising(py))
    }

    fn load<'py>(
        &self,
        py: Python<'py>,
        load: impl FnOnce(&Loading<'_>) -> Result<Manifest, Error>,
        terms: Terms,
    ) -> PyResult<Bound<'py, PyDict>> {
        self.check_open(py)?;
        let grants = terms.grants.map_or_else(|| Ok(Grants::all()), Grants::parse);
        let grants = grants.map_err(|error| to_pyerr(py, &error))?;
        let manifest = load(&tiers::loading(self.tier)).map_err(|error| to_pyerr(py, &error))?;
        if !terms.strict {
            warn_of_missing(py, &manifest, &grants)?;
        }
        let outcome = self.change(py, |registry| {
            if terms.replace {
                registry.commit(&manifest, &grants, terms.strict)
            } else {
                registry.commit_new(&manifest, &grants, terms.strict)
            }
        })?;
        outcome_dict(py, &outcome)
    }

    /// Changes what is loaded. Who closed meanwhile forgot everything before, so nothing is left in it.
    pub(crate) fn change<T>(
        &self,
        py: Python<'_>,
        change: impl FnOnce(&Registry) -> Result<T, Error>,
    ) -> PyResult<T> {
        let changed = change(self.registry());
        if let Err(closed) = self.check_open(py) {
            self.registry().clear();
            return Err(closed);
        }
        changed.map_err(|error| to_pyerr(py, &error))
    }

    /// Reads a plugin anew, and gives the grants that it has.
    fn load_again(&self, id: &PluginId) -> Result<(Manifest, Grants), Error> {
        let loaded = self.registry().own_plugin(id)?;
        let manifest = pyhost::load_again(id, loaded.source(), &tiers::loading(self.tier))?;
        Ok((manifest, loaded.grants().clone()))
    }
}

#[pymethods]
impl Plugins {
    fn load_source<'py>(
        &self,
        py: Python<'py>,
        source: &str,
        name: &str,
        terms: Terms,
    ) -> PyResult<Bound<'py, PyDict>> {
        self.load(py, |loading| pyhost::load_source(source, name, loading), terms)
    }

    fn load_path<'py>(
        &self,
        py: Python<'py>,
        path: &str,
        terms: Terms,
    ) -> PyResult<Bound<'py, PyDict>> {
        self.load(py, |loading| pyhost::load_path(Path::new(path), loading), terms)
    }

    fn load_object<'py>(
        &self,
        py: Python<'py>,
        object: &Bound<'py, PyAny>,
        terms: Terms,
    ) -> PyResult<Bound<'py, PyDict>> {
        self.load(py, |loading| pyhost::load_object(object, loading), terms)
    }

    fn reload<'py>(&self, py: Python<'py>, plugin: &str) -> PyResult<Bound<'py, PyDict>> {
        self.check_open(py)?;
        let again = PluginId::new(plugin).and_then(|id| self.load_again(&id));
        let (manifest, grants) = again.map_err(|error| to_pyerr(py, &error))?;
        warn_of_missing(py, &manifest, &grants)?;
        outcome_dict(py, &self.change(py, |registry| registry.recommit(&manifest))?)
    }

    fn unload(&self, py: Python<'_>, plugin: &str) -> PyResult<bool> {
        self.change(py, |registry| Ok(registry.remove(&PluginId::new(plugin)?)))
    }

    fn list(&self, py: Python<'_>) -> PyResult<Relation> {
        self.check_open(py)?;
        let snapshot = self.registry().snapshot();
        let relation = || {
            // A relation belongs to a session; that of a database gets one of its own.
            let (session, scope) = match &self.owner {
                Owner::Session(session) => (session.clone(), "session"),
                Owner::Database(database) => (database.session()?, "database"),
            };
            let batch = listing::plugins(&snapshot, scope)?;
            session.relation(batch.schema(), vec![batch])
        };
        relation().map(Relation::new).map_err(raising(py))
    }
}

/// Says which of a plugin's functions will be left out. Before anything is registered: the warning may
/// be an error.
fn warn_of_missing(py: Python<'_>, manifest: &Manifest, grants: &Grants) -> PyResult<()> {
    match manifest.check(grants) {
        Ok(()) => Ok(()),
        Err(missing) => {
            let package = py.import("arrowsmith.grants")?;
            package.call_method1("warn_of_missing", (missing.to_string(),)).map(drop)
        }
    }
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
