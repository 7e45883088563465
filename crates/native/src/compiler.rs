//! The native tier as the contract's compiler.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use arrowsmith_contract::{
    self as contract, AggregateKernel, AggregateTask, CallPolicy, CompileTask,
    Compiler as ContractCompiler, FunctionSource, MathReference, ScalarKernel, Signature,
    StateParts, StateTask, WindowKernel, WindowTask,
};

use crate::ir::{Module, Op};
use crate::kernel::{
    Coded, NativeAggregate, NativeScalar, NativeWindow, Parts, StateCodes, Stateful, guarded,
};
use crate::machine::Compiled;
use crate::specialise::StateKind;
use crate::state::StateModules;
use crate::{Place, Refusal, front, machine, reference, specialise};

/// What composition roots hand to those who load functions.
#[derive(Debug, Default)]
pub struct Compiler {
    /// Machine code by what it was made of, as long as a kernel uses it.
    made: Mutex<HashMap<Arc<Module>, Weak<Compiled>>>,
}

impl Compiler {
    pub fn new() -> Self {
        Self::default()
    }

    fn kernel(
        &self,
        task: &CompileTask<'_>,
        math: &dyn MathReference,
    ) -> Result<NativeScalar, Refusal> {
        let program = front::program(task.source, &specialise::is_known_builtin)?;
        let module = specialise::module(&program, task.signature)?;
        check_timeout(task.policy, &module)?;
        reference::check(&module, math)?;
        let (module, code) = self.machine_code(module)?;
        let parts = Parts {
            module,
            code,
            source: Arc::clone(task.source),
            signature: task.signature.clone(),
            fallback: Arc::clone(&task.fallback),
            live: Arc::clone(&task.live),
        };
        NativeScalar::new(parts).map_err(|reason| Refusal::new(Place::default(), reason))
    }

    fn aggregate(
        &self,
        task: &AggregateTask<'_>,
        math: &dyn MathReference,
    ) -> Result<NativeAggregate, Refusal> {
        let modules = states(task.parts, StateKind::Aggregate, task.signature)?;
        let parts = self.stateful(task, modules, math)?;
        NativeAggregate::new(parts).map_err(|reason| Refusal::new(Place::default(), reason))
    }

    fn window(
        &self,
        task: &WindowTask<'_>,
        math: &dyn MathReference,
    ) -> Result<NativeWindow, Refusal> {
        let mut modules = states(task.parts, StateKind::Window, task.signature)?;
        let start = first_source(task.parts).span.start as u32;
        let place = Place { start, end: start };
        modules.step = guarded(modules.step, task.signature.returns().data_type(), place);
        let parts = self.stateful(task, modules, math)?;
        NativeWindow::new(parts).map_err(|reason| Refusal::new(Place::default(), reason))
    }

    fn stateful<K: ?Sized>(
        &self,
        task: &StateTask<'_, K>,
        modules: StateModules,
        math: &dyn MathReference,
    ) -> Result<Stateful<K>, Refusal> {
        // All places are those of the first text.
        let source = first_source(task.parts);
        let coded = |module: Module| -> Result<Coded, Refusal> {
            check_timeout(task.policy, &module)?;
            reference::check(&module, math)?;
            let (module, code) = self.machine_code(module)?;
            Ok(Coded { module, code, source: Arc::clone(&source) })
        };
        let codes = StateCodes {
            layout: modules.layout,
            init: coded(modules.init)?,
            step: coded(modules.step)?,
            retract: modules.retract.map(coded).transpose()?,
            merge: modules.merge.map(coded).transpose()?,
            finalize: modules.finalize.map(coded).transpose()?,
        };
        Ok(Stateful {
            codes,
            signature: task.signature.clone(),
            fallback: Arc::clone(&task.fallback),
            live: Arc::clone(&task.live),
        })
    }

    /// The code of a module, which may be there already: the same text is often loaded again.
    fn machine_code(&self, module: Module) -> Result<(Arc<Module>, Arc<Compiled>), Refusal> {
        let module = Arc::new(module);
        if let Some(code) = self.made().get(&module).and_then(Weak::upgrade) {
            return Ok((module, code));
        }
        let code = machine::compile(&module);
        let code =
            Arc::new(code.map_err(|error| Refusal::new(Place::default(), error.to_string()))?);
        let mut made = self.made();
        made.retain(|_, code| code.strong_count() > 0);
        made.insert(Arc::clone(&module), Arc::downgrade(&code));
        Ok((module, code))
    }

    fn made(&self) -> std::sync::MutexGuard<'_, HashMap<Arc<Module>, Weak<Compiled>>> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ContractCompiler for Compiler {
    fn compile(
        &self,
        task: &CompileTask<'_>,
        math: &dyn MathReference,
    ) -> Result<Arc<dyn ScalarKernel>, contract::Refusal> {
        match self.kernel(task, math) {
            Ok(kernel) => Ok(Arc::new(kernel)),
            Err(refusal) => Err(located(refusal, task.source)),
        }
    }

    fn compile_aggregate(
        &self,
        task: &AggregateTask<'_>,
        math: &dyn MathReference,
    ) -> Result<Arc<dyn AggregateKernel>, contract::Refusal> {
        match self.aggregate(task, math) {
            Ok(kernel) => Ok(Arc::new(kernel)),
            Err(refusal) => Err(located(refusal, &first_source(task.parts))),
        }
    }

    fn compile_window(
        &self,
        task: &WindowTask<'_>,
        math: &dyn MathReference,
    ) -> Result<Arc<dyn WindowKernel>, contract::Refusal> {
        match self.window(task, math) {
            Ok(kernel) => Ok(Arc::new(kernel)),
            Err(refusal) => Err(located(refusal, &first_source(task.parts))),
        }
    }
}

/// The text that places of a function with states are of.
fn first_source(parts: &StateParts) -> Arc<FunctionSource> {
    parts.sources.first().map(|(_, source)| Arc::clone(source)).unwrap_or_default()
}

/// The parts, typed.
fn states(
    parts: &StateParts,
    kind: StateKind,
    signature: &Signature,
) -> Result<StateModules, Refusal> {
    let parts = front::parts(parts, &specialise::is_known_builtin)?;
    specialise::states(&parts, kind, signature)
}

/// The interpreter watches the time of each call; compiled code only looks whether the query goes on.
fn check_timeout(policy: CallPolicy, module: &Module) -> Result<(), Refusal> {
    let may_last = module.ops().any(|op| matches!(op, Op::Poll));
    if may_last && policy.timeout.is_some() {
        return Err(Refusal::new(
            Place::default(),
            "a loop in a function with a timeout of its own",
        ));
    }
    Ok(())
}

/// What concerns no place concerns the function.
fn located(refusal: Refusal, source: &FunctionSource) -> contract::Refusal {
    let start = source.span.start as u32;
    let place =
        if refusal.place == Place::default() { Place { start, end: start } } else { refusal.place };
    let (line, column) = place.line_and_column(&source.text);
    contract::Refusal { file: Arc::clone(&source.file), line, column, reason: refusal.reason }
}

#[cfg(test)]
mod tests;
