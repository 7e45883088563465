//! The native tier as the contract's compiler.

use std::sync::Arc;

use arrowsmith_contract::{
    CompileTask, Compiler as ContractCompiler, MathReference, Refusal, ScalarKernel,
};

/// What composition roots hand to those who load functions.
#[derive(Debug, Default)]
pub struct Compiler {}

impl Compiler {
    pub fn new() -> Self {
        Self::default()
    }
}

impl ContractCompiler for Compiler {
    fn compile(
        &self,
        task: &CompileTask<'_>,
        _math: &dyn MathReference,
    ) -> Result<Arc<dyn ScalarKernel>, Refusal> {
        Err(Refusal {
            file: Arc::clone(&task.source.file),
            line: task.source.span.first_line,
            column: 1,
            reason: "not built yet".to_owned(),
        })
    }
}
