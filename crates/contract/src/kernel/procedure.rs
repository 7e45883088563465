//! Rows, usable in FROM.

use std::fmt;
use std::time::Duration;

use arrow::array::{ArrayRef, RecordBatch, UInt32Array};
use arrow::datatypes::SchemaRef;

use crate::{CallContext, Result, Tier};

/// Computes a procedure. The columns that it yields are the fields of its signature's return type,
/// which is a struct.
pub trait ProcedureKernel: Send + Sync + fmt::Debug {
    fn tier(&self) -> Tier;

    /// Prepares the procedure for being called once for each row of its arguments. Calls no plugin
    /// code.
    ///
    /// # Errors
    /// Arguments that do not belong together.
    fn start(
        &self,
        arguments: ProcedureArguments,
        context: &CallContext,
    ) -> Result<Box<dyn BatchStream>>;
}

/// What a procedure is called with.
pub struct ProcedureArguments {
    /// One for each argument that is no table, of `rows` values.
    pub columns: Vec<ArrayRef>,
    /// How often the procedure is called; once where it takes a table.
    pub rows: usize,
    /// The table, where the signature has a parameter for one.
    pub table: Option<Box<dyn TableInput>>,
}

impl fmt::Debug for ProcedureArguments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProcedureArguments")
            .field("columns", &self.columns)
            .field("rows", &self.rows)
            .field("table", &self.table.is_some())
            .finish()
    }
}

/// The rows of a table argument, batch by batch.
pub trait TableInput: Send {
    fn schema(&self) -> SchemaRef;

    /// The next batch, or `None` at the end. Blocks for at most `patience`, and gives nothing at all
    /// where there is none yet.
    fn poll(&mut self, patience: Duration) -> Option<Result<Option<RecordBatch>>>;
}

/// Rows that a procedure yielded.
#[derive(Debug, Clone)]
pub struct Yielded {
    pub batch: RecordBatch,
    /// For each row the row of the arguments that it comes from, ascending.
    pub origins: UInt32Array,
}

/// A procedure at work. Dropping it ends the procedure early: a generator is closed.
pub trait BatchStream: Send {
    /// The next rows, at least one and at most `most`, or `None` at the end. Rows that took long to
    /// come need not wait for more.
    ///
    /// # Errors
    /// What the procedure raised, a row that does not fit the declared columns, or cancellation.
    /// There is nothing more to get after one.
    fn next_batch(&mut self, most: usize, context: &CallContext) -> Result<Option<Yielded>>;
}
