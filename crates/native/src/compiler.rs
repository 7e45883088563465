//! The native tier as the contract's compiler.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use arrowsmith_contract::{
    self as contract, AggregateKernel, AggregateTask, CompileTask, Compiler as ContractCompiler,
    FunctionSource, MathReference, ScalarKernel, StateParts, WindowKernel, WindowTask,
};

use crate::ir::{Module, Op};
use crate::kernel::{NativeScalar, Parts};
use crate::machine::Compiled;
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
        check_timeout(task, &module)?;
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
        _math: &dyn MathReference,
    ) -> Result<Arc<dyn AggregateKernel>, contract::Refusal> {
        Err(not_yet(task.parts, "an aggregate"))
    }

    fn compile_window(
        &self,
        task: &WindowTask<'_>,
        _math: &dyn MathReference,
    ) -> Result<Arc<dyn WindowKernel>, contract::Refusal> {
        Err(not_yet(task.parts, "a window function"))
    }
}

/// What is not compiled yet.
fn not_yet(parts: &StateParts, what: &str) -> contract::Refusal {
    let nowhere = Arc::default();
    let source = parts.sources.first().map_or(&nowhere, |(_, source)| source);
    located(Refusal::new(Place::default(), what), source)
}

/// The interpreter watches the time of each call; compiled code only looks whether the query goes on.
fn check_timeout(task: &CompileTask<'_>, module: &Module) -> Result<(), Refusal> {
    let may_last = module.ops().any(|op| matches!(op, Op::Poll));
    if may_last && task.policy.timeout.is_some() {
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
