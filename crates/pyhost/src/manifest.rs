//! From what `loader.py` found to the contract's manifest, with a kernel for each function.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use arrow::datatypes::DataType;
use arrowsmith_contract::{
    CallPolicy, DeclaredType, Error, Function, FunctionName, Kernel, LoadError, Location, Manifest,
    Mode, NullPolicy, Parameter, PluginId, QualifiedName, Result, Signature, Tier, TierChoice,
};
use pyo3::exceptions::PyException;
use pyo3::prelude::*;

use crate::errors;
use crate::kernel::{self, Life, PythonKernel, SUPPORTED_NAMES, Target};
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
    name: String,
    callable: Bound<'py, PyAny>,
    is_class: bool,
    mode: String,
    parameters: Vec<LoadedParameter>,
    required: usize,
    variadic: bool,
    returns: String,
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
    let signature = make_signature(loaded, mode)?;
    // There is one tier so far; asking for it is checked, and the choice is made here.
    let (TierChoice::Auto | TierChoice::Only(Tier::Inline)) = loaded.tier.parse()?;
    let callable = loaded.callable.clone().unbind();
    let policy = make_policy(loaded)?;
    let kernel = PythonKernel {
        function: QualifiedName::new(plugin, &name).to_shared(),
        version: Arc::clone(version),
        signature: signature.clone(),
        mode,
        policy,
        target: if loaded.is_class { Target::class(callable) } else { Target::Function(callable) },
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
        kernel: Kernel::Scalar(Arc::new(kernel)),
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

fn make_signature(loaded: &LoadedFunction<'_>, mode: Mode) -> Result<Signature> {
    let py = loaded.callable.py();
    let mut parameters = Vec::with_capacity(loaded.parameters.len());
    for parameter in &loaded.parameters {
        let what = format!("parameter {} of {}", parameter.name, loaded.name);
        let declared = declared_type(py, &parameter.ty, &what, mode)?;
        parameters.push(Parameter {
            name: parameter.name.as_str().into(),
            ty: declared.ty,
            nullable: declared.nullable,
            nulls: if parameter.nulls == "pass" { NullPolicy::Pass } else { NullPolicy::Skip },
        });
    }
    if mode != Mode::Row && loaded.parameters.is_empty() {
        return Err(LoadError::new(format!(
            "{} is vectorized, so it needs a parameter: the arrays say how many rows there are",
            loaded.name
        ))
        .into());
    }
    let what = format!("the result of {}", loaded.name);
    let returns = declared_type(py, &loaded.returns, &what, mode)?;
    Signature::new(parameters, loaded.required, loaded.variadic, returns.ty)
}

fn declared_type(py: Python<'_>, text: &str, what: &str, mode: Mode) -> Result<DeclaredType> {
    let declared: DeclaredType =
        text.parse().map_err(|error: Error| LoadError::new(format!("{what}: {error}")))?;
    let data_type = declared.ty.data_type();
    let refused = match mode {
        Mode::VectorizedArrow => return Ok(declared),
        _ if declared.ty.extension().is_some() || !kernel::is_supported(data_type) => {
            format!("{} functions take and give {SUPPORTED_NAMES}", mode.as_str())
        }
        Mode::VectorizedNumpy => match data_type {
            DataType::Timestamp(_, Some(_)) => {
                "NumPy has no time zones; use vectorized=\"arrow\"".to_owned()
            }
            DataType::Decimal128(..) | DataType::Decimal256(..) => {
                "NumPy has no decimals; use vectorized=\"arrow\"".to_owned()
            }
            _ => String::new(),
        },
        Mode::Row => String::new(),
    };
    if !refused.is_empty() {
        return Err(LoadError::new(format!("{what} is {}; {refused}", declared.ty)).into());
    }
    kernel::prepare(py, data_type)?;
    Ok(declared)
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
