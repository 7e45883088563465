//! The functions of `math`, for a compiler that compares them with its own.

use arrowsmith_contract::MathReference;
use pyo3::prelude::*;
use pyo3::types::{PyFloat, PyFloatMethods, PyTuple};

use crate::embedded;

/// Those that the interpreter began with, whatever the module holds by now. They are C code, and
/// none of them gives the interpreter to another thread.
pub(crate) struct InterpreterMath<'py> {
    known: Bound<'py, PyAny>,
}

impl<'py> InterpreterMath<'py> {
    pub(crate) fn new(py: Python<'py>) -> PyResult<Self> {
        let known = embedded::module(py, "bindings")?.getattr("known_function")?;
        Ok(Self { known })
    }
}

impl MathReference for InterpreterMath<'_> {
    fn call(&self, function: &str, arguments: &[f64]) -> Option<f64> {
        let function = self.known.call1((function,)).ok()?;
        let arguments = PyTuple::new(function.py(), arguments).ok()?;
        let value = function.call1(arguments).ok()?;
        value.cast_exact::<PyFloat>().ok().map(PyFloatMethods::value)
    }
}
