//! Whether Python functions, and the class that they are in, are still what they were when they were
//! loaded.
//!
//! Looking must not run plugin code: objects are compared by identity, plain values by class and
//! value, and attributes are read only of objects whose class is CPython's own.

use std::collections::HashSet;

use arrowsmith_contract::{LiveCode, Result};
use pyo3::exceptions::PyException;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyFloat, PyInt, PyMappingProxy, PyModule, PyString};

use crate::stand_in::StandIn;
use crate::{door, embedded, errors};

/// What is said to have been interrupted.
const LOOK: &str = "a look at compiled code";

/// Functions, those that they call, and the members of `math` that they use.
#[derive(Debug)]
pub(crate) struct Live {
    functions: Vec<LiveFunction>,
    class: Option<LiveClass>,
    modules: Modules,
}

/// The namespaces of the modules that the interpreter began with: an import asks plugin code, or
/// gives what a plugin put in their place.
#[derive(Debug)]
struct Modules {
    math: Py<PyDict>,
    builtins: Py<PyDict>,
}

#[derive(Debug, FromPyObject)]
struct LiveFunction {
    function: Py<PyAny>,
    code: Py<PyAny>,
    defaults: Py<PyAny>,
    keyword_defaults: Vec<Value>,
    namespace: Py<PyDict>,
    globals: Vec<Value>,
    builtins: Vec<Value>,
    members: Vec<Value>,
}

/// What Python puts into a class when somebody asks for it, or pickles an object of it.
const LATE: [&str; 3] = ["__slotnames__", "__annotations__", "__annotations_cache__"];

/// A class whose metaclass is `type`.
#[derive(Debug, FromPyObject)]
pub(crate) struct LiveClass {
    cls: Py<PyAny>,
    bases: Py<PyAny>,
    entries: Vec<Value>,
}

type Value = (Py<PyString>, Py<PyAny>);

impl Live {
    /// Takes records of `source.py`, and those of the helpers in them. None for what is no function.
    pub(crate) fn of<'py>(
        py: Python<'py>,
        mut records: Vec<Bound<'py, PyAny>>,
        class: Option<LiveClass>,
    ) -> PyResult<Option<Self>> {
        let mut functions = Vec::new();
        let mut seen = HashSet::new();
        while let Some(record) = records.pop() {
            if !seen.insert(record.as_ptr() as usize) {
                continue;
            }
            let live: Option<LiveFunction> = record.getattr("live")?.extract()?;
            let Some(live) = live else { return Ok(None) };
            functions.push(live);
            let bindings: Vec<(String, String, Bound<'_, PyAny>)> =
                record.getattr("bindings")?.extract()?;
            let helpers = bindings.into_iter().filter(|(_, kind, _)| kind == "helper");
            records.extend(helpers.map(|(_, _, helper)| helper));
        }
        Ok(Some(Self { functions, class, modules: Modules::of(py)? }))
    }

    fn look(&self, py: Python<'_>) -> PyResult<Option<String>> {
        if let Some(class) = &self.class
            && let Some(change) = class.change(py)?
        {
            return Ok(Some(change));
        }
        for function in &self.functions {
            if let Some(change) = function.change(py, &self.modules)? {
                return Ok(Some(change));
            }
        }
        Ok(None)
    }
}

impl LiveCode for Live {
    fn changed(&self) -> Option<String> {
        let looked = door::enter(|py| Ok(self.look(py)));
        match looked {
            Ok(Ok(change)) => change,
            // An audit hook may forbid to look.
            Ok(Err(exception)) => Some(format!("it can't be looked at any more: {exception}")),
            Err(error) => Some(error.to_string()),
        }
    }

    fn is_current_here(&self) -> Result<bool> {
        door::enter(|py| match self.look(py) {
            Ok(change) => Ok(change.is_none()),
            // Whoever looks on a thread of the engine says what keeps from looking.
            Err(exception) if exception.is_instance_of::<PyException>(py) => Ok(false),
            Err(exception) => Err(errors::raised(py, exception, &LOOK.into(), None)),
        })
    }
}

impl Modules {
    fn of(py: Python<'_>) -> PyResult<Self> {
        let bindings = embedded::module(py, "bindings")?;
        let namespace =
            |name| PyResult::Ok(bindings.getattr(name)?.cast::<PyModule>()?.dict().unbind());
        Ok(Self { math: namespace("math")?, builtins: namespace("builtins")? })
    }
}

