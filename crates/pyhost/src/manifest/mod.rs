//! From what `loader.py` found to the contract's manifest, with a kernel for each function.

mod kernels;
mod native;
mod signature;
mod tier;

use std::sync::Arc;
use std::time::Duration;

use arrowsmith_contract::{
    CallPolicy, Determinism, Error, Function, FunctionName, LoadError, Location, Manifest, Mode,
    Origin, PluginId, QualifiedName, Result, Source, TierReason,
};
use pyo3::exceptions::PyException;
use pyo3::prelude::*;

use crate::errors;
use crate::kernel::{Callee, Life};
use crate::loader::Loading;
use crate::source::KnownTexts;
use native::Texts;

#[derive(FromPyObject)]
struct LoadedPlugin<'py> {
    id: String,
    version: String,
    file: Option<String>,
    functions: Vec<LoadedFunction<'py>>,
    path: Option<String>,
    digest: Option<[u8; 32]>,
    life: Bound<'py, PyAny>,
}

#[derive(FromPyObject)]
struct LoadedFunction<'py> {
    kind: String,
    name: String,
    callable: Bound<'py, PyAny>,
    is_class: bool,
    style: String,
    parts: Vec<(String, Bound<'py, PyAny>)>,
    mode: String,
    parameters: Vec<LoadedParameter>,
    required: usize,
    variadic: bool,
    returns: Option<String>,
    yields: Vec<(String, String)>,
    determinism: String,
    tier: Option<String>,
    on_error: String,
    timeout: Option<f64>,
    thread_safe: bool,
    documentation: Option<String>,
    file: Option<String>,
    line: Option<u32>,
    source: Option<Bound<'py, PyAny>>,
    states: Option<Bound<'py, PyAny>>,
    unfit: Option<String>,
}

#[derive(FromPyObject)]
struct LoadedParameter {
    name: String,
    #[pyo3(attribute("type"))]
    ty: String,
    nulls: String,
}

pub(crate) fn from_loaded(object: &Bound<'_, PyAny>, loading: &Loading<'_>) -> Result<Manifest> {
    let py = object.py();
    let plugin: LoadedPlugin<'_> =
        object.extract().map_err(|error| errors::from_loader(py, error))?;
    let file = plugin.file.as_deref();
    let id = PluginId::new(&plugin.id).map_err(|error| located(error, file, Some(1)))?;
    let version: Arc<str> = plugin.version.into();
    let life = Life::new(plugin.life.clone().unbind());
    let mut texts = KnownTexts::default();
    let functions = plugin
        .functions
        .iter()
        .map(|function| {
            let made = make_function(function, &id, &version, &life, &mut texts, loading);
            made.map(Arc::new)
                .map_err(|error| located(error, function.file.as_deref(), function.line))
        })
        .collect::<Result<Vec<_>>>()?;
    let manifest = Manifest::new(id, version, functions);
    let manifest = manifest.map_err(|error| located(error, file, None))?;
    Ok(manifest.with_origin(origin(plugin.path, plugin.digest)))
}

fn origin(path: Option<String>, digest: Option<[u8; 32]>) -> Origin {
    let source = match path {
        Some(path) => Source::Path(path.into()),
        None if digest.is_some() => Source::Text,
        None => Source::Object,
    };
    Origin { source, digest }
}

fn make_function(
    loaded: &LoadedFunction<'_>,
    plugin: &PluginId,
    version: &Arc<str>,
    life: &Life,
    texts: &mut KnownTexts,
    loading: &Loading<'_>,
) -> Result<Function> {
    let py = loaded.callable.py();
    let name = FunctionName::new(&loaded.name)?;
    let mode = match loaded.mode.as_str() {
        "arrow" => Mode::VectorizedArrow,
        "numpy" => Mode::VectorizedNumpy,
        _ => Mode::Row,
    };
    import_libraries(py, mode)?;
    let signature = signature::make(loaded, mode)?;
    let policy = make_policy(loaded)?;
    let callee = Callee {
        function: QualifiedName::new(plugin, &name).to_shared(),
        version: Arc::clone(version),
        signature: signature.clone(),
        mode,
        policy,
        life: life.clone(),
    };
    let texts = read_texts(loaded, texts).map_err(|error| errors::from_loader(py, error))?;
    let declared: Determinism = loaded.determinism.parse()?;
    let inline = kernels::interpreted(loaded, callee)?;
    let (kernel, reason) = tier::choose(loaded, inline, &texts, loading)?;
    let is_proven = declared == Determinism::Auto && reason == TierReason::Compiled;
    Ok(Function {
        plugin: plugin.clone(),
        version: Arc::clone(version),
        name,
        mode,
        signature,
        determinism: if is_proven { Determinism::Pure } else { declared },
        policy,
        documentation: loaded.documentation.as_deref().map(Arc::from),
        parts: texts.of_parts(),
        source: texts.source,
        tier_reason: Some(reason),
        kernel,
    })
}

fn read_texts(loaded: &LoadedFunction<'_>, known: &mut KnownTexts) -> PyResult<Texts> {
    let source = loaded.source.as_ref().map(|source| known.source(source)).transpose()?;
    let parts = loaded.states.as_ref().map(|states| known.parts(states)).transpose()?;
    Ok(Texts { source: source.map(Arc::new), parts })
}

/// Imports what calls will need: an import amid a call could be interrupted, and a library that is
/// imported by half stays broken.
fn import_libraries(py: Python<'_>, mode: Mode) -> Result<()> {
    match mode {
        Mode::Row => Ok(()),
        // Without it the function gets arrays of our own.
        Mode::VectorizedArrow => import(py, "pyarrow").map(drop),
        Mode::VectorizedNumpy => match import(py, "numpy")? {
            None => Ok(()),
            Some(error) => Err(LoadError::new(format!(
                "a function with vectorized=\"numpy\" needs NumPy: {error}"
            ))
            .into()),
        },
    }
}

/// Imports a library, and gives why it can't be imported. Ctrl-C is no reason, and goes on.
pub(crate) fn import(py: Python<'_>, library: &str) -> Result<Option<PyErr>> {
    match py.import(library) {
        Ok(_) => Ok(None),
        Err(exception) if exception.is_instance_of::<PyException>(py) => Ok(Some(exception)),
        Err(exception) => Err(errors::from_loader(py, exception)),
    }
}

fn make_policy(loaded: &LoadedFunction<'_>) -> Result<CallPolicy> {
    let timeout = loaded.timeout.map(Duration::try_from_secs_f64).transpose();
    Ok(CallPolicy {
        on_error: loaded.on_error.parse()?,
        timeout: timeout.map_err(|error| {
            LoadError::new(format!("the timeout of {} is no time: {error}", loaded.name))
        })?,
        thread_safe: loaded.thread_safe,
    })
}

/// Gives a load error its place, where it has none.
fn located(error: Error, file: Option<&str>, line: Option<u32>) -> Error {
    match error {
        Error::Load(mut load) if load.location.is_none() => {
            load.location = file.map(|file| Location { file: file.into(), line });
            Error::Load(load)
        }
        other => other,
    }
}
