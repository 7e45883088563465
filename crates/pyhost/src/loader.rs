//! The ways in which a plugin comes. The work is done in `loader.py`.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use arrowsmith_contract::{
    Compiler, Error, LoadError, Location, Manifest, PluginId, Result, Source, TierChoice,
};
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::{door, embedded, errors, manifest};

/// How functions are loaded, besides what they say themselves. By default they run in the interpreter.
#[derive(Debug, Clone, Copy, Default)]
pub struct Loading<'a> {
    /// Takes the functions that it can.
    pub compiler: Option<&'a dyn Compiler>,
    /// Of those that declare none.
    pub tier: TierChoice,
}

/// Loads a plugin from its text. Tracebacks call the text `name`, and its stem is the default id.
///
/// # Errors
/// A load error with the place in the text; nothing of the plugin stays behind.
pub fn load_source(source: &str, name: &str, loading: &Loading<'_>) -> Result<Manifest> {
    door::enter(|py| load(py, "load_source", (source, name), loading))
}

/// Loads a plugin from a file, or from a folder with an `__init__.py`.
///
/// # Errors
/// As [`load_source`].
pub fn load_path(path: &Path, loading: &Loading<'_>) -> Result<Manifest> {
    let Some(text) = path.to_str() else {
        return Err(Error::from(LoadError {
            location: Some(Location { file: Arc::from(path.to_string_lossy()), line: None }),
            message: "the path is no valid text".to_owned(),
            cause: None,
        }));
    };
    door::enter(|py| load(py, "load_path", (text,), loading))
}

/// Loads a plugin anew from where it came from. It must still say that it is the same one.
///
/// # Errors
/// As [`load_source`]; a load error for what came from no file, and for a file that now holds a
/// plugin with another id.
pub fn load_again(id: &PluginId, source: &Source, loading: &Loading<'_>) -> Result<Manifest> {
    let Source::Path(path) = source else {
        let (what, way) = match source {
            Source::Text => ("text", "the new text with load_python_plugin"),
            _ => ("an object", "the new object with load_plugin"),
        };
        return Err(LoadError::new(format!(
            "the plugin {id} came from {what}, so there is no file to read again; load {way}"
        ))
        .into());
    };
    let manifest = load_path(Path::new(path.as_ref()), loading)?;
    if manifest.id() == id {
        return Ok(manifest);
    }
    Err(LoadError {
        location: Some(Location { file: Arc::clone(path), line: None }),
        message: format!(
            "the file now holds the plugin {}, not {id}, which stays as it was; unload {id} and load the file if that is meant",
            manifest.id()
        ),
        cause: None,
    }
    .into())
}

/// Loads a plugin from a `Plugin`, from a module that made one, or from a path.
///
/// # Errors
/// As [`load_source`].
pub fn load_object(object: &Bound<'_, PyAny>, loading: &Loading<'_>) -> Result<Manifest> {
    door::enter_again(object.py(), |py| load(py, "load_object", (object,), loading))
}

/// What is said of one function that comes without a decorator.
#[derive(Debug, Default)]
pub struct FunctionTerms<'py> {
    /// The types of the arguments; from annotations where there are none.
    pub args: Option<Bound<'py, PyAny>>,
    pub returns: Option<Bound<'py, PyAny>>,
}

/// Loads one plain function as a plugin of its own: its id is `home`, a dot and the function's name,
/// so that several functions stand beside each other.
///
/// # Errors
/// As [`load_source`].
pub fn load_function(
    function: &Bound<'_, PyAny>,
    home: &str,
    terms: &FunctionTerms<'_>,
    loading: &Loading<'_>,
) -> Result<Manifest> {
    let arguments = (function, home, terms.args.as_ref(), terms.returns.as_ref());
    door::enter_again(function.py(), |py| load(py, "load_function", arguments, loading))
}

fn load<'py>(
    py: Python<'py>,
    way: &str,
    arguments: impl IntoPyObject<'py, Target = PyTuple, Output = Bound<'py, PyTuple>, Error = PyErr>,
    loading: &Loading<'_>,
) -> Result<Manifest> {
    let begun = Instant::now();
    let loaded = embedded::module(py, "loader")
        .and_then(|loader| door::call(&loader.getattr(way)?, &arguments.into_pyobject(py)?, None));
    let loaded = loaded.map_err(|exception| errors::from_loader(py, exception))?;
    Ok(manifest::from_loaded(&loaded, loading)?.begun_at(begun))
}
