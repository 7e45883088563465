//! The kernel of each kind of function.

use std::sync::Arc;

use arrowsmith_contract::{Kernel, LoadError, Result};

use super::LoadedFunction;
use crate::kernel::{Callee, PythonProcedure, PythonScalar, Target};

pub(super) fn make(loaded: &LoadedFunction<'_>, callee: Callee) -> Result<Kernel> {
    match loaded.kind.as_str() {
        "scalar" => Ok(Kernel::Scalar(Arc::new(PythonScalar { callee, target: target(loaded) }))),
        "procedure" => {
            let py = loaded.callable.py();
            let procedure = PythonProcedure::new(py, callee, target(loaded))?;
            Ok(Kernel::Procedure(Arc::new(procedure)))
        }
        kind => Err(LoadError::new(format!("{kind}s are not there yet")).into()),
    }
}

/// The one thing that is called.
fn target(loaded: &LoadedFunction<'_>) -> Target {
    Target::new(loaded.callable.clone().unbind(), loaded.is_class)
}
