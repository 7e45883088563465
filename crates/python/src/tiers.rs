//! How functions are loaded: with the one compiler of this process, and a default for their tier.

use std::sync::OnceLock;

use arrowsmith_contract::{Error, TierChoice};
use arrowsmith_native::Compiler;
use arrowsmith_pyhost::{Loading, to_pyerr};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// Keeps what it compiled, for all sessions.
static COMPILER: OnceLock<Compiler> = OnceLock::new();

/// For functions whose author says nothing of a tier.
pub(crate) fn loading(tier: TierChoice) -> Loading<'static> {
    Loading { compiler: Some(COMPILER.get_or_init(Compiler::new)), tier }
}

/// An argument of a user. There is no plugin yet that could not be loaded.
pub(crate) fn choice(py: Python<'_>, tier: &str) -> PyResult<TierChoice> {
    tier.parse().map_err(|error: Error| match error {
        Error::Load(load) => PyValueError::new_err(load.message),
        other => to_pyerr(py, &other),
    })
}
