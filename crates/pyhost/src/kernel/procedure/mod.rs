//! Procedures: rows from a generator, an iterable or a frame.
//!
//! - `inputs.rs` has the arguments, `table.rs` the one that is a table.
//! - `stream.rs` is what an engine reads; each `next_batch` goes into Python once.
//! - `call.rs` is one call of the function, for one row of the arguments.
//! - `rows.rs` collects rows, `shape.rs` tells what kind of row an object is, `frames.rs` reads batches.

mod call;
mod columns;
mod enough;
mod frames;
mod inputs;
mod rows;
mod shape;
mod stream;
mod table;

use std::fmt;
use std::sync::Arc;

use arrowsmith_contract::{
    BatchStream, CallContext, ProcedureArguments, ProcedureKernel, Result, Tier,
};
use pyo3::prelude::*;

use super::callee::Callee;
use super::target::Target;
use columns::Columns;
use inputs::Inputs;
use stream::Stream;

/// A procedure in Python.
pub(crate) struct PythonProcedure(Arc<Procedure>);

/// What the streams of a procedure share.
struct Procedure {
    callee: Callee,
    target: Target,
    columns: Columns,
}

impl PythonProcedure {
    /// # Errors
    /// A signature that doesn't say which columns it yields.
    pub(crate) fn new(py: Python<'_>, callee: Callee, target: Target) -> Result<Self> {
        let columns = Columns::new(py, callee.signature.returns())?;
        Ok(Self(Arc::new(Procedure { callee, target, columns })))
    }
}

impl fmt::Debug for PythonProcedure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PythonProcedure").field(&self.0.callee).finish()
    }
}

impl ProcedureKernel for PythonProcedure {
    fn tier(&self) -> Tier {
        Tier::Inline
    }

    fn start(
        &self,
        arguments: ProcedureArguments,
        context: &CallContext,
    ) -> Result<Box<dyn BatchStream>> {
        let inputs = Inputs::new(&self.0.callee, arguments)?;
        Ok(Box::new(Stream::new(Arc::clone(&self.0), inputs, &context.token)))
    }
}