impl LiveFunction {
    fn change(&self, py: Python<'_>, modules: &Modules) -> PyResult<Option<String>> {
        let function = self.function.bind(py);
        let attributes = [
            (intern!(py, "__code__"), &self.code, "code"),
            (intern!(py, "__defaults__"), &self.defaults, "defaults"),
        ];
        for (attribute, expected, what) in attributes {
            if !function.getattr(attribute)?.is(expected) {
                return Ok(Some(format!("the {what} of {} changed", self.name(py))));
            }
        }
        if !self.has_its_keyword_defaults(function)? {
            return Ok(Some(format!("the keyword defaults of {} changed", self.name(py))));
        }
        self.changed_name(py, modules)
    }

    fn has_its_keyword_defaults(&self, function: &Bound<'_, PyAny>) -> PyResult<bool> {
        let py = function.py();
        let found = function.getattr(intern!(py, "__kwdefaults__"))?;
        let Ok(found) = found.cast_exact::<PyDict>() else {
            return Ok(self.keyword_defaults.is_empty() && found.is_none());
        };
        let same = all_same(found, &self.keyword_defaults, function)?;
        Ok(found.len() == self.keyword_defaults.len() && same.is_none())
    }

    /// The first name that stands for something else.
    fn changed_name(&self, py: Python<'_>, modules: &Modules) -> PyResult<Option<String>> {
        let function = self.function.bind(py);
        let globals = self.namespace.bind(py);
        if let Some(name) = all_same(globals, &self.globals, function)? {
            return Ok(Some(format!("the global {name} changed")));
        }
        for (name, _) in &self.builtins {
            if globals.contains(name)? {
                return Ok(Some(format!("the global {name} hides the builtin")));
            }
        }
        if let Some(name) = all_same(modules.builtins.bind(py), &self.builtins, function)? {
            return Ok(Some(format!("the builtin {name} changed")));
        }
        let member = all_same(modules.math.bind(py), &self.members, function)?;
        Ok(member.map(|name| format!("math.{name} changed")))
    }

    fn name(&self, py: Python<'_>) -> String {
        let name = self.function.bind(py).getattr(intern!(py, "__name__"));
        name.map_or_else(|_| "the function".to_owned(), |name| name.to_string())
    }
}

impl LiveClass {
    fn change(&self, py: Python<'_>) -> PyResult<Option<String>> {
        let class = self.cls.bind(py);
        let name = || class.getattr(intern!(py, "__name__")).map(|name| name.to_string());
        if !class.getattr(intern!(py, "__bases__"))?.is(&self.bases) {
            return Ok(Some(format!("the base class of {} changed", name()?)));
        }
        let namespace = class.getattr(intern!(py, "__dict__"))?.cast_into::<PyMappingProxy>()?;
        for (entry, expected) in &self.entries {
            let found = namespace.get_item(entry).ok();
            if !found.is_some_and(|found| found.is(expected)) {
                return Ok(Some(format!("{entry} of the class {} changed", name()?)));
            }
        }
        let late = LATE.iter().filter(|name| namespace.contains(**name).unwrap_or(false)).count();
        if namespace.len()? != self.entries.len() + late {
            return Ok(Some(format!("the class {} has got something new", name()?)));
        }
        Ok(None)
    }
}

/// Gives the first name whose value differs.
fn all_same<'py>(
    namespace: &Bound<'py, PyDict>,
    expected: &[Value],
    function: &Bound<'py, PyAny>,
) -> PyResult<Option<String>> {
    let py = namespace.py();
    for (name, expected) in expected {
        let expected = expected.bind(py);
        let found = namespace.get_item(name)?;
        if !found.is_some_and(|found| is_same(&found, expected, function)) {
            return Ok(Some(name.to_string()));
        }
    }
    Ok(None)
}

/// Whether a value is the expected one, or what stands for the function where that is expected.
fn is_same(
    found: &Bound<'_, PyAny>,
    expected: &Bound<'_, PyAny>,
    function: &Bound<'_, PyAny>,
) -> bool {
    if found.is(expected) || is_same_constant(found, expected) {
        return true;
    }
    expected.is(function)
        && found.cast::<StandIn>().is_ok_and(|stand_in| stand_in.get().is_for(function))
}

fn is_same_constant(found: &Bound<'_, PyAny>, expected: &Bound<'_, PyAny>) -> bool {
    if let (Ok(found), Ok(expected)) =
        (found.cast_exact::<PyFloat>(), expected.cast_exact::<PyFloat>())
    {
        return found.value().to_bits() == expected.value().to_bits();
    }
    // Neither is a bool, which is what it is by identity; and an int is no text.
    let is_plain = |value: &Bound<'_, PyAny>| {
        value.cast_exact::<PyInt>().is_ok() || value.cast_exact::<PyString>().is_ok()
    };
    is_plain(found) && is_plain(expected) && found.eq(expected).unwrap_or(false)
}
