//! The one thing that a kernel calls: a function, or an object of a class.

use pyo3::prelude::*;

use super::callee::Callee;
use super::instances::Instances;
use arrowsmith_contract::Result;

/// What the kernel calls.
#[derive(Debug)]
pub(crate) enum Target {
    Function(Py<PyAny>),
    /// A class whose objects are called, one a thread.
    Class(Instances),
}

impl Target {
    pub(crate) fn new(callable: Py<PyAny>, is_class: bool) -> Self {
        if is_class { Self::Class(Instances::new(callable)) } else { Self::Function(callable) }
    }

    /// What to call on this thread; an exception of a class's set-up is the function's own.
    pub(super) fn callable<'py>(
        &self,
        py: Python<'py>,
        callee: &Callee,
    ) -> Result<Bound<'py, PyAny>> {
        match self {
            Self::Function(function) => Ok(function.bind(py).clone()),
            Self::Class(instances) => instances.set_up(py, callee),
        }
    }
}
