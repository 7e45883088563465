//! What a user has in place of a function, under the function's own name.

use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

/// The base of an object that gives what one Python function gives. Where `f = compile(f)` rebinds
/// the name by which `f` calls itself, `f` is still what it was.
#[derive(Debug)]
#[pyclass(frozen, subclass, module = "arrowsmith._native")]
pub struct StandIn {
    function: Option<Py<PyAny>>,
}

impl StandIn {
    /// Whether it stands for this very function.
    pub(crate) fn is_for(&self, function: &Bound<'_, PyAny>) -> bool {
        self.function.as_ref().is_some_and(|own| own.is(function))
    }
}

#[pymethods]
impl StandIn {
    /// Takes what its subclasses take; the function is the keyword `stands_for`.
    #[new]
    #[pyo3(signature = (*_arguments, **options))]
    fn new(_arguments: &Bound<'_, PyTuple>, options: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        let function = options.map(|options| options.get_item("stands_for")).transpose()?.flatten();
        Ok(Self { function: function.filter(|given| !given.is_none()).map(Bound::unbind) })
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.function)
    }
}
