//! Window kernels made of Rust closures.

use std::fmt;
use std::sync::Arc;

use arrow::array::ArrayRef;
use arrowsmith_contract::{
    CallContext, Determinism, Kernel, Mode, Result, Tier, WindowEvaluator, WindowKernel,
};

use crate::PluginBuilder;
use crate::kernels::signature;

/// How the rows of a partition may come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pieces {
    Any,
    Whole,
}

/// What an evaluator does with a batch: columns, rows, partition starts.
pub type WindowStep =
    Box<dyn FnMut(&[ArrayRef], usize, &[usize], &CallContext) -> Result<ArrayRef> + Send>;

struct ClosureWindow {
    pieces: Pieces,
    evaluator: Box<dyn Fn() -> WindowStep + Send + Sync>,
}

impl fmt::Debug for ClosureWindow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClosureWindow({:?})", self.pieces)
    }
}

impl WindowKernel for ClosureWindow {
    fn tier(&self) -> Tier {
        Tier::Inline
    }

    fn needs_whole_partitions(&self) -> bool {
        self.pieces == Pieces::Whole
    }

    fn evaluator(&self, _: &CallContext) -> Result<Box<dyn WindowEvaluator>> {
        Ok(Box::new(ClosureEvaluator((self.evaluator)())))
    }
}

struct ClosureEvaluator(WindowStep);

impl WindowEvaluator for ClosureEvaluator {
    fn evaluate(
        &mut self,
        columns: &[ArrayRef],
        rows: usize,
        partition_starts: &[usize],
        context: &CallContext,
    ) -> Result<ArrayRef> {
        (self.0)(columns, rows, partition_starts, context)
    }
}

impl PluginBuilder {
    /// Adds a window function. `evaluator` makes what computes one walk over rows.
    ///
    /// # Errors
    /// A bad name or type.
    pub fn window(
        self,
        name: &str,
        parameters: &[&str],
        returns: &str,
        pieces: Pieces,
        evaluator: impl Fn() -> WindowStep + Send + Sync + 'static,
    ) -> Result<Self> {
        let kernel = ClosureWindow { pieces, evaluator: Box::new(evaluator) };
        let signature = signature(parameters, returns)?;
        let kernel = Kernel::Window(Arc::new(kernel));
        self.add(name, Mode::Row, signature, Determinism::Auto, kernel)
    }
}
