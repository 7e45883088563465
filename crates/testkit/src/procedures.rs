//! Procedure kernels made of Rust closures.

use std::fmt;
use std::sync::Arc;

use arrowsmith_contract::{
    BatchStream, CallContext, Determinism, Kernel, Mode, ProcedureArguments, ProcedureKernel,
    Result, Tier, Yielded,
};

use crate::PluginBuilder;
use crate::kernels::{signature, with_defaults};

/// What gives the next rows, at most so many. It is dropped with the procedure.
pub type Pull = Box<dyn FnMut(usize, &CallContext) -> Result<Option<Yielded>> + Send>;

type Start = dyn Fn(ProcedureArguments) -> Result<Pull> + Send + Sync;

struct ClosureProcedure(Box<Start>);

impl fmt::Debug for ClosureProcedure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClosureProcedure")
    }
}

impl ProcedureKernel for ClosureProcedure {
    fn tier(&self) -> Tier {
        Tier::Inline
    }

    fn start(
        &self,
        arguments: ProcedureArguments,
        _: &CallContext,
    ) -> Result<Box<dyn BatchStream>> {
        Ok(Box::new(ClosureStream((self.0)(arguments)?)))
    }
}

struct ClosureStream(Pull);

impl BatchStream for ClosureStream {
    fn next_batch(&mut self, most: usize, context: &CallContext) -> Result<Option<Yielded>> {
        (self.0)(most, context)
    }
}

impl PluginBuilder {
    /// Adds a procedure that yields the fields of a struct type. The first `required` parameters
    /// have no default.
    ///
    /// # Errors
    /// A bad name or type.
    pub fn procedure(
        self,
        name: &str,
        parameters: &[&str],
        required: usize,
        yields: &str,
        start: impl Fn(ProcedureArguments) -> Result<Pull> + Send + Sync + 'static,
    ) -> Result<Self> {
        let signature = with_defaults(&signature(parameters, yields)?, required)?;
        let kernel = Kernel::Procedure(Arc::new(ClosureProcedure(Box::new(start))));
        self.add(name, Mode::Row, signature, Determinism::Auto, kernel)
    }
}
