//! Where a scalar function runs: the choice between machine code and the interpreter.

use std::sync::Arc;

use arrowsmith_contract::{
    CompileTask, Compiler, Error, FunctionSource, LiveCode, LoadError, Location, Refusal, Result,
    ScalarKernel, Tier, TierChoice, TierReason,
};
use pyo3::prelude::*;

use super::LoadedFunction;
use crate::kernel::PythonScalar;
use crate::live::Live;
use crate::loader::Loading;
use crate::math_reference::InterpreterMath;
use crate::{door, errors};

/// A kernel with why it is this one.
pub(super) struct Chosen {
    pub(super) kernel: Arc<dyn ScalarKernel>,
    pub(super) reason: TierReason,
}

/// Takes machine code where it is wanted and can be had.
pub(super) fn choose(
    loaded: &LoadedFunction<'_>,
    inline: PythonScalar,
    source: Option<&Arc<FunctionSource>>,
    loading: &Loading<'_>,
) -> Result<Chosen> {
    let choice = choice(loaded, loading)?;
    if choice == TierChoice::Only(Tier::Inline) {
        return Ok(Chosen { kernel: Arc::new(inline), reason: TierReason::Declared });
    }
    let inline = Arc::new(inline);
    let reason = match compiled(loaded, &inline, source, loading)? {
        Ok(kernel) => return Ok(Chosen { kernel, reason: TierReason::Compiled }),
        Err(reason) => reason,
    };
    if choice == TierChoice::Auto {
        return Ok(Chosen { kernel: inline, reason });
    }
    Err(refused(loaded, &reason))
}

/// What its author wants, else who loads it.
pub(super) fn choice(loaded: &LoadedFunction<'_>, loading: &Loading<'_>) -> Result<TierChoice> {
    loaded.tier.as_deref().map_or(Ok(loading.tier), str::parse)
}

/// The error for a function that must be compiled and can't be.
pub(super) fn refused(loaded: &LoadedFunction<'_>, reason: &TierReason) -> Error {
    let name = &loaded.name;
    let (place, message) = match reason {
        TierReason::Refused(refusal) => (
            Some((Arc::clone(&refusal.file), Some(refusal.line))),
            format!(
                "{name} has tier=\"native\" and can't be compiled: column {}: {}",
                refusal.column, refusal.reason
            ),
        ),
        other => (
            loaded.file.as_deref().map(|file| (file.into(), loaded.line)),
            format!("{name} has tier=\"native\" and can't be compiled: {other}"),
        ),
    };
    let location = place.map(|(file, line)| Location { file, line });
    LoadError { location, message, cause: None }.into()
}

/// The outer error is one of the interpreter's, which ends the load.
fn compiled(
    loaded: &LoadedFunction<'_>,
    inline: &Arc<PythonScalar>,
    source: Option<&Arc<FunctionSource>>,
    loading: &Loading<'_>,
) -> Result<std::result::Result<Arc<dyn ScalarKernel>, TierReason>> {
    let unfit = |what: &str| Ok(Err(TierReason::Unfit(what.into())));
    if let Some(what) = &loaded.unfit {
        return unfit(what);
    }
    let Some(compiler) = loading.compiler else { return unfit("there is no compiler") };
    let py = loaded.callable.py();
    let read = |loaded: &LoadedFunction<'_>| -> PyResult<_> {
        let live = loaded.source.as_ref().map(Live::of).transpose()?.flatten();
        Ok((live, InterpreterMath::new(py)?))
    };
    let (live, math) = read(loaded).map_err(|error| errors::from_loader(py, error))?;
    let (Some(source), Some(live)) = (source, live) else { return unfit("its text is not known") };
    let live: Arc<dyn LiveCode> = Arc::new(live);
    let callee = &inline.callee;
    let task = CompileTask {
        function: &callee.function,
        source,
        signature: &callee.signature,
        policy: callee.policy,
        fallback: Arc::clone(inline) as Arc<dyn ScalarKernel>,
        live,
    };
    Ok(compile(compiler, &task, &math).map_err(|refusal| TierReason::Refused(Arc::new(refusal))))
}

/// A compiler that breaks leaves the function where it ran before there was one.
fn compile(
    compiler: &dyn Compiler,
    task: &CompileTask<'_>,
    math: &InterpreterMath<'_>,
) -> std::result::Result<Arc<dyn ScalarKernel>, Refusal> {
    door::catch_panic(|| compiler.compile(task, math)).unwrap_or_else(|panic| {
        log::warn!("{} runs inline, because compiling it failed: {panic}", task.function);
        Err(Refusal {
            file: Arc::clone(&task.source.file),
            line: task.source.span.first_line,
            column: 1,
            reason: panic.to_string(),
        })
    })
}
