//! The Python part of the host, which is compiled into this crate and installed as private modules.

use std::sync::Mutex;

use pyo3::prelude::*;
use pyo3::sync::{MutexExt, PyOnceLock};
use pyo3::types::{PyDict, PyModule, PyType};

use crate::door;

const PACKAGE: &str = "_arrowsmith_host";

/// Name and text of each module, each after those that it imports.
const MODULES: &[(&str, &str)] = &[
    ("errors", include_str!("python/errors.py")),
    ("untrusted", include_str!("python/untrusted.py")),
    ("annotations", include_str!("python/annotations.py")),
    ("nulls", include_str!("python/nulls.py")),
    ("texts", include_str!("python/texts.py")),
    ("definitions", include_str!("python/definitions.py")),
    ("defaults", include_str!("python/defaults.py")),
    ("bindings", include_str!("python/bindings.py")),
    ("declaration", include_str!("python/declaration.py")),
    ("decorators", include_str!("python/decorators.py")),
    ("plugin", include_str!("python/plugin.py")),
    ("target", include_str!("python/target.py")),
    ("signature", include_str!("python/signature.py")),
    ("parameters", include_str!("python/parameters.py")),
    ("options", include_str!("python/options.py")),
    ("fitness", include_str!("python/fitness.py")),
    ("source", include_str!("python/source.py")),
    ("plain_classes", include_str!("python/plain_classes.py")),
    ("methods", include_str!("python/methods.py")),
    ("states", include_str!("python/states.py")),
    ("null_policies", include_str!("python/null_policies.py")),
    ("parts", include_str!("python/parts.py")),
    ("scalars", include_str!("python/scalars.py")),
    ("aggregates", include_str!("python/aggregates.py")),
    ("procedures", include_str!("python/procedures.py")),
    ("windows", include_str!("python/windows.py")),
    ("inspection", include_str!("python/inspection.py")),
    ("gathering", include_str!("python/gathering.py")),
    ("tracebacks", include_str!("python/tracebacks.py")),
    ("refusals", include_str!("python/refusals.py")),
    ("signals", include_str!("python/signals.py")),
    ("modules", include_str!("python/modules.py")),
    ("execution", include_str!("python/execution.py")),
    ("loader", include_str!("python/loader.py")),
    ("neighbours", include_str!("python/neighbours.py")),
    ("processes", include_str!("python/processes.py")),
    ("stages", include_str!("python/stages.py")),
];

static INSTALLED: PyOnceLock<Py<PyModule>> = PyOnceLock::new();
static INSTALLING: Mutex<()> = Mutex::new(());

/// Installs the host's modules and its hook for the interpreter's exit. Does so once.
///
/// # Errors
/// Whatever Python raises, which it does for memory only.
pub fn install(py: Python<'_>) -> PyResult<()> {
    package(py).map(drop)
}

/// The classes that a Python package shows its users: `Plugin`, what its decorators are in, and the
/// exceptions, by name.
///
/// # Errors
/// As [`install`].
pub fn public_classes(py: Python<'_>) -> PyResult<Vec<(String, Bound<'_, PyType>)>> {
    let errors = module(py, "errors")?;
    let names: Vec<String> = errors.getattr("__all__")?.extract()?;
    let mut classes = Vec::with_capacity(names.len() + 2);
    for (name, home) in [("Plugin", "plugin"), ("Decorators", "decorators")] {
        let class = module(py, home)?.getattr(name)?.cast_into()?;
        classes.push((name.to_owned(), class));
    }
    for name in names {
        let class = errors.getattr(name.as_str())?.cast_into()?;
        classes.push((name, class));
    }
    Ok(classes)
}

/// One of the host's modules.
pub(crate) fn module<'py>(py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyAny>> {
    package(py)?.getattr(name)
}

fn package(py: Python<'_>) -> PyResult<&Bound<'_, PyModule>> {
    if let Some(package) = INSTALLED.get(py) {
        return Ok(package.bind(py));
    }
    // Two threads must not make two sets of exception classes.
    let _installing = match INSTALLING.lock_py_attached(py) {
        Ok(guard) => guard,
        Err(poisoned) => poisoned.into_inner(),
    };
    let package = INSTALLED.get_or_try_init(py, || build(py).map(Bound::unbind))?;
    Ok(package.bind(py))
}

fn build(py: Python<'_>) -> PyResult<Bound<'_, PyModule>> {
    let modules = py.import("sys")?.getattr("modules")?;
    let package = PyModule::new(py, PACKAGE)?;
    package.setattr("__path__", Vec::<String>::new())?;
    package.setattr("__package__", PACKAGE)?;
    modules.set_item(PACKAGE, &package)?;
    for (name, text) in MODULES {
        let module = execute(py, name, text, &modules)?;
        package.setattr(*name, module)?;
    }
    door::register_hooks(py)?;
    Ok(package)
}

fn execute<'py>(
    py: Python<'py>,
    name: &str,
    text: &str,
    modules: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyModule>> {
    let full = format!("{PACKAGE}.{name}");
    let file = format!("<arrowsmith>/{name}.py");
    let options = PyDict::new(py);
    options.set_item("dont_inherit", true)?;
    let builtins = py.import("builtins")?;
    let code = builtins.call_method("compile", (text, &file, "exec"), Some(&options))?;
    let module = PyModule::new(py, &full)?;
    module.setattr("__package__", PACKAGE)?;
    module.setattr("__file__", &file)?;
    modules.set_item(&full, &module)?;
    builtins.call_method1("exec", (code, module.dict()))?;
    Ok(module)
}
