//! The kernel of each kind of function.

use std::sync::Arc;

use arrowsmith_contract::{
    FunctionSource, Kernel, LoadError, Result, Tier, TierChoice, TierReason,
};
use pyo3::prelude::*;

use super::{LoadedFunction, tier};
use crate::errors;
use crate::kernel::{
    Callee, Form, Parts, Pickle, PythonAggregate, PythonProcedure, PythonScalar, PythonWindow,
    Target,
};
use crate::loader::Loading;

/// The kernel, and why it is of its tier.
pub(super) fn make(
    loaded: &LoadedFunction<'_>,
    callee: Callee,
    source: Option<&Arc<FunctionSource>>,
    loading: &Loading<'_>,
) -> Result<(Kernel, TierReason)> {
    if loaded.kind == "scalar" {
        let inline = PythonScalar { callee, target: target(loaded) };
        let chosen = tier::choose(loaded, inline, source, loading)?;
        return Ok((Kernel::Scalar(chosen.kernel), chosen.reason));
    }
    let reason = match (tier::choice(loaded, loading)?, &loaded.unfit) {
        (TierChoice::Only(Tier::Inline), _) => TierReason::Declared,
        (choice, unfit) => {
            let reason = TierReason::Unfit(unfit.as_deref().unwrap_or("not a scalar").into());
            if choice != TierChoice::Auto {
                return Err(tier::refused(loaded, &reason));
            }
            reason
        }
    };
    Ok((interpreted(loaded, callee)?, reason))
}

/// The kernel of a kind that runs in the interpreter only.
fn interpreted(loaded: &LoadedFunction<'_>, callee: Callee) -> Result<Kernel> {
    match loaded.kind.as_str() {
        "aggregate" => {
            let py = loaded.callable.py();
            let pickle = Pickle::import(py).map_err(|error| errors::from_loader(py, error))?;
            let in_place = loaded.style == "plain";
            let kernel = PythonAggregate::new(callee, parts(loaded), in_place, pickle);
            Ok(Kernel::Aggregate(Arc::new(kernel)))
        }
        "window" => {
            let form = match loaded.style.as_str() {
                "generator" => Form::Generator(target(loaded).into()),
                "whole" => Form::Whole(target(loaded).into()),
                _ => Form::Steps(parts(loaded).into()),
            };
            Ok(Kernel::Window(Arc::new(PythonWindow::new(callee, form))))
        }
        "procedure" => {
            let py = loaded.callable.py();
            let procedure = PythonProcedure::new(py, callee, target(loaded))?;
            Ok(Kernel::Procedure(Arc::new(procedure)))
        }
        kind => Err(LoadError::new(format!("there is no kind {kind} of functions")).into()),
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
