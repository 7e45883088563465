//! A procedure at work, as operators see it.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef};
use arrow::datatypes::SchemaRef;
use arrowsmith_contract::{
    BatchStream, CallContext, Error, Kernel, ProcedureArguments, Result, RowNumbers, TableInput,
    Yielded,
};

use crate::adapter::Call;

/// Dropping it ends the procedure early.
pub(super) struct Running {
    call: Arc<Call>,
    stream: Box<dyn BatchStream>,
    /// Of the rows of the arguments.
    numbers: RowNumbers,
    rows: usize,
    /// What it yields.
    schema: SchemaRef,
}

impl Running {
    /// Prepares the procedure for rows of arguments, each of which is in the type of its parameter.
    pub(super) fn start(
        call: &Arc<Call>,
        columns: Vec<ArrayRef>,
        rows: usize,
        table: Option<Box<dyn TableInput>>,
        numbers: RowNumbers,
        schema: &SchemaRef,
    ) -> Result<Self> {
        let Kernel::Procedure(kernel) = &call.function().kernel else {
            return Err(Error::Internal(format!("{} is no procedure", call.name())));
        };
        let context = call.context_for(numbers.clone());
        let stream = kernel.start(ProcedureArguments { columns, rows, table }, &context)?;
        Ok(Self { call: Arc::clone(call), stream, numbers, rows, schema: Arc::clone(schema) })
    }

    /// The next rows, at most `most`.
    pub(super) fn next(&mut self, most: usize) -> Result<Option<Yielded>> {
        let stream = &mut self.stream;
        let count = |yielded: Option<&Option<Yielded>>| {
            yielded.and_then(Option::as_ref).map_or(0, |yielded| yielded.batch.num_rows())
        };
        let pull = |context: &CallContext| stream.next_batch(most, context);
        let yielded = self.call.run_counting(&self.numbers, pull, count)?;
        if let Some(yielded) = &yielded {
            self.check(yielded, most)?;
        }
        Ok(yielded)
    }

    fn check(&self, yielded: &Yielded, most: usize) -> Result<()> {
        let Yielded { batch, origins } = yielded;
        let rows = batch.num_rows();
        let types = batch.columns().iter().map(|column| column.data_type());
        let declared = self.schema.fields().iter().map(|field| field.data_type());
        let is_declared = types.clone().eq(declared);
        let places = origins.values();
        let is_in_order = origins.null_count() == 0
            && places.is_sorted()
            && places.last().is_none_or(|last| (*last as usize) < self.rows);
        if is_declared && is_in_order && origins.len() == rows && (1..=most).contains(&rows) {
            return Ok(());
        }
        let types: Vec<_> = types.collect();
        Err(Error::Internal(format!(
            "the kernel of {} yielded {rows} rows of {types:?} for at most {most} rows of {:?}, \
             with {} origins among {} rows of arguments",
            self.call.name(),
            self.schema.fields(),
            origins.len(),
            self.rows
        )))
    }
}
