//! The kernel of each kind of function in the interpreter.

use std::sync::Arc;

use arrowsmith_contract::{LoadError, Result};
use pyo3::prelude::*;
use pyo3::types::PyString;

use super::LoadedFunction;
use super::native::Inline;
use crate::errors;
use crate::kernel::{
    Callee, Form, Parts, Pickle, PythonAggregate, PythonProcedure, PythonScalar, PythonWindow,
    Target,
};

pub(super) fn interpreted(loaded: &LoadedFunction<'_>, callee: Callee) -> Result<Inline> {
    let py = loaded.callable.py();
    match loaded.kind.as_str() {
        "scalar" => Ok(Inline::Scalar(Arc::new(PythonScalar { callee, target: target(loaded) }))),
        "aggregate" => {
            let read = || -> PyResult<_> { Ok((Pickle::import(py)?, slots(loaded)?)) };
            let (pickle, slots) = read().map_err(|error| errors::from_loader(py, error))?;
            let in_place = loaded.style == "plain";
            let kernel = PythonAggregate::new(callee, parts(loaded), in_place, slots, pickle);
            Ok(Inline::Aggregate(Arc::new(kernel)))
        }
        "window" => {
            let form = match loaded.style.as_str() {
                "generator" => Form::Generator(target(loaded).into()),
                "whole" => Form::Whole(target(loaded).into()),
                _ => Form::Steps(parts(loaded).into()),
            };
            Ok(Inline::Window(Arc::new(PythonWindow::new(callee, form))))
        }
        "procedure" => {
            let procedure = PythonProcedure::new(py, callee, target(loaded))?;
            Ok(Inline::Procedure(Arc::new(procedure)))
        }
        kind => Err(LoadError::new(format!("there is no kind {kind} of functions")).into()),
    }
}

/// The attributes of states without `__dict__`, where a compiler may ask for them.
fn slots(loaded: &LoadedFunction<'_>) -> PyResult<Option<Vec<Py<PyString>>>> {
    match &loaded.states {
        Some(states) => states.getattr("slots")?.extract(),
        None => Ok(None),
    }
}

/// The one thing that is called.
fn target(loaded: &LoadedFunction<'_>) -> Target {
    Target::new(loaded.callable.clone().unbind(), loaded.is_class)
}

/// The several things that are called.
fn parts(loaded: &LoadedFunction<'_>) -> Parts {
    if loaded.style == "class" {
        let names = loaded.parts.iter().map(|(name, _)| name.clone()).collect();
        return Parts::methods(loaded.callable.clone().unbind(), names);
    }
    let function =
        |(name, part): &(String, Bound<'_, PyAny>)| (name.clone(), part.clone().unbind());
    Parts::functions(loaded.parts.iter().map(function).collect())
}
