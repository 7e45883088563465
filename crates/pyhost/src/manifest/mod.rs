//! From what `loader.py` found to the contract's manifest, with a kernel for each function.

mod kernels;
mod signature;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use arrowsmith_contract::{
    CallPolicy, Error, Function, FunctionName, LoadError, Location, Manifest, Mode, PluginId,
    QualifiedName, Result, Tier, TierChoice,
};
use pyo3::exceptions::PyException;
use pyo3::prelude::*;

use crate::errors;
use crate::kernel::{Callee, Life};
use crate::source::Texts;

/// Counts loads.
static LOADS: AtomicU64 = AtomicU64::new(0);

#[derive(FromPyObject)]
struct LoadedPlugin<'py> {
    id: String,
    version: String,
    file: Option<String>,
    functions: Vec<LoadedFunction<'py>>,
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
    tier: String,
    on_error: String,
    timeout: Option<f64>,
    thread_safe: bool,
    documentation: Option<String>,
    file: Option<String>,
    line: Option<u32>,
    source: Option<Bound<'py, PyAny>>,
}

#[derive(FromPyObject)]
struct LoadedParameter {
    name: String,
    #[pyo3(attribute("type"))]
    ty: String,
    nulls: String,
}

pub(crate) fn from_loaded(object: &Bound<'_, PyAny>) -> Result<Manifest> {
    let py = object.py();
    let plugin: LoadedPlugin<'_> =
        object.extract().map_err(|error| errors::from_loader(py, error))?;
    let file = plugin.file.as_deref();
    let id = PluginId::new(&plugin.id).map_err(|error| located(error, file, Some(1)))?;
    let version: Arc<str> = plugin.version.into();
    let life = Life {
        load: LOADS.fetch_add(1, Ordering::Relaxed),
        _modules: Arc::new(plugin.life.clone().unbind()),
    };
    let mut texts = Texts::default();
    let functions = plugin
        .functions
        .iter()
        .map(|function| {
            let made = make_function(function, &id, &version, &life, &mut texts);
            made.map(Arc::new)
                .map_err(|error| located(error, function.file.as_deref(), function.line))
        })
        .collect::<Result<Vec<_>>>()?;
    Manifest::new(id, version, functions).map_err(|error| located(error, file, None))
}

fn make_function(
    loaded: &LoadedFunction<'_>,
    plugin: &PluginId,
    version: &Arc<str>,
    life: &Life,
    texts: &mut Texts,
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
    // There is one tier so far; asking for it is checked, and the choice is made here.
    let (TierChoice::Auto | TierChoice::Only(Tier::Inline)) = loaded.tier.parse()?;
    let policy = make_policy(loaded)?;
    let callee = Callee {
        function: QualifiedName::new(plugin, &name).to_shared(),
        version: Arc::clone(version),
        signature: signature.clone(),
        mode,
        policy,
        life: life.clone(),
    };
    let source = loaded.source.as_ref().map(|source| texts.source(source)).transpose();
    Ok(Function {
        plugin: plugin.clone(),
        version: Arc::clone(version),
        name,
        mode,
        signature,
        determinism: loaded.determinism.parse()?,
        policy,
        documentation: loaded.documentation.as_deref().map(Arc::from),
        source: source.map_err(|error| errors::from_loader(py, error))?.map(Arc::new),
        kernel: kernels::make(loaded, callee)?,
    })
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
fn import(py: Python<'_>, library: &str) -> Result<Option<PyErr>> {
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
