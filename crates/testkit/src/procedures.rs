//! Procedure kernels made of Rust closures, and what several of them do.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use arrow::array::{Array, ArrayRef, AsArray, Int64Array, RecordBatch, UInt32Array};
use arrow::datatypes::Int64Type;
use arrowsmith_contract::{
    BatchStream, CallContext, Determinism, Kernel, Mode, ProcedureArguments, ProcedureKernel,
    Result, TableInput, Tier, Yielded,
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

/// Rows of nullable columns, and for each the row of the arguments that it is for.
///
/// # Errors
/// Columns of different lengths.
pub fn yielded(columns: Vec<(&str, ArrayRef)>, origins: Vec<u32>) -> Result<Yielded> {
    let columns = columns.into_iter().map(|(name, column)| (name, column, true));
    let batch = RecordBatch::try_from_iter_with_nullable(columns)?;
    Ok(Yielded { batch, origins: UInt32Array::from(origins) })
}

/// [`yielded`] of one column of integers.
///
/// # Errors
/// As that.
pub fn yielded_ints(name: &str, values: Vec<i64>, origins: Vec<u32>) -> Result<Yielded> {
    yielded(vec![(name, Arc::new(Int64Array::from(values)))], origins)
}

/// For each row of the arguments the numbers from 0 up to the first one, by the second or by 1; none
/// where the first is NULL. Each comes with its row.
pub fn count_up(given: &ProcedureArguments) -> impl Iterator<Item = (u32, i64)> + Send + use<> {
    let columns = given.columns.clone();
    let value = move |index: usize, row: usize| -> Option<i64> {
        let column = columns.get(index)?.as_primitive::<Int64Type>();
        column.is_valid(row).then(|| column.value(row))
    };
    (0..given.rows).flat_map(move |row| {
        let by = value(1, row).map_or(1, i64::unsigned_abs).max(1);
        let by = usize::try_from(by).unwrap_or(usize::MAX);
        let origin = u32::try_from(row).unwrap_or(u32::MAX);
        (0..value(0, row).unwrap_or(0)).step_by(by).map(move |number| (origin, number))
    })
}

/// Waits for the next batch of a table, as a plugin does that looks for signals between.
///
/// # Errors
/// Why the query was stopped, and what the table failed with.
pub fn next_table_batch(
    table: &mut dyn TableInput,
    context: &CallContext,
) -> Result<Option<RecordBatch>> {
    loop {
        context.token.check()?;
        if let Some(batch) = table.poll(Duration::from_millis(5)) {
            return batch;
        }
    }
}
