//! Where a function runs: the choice between machine code and the interpreter.

use std::sync::Arc;

use arrowsmith_contract::{
    Error, Kernel, LiveCode, LoadError, Location, Result, Tier, TierChoice, TierReason,
};
use pyo3::prelude::*;

use super::LoadedFunction;
use super::native::{Inline, Texts};
use crate::errors;
use crate::live::Live;
use crate::loader::Loading;
use crate::math_reference::InterpreterMath;

/// Takes machine code where it is wanted and can be had, and says why the kernel is this one.
pub(super) fn choose(
    loaded: &LoadedFunction<'_>,
    inline: Inline,
    texts: &Texts,
    loading: &Loading<'_>,
) -> Result<(Kernel, TierReason)> {
    let choice = loaded.tier.as_deref().map_or(Ok(loading.tier), str::parse)?;
    if choice == TierChoice::Only(Tier::Inline) {
        return Ok((inline.into_kernel(), TierReason::Declared));
    }
    let reason = match compiled(loaded, &inline, texts, loading)? {
        Ok(kernel) => return Ok((kernel, TierReason::Compiled)),
        Err(reason) => reason,
    };
    if choice == TierChoice::Auto {
        return Ok((inline.into_kernel(), reason));
    }
    Err(refused(loaded, &reason))
}

/// The error for a function that must be compiled and can't be.
fn refused(loaded: &LoadedFunction<'_>, reason: &TierReason) -> Error {
    let name = &loaded.name;
    let (place, message) = match reason {
        TierReason::Refused(refusal) => (
            Some((Arc::clone(&refusal.file), Some(refusal.line))),
            format!(
                "{name} must be native and can't be compiled: column {}: {}",
                refusal.column, refusal.reason
            ),
        ),
        other => (
            loaded.file.as_deref().map(|file| (file.into(), loaded.line)),
            format!("{name} must be native and can't be compiled: {other}"),
        ),
    };
    let location = place.map(|(file, line)| Location { file, line });
    LoadError { location, message, cause: None }.into()
}

/// The outer error is one of the interpreter's, which ends the load.
fn compiled(
    loaded: &LoadedFunction<'_>,
    inline: &Inline,
    texts: &Texts,
    loading: &Loading<'_>,
) -> Result<std::result::Result<Kernel, TierReason>> {
    let unfit = |what: &str| Ok(Err(TierReason::Unfit(what.into())));
    if let Some(what) = &loaded.unfit {
        return unfit(what);
    }
    let Some(compiler) = loading.compiler else { return unfit("there is no compiler") };
    let py = loaded.callable.py();
    let read = || -> PyResult<_> { Ok((live(loaded)?, InterpreterMath::new(py)?)) };
    let (live, math) = read().map_err(|error| errors::from_loader(py, error))?;
    let live = live.map(|live| -> Arc<dyn LiveCode> { Arc::new(live) });
    match live.and_then(|live| inline.compile(compiler, &math, texts, live)) {
        Some(compiled) => Ok(compiled.map_err(|refusal| TierReason::Refused(Arc::new(refusal)))),
        None => unfit("its text is not known"),
    }
}

/// What is to be watched of the function, or of its parts.
fn live(loaded: &LoadedFunction<'_>) -> PyResult<Option<Live>> {
    let py = loaded.callable.py();
    if let Some(states) = &loaded.states {
        let parts: Vec<(String, Bound<'_, PyAny>)> = states.getattr("parts")?.extract()?;
        let members: Vec<(String, String, Bound<'_, PyAny>)> =
            states.getattr("members")?.extract()?;
        let methods =
            members.into_iter().filter(|(_, kind, _)| kind == "method" || kind == "static");
        let records = parts.into_iter().map(|(_, record)| record);
        let records = records.chain(methods.map(|(.., record)| record)).collect();
        return Live::of(py, records, states.getattr("live")?.extract()?);
    }
    match &loaded.source {
        Some(record) => Live::of(py, vec![record.clone()], None),
        None => Ok(None),
    }
}
