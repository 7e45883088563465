//! Functions called on whole columns, and relations over batches, without SQL.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, RecordBatch, new_empty_array};
use arrow::compute::concat;
use arrow::datatypes::SchemaRef;
use arrowsmith_contract::{Function, RowNumbers, RowScope};
use futures::stream::{self, StreamExt, TryStreamExt};

use crate::adapter::Call;
use crate::session::BATCH_ROWS;
use crate::{Error, Pending, Relation, Result, Session, adapter};

impl Session {
    /// Calls a scalar function on columns of `rows` rows: cut into batches, computed on all
    /// threads, put together in order. Rows count from zero in errors.
    pub fn invoke(
        &self,
        function: &Arc<Function>,
        columns: Vec<ArrayRef>,
        rows: usize,
    ) -> Pending<ArrayRef> {
        let function = Arc::clone(function);
        let threads = self.runtime().threads();
        self.start(None, move |query| async move {
            let name = function.qualified_name().to_shared();
            function.signature.check_count(&name, columns.len())?;
            let call = Arc::new(Call::new(Arc::clone(&function), &query));
            let batches = stream::iter(ranges(rows)).map(|range| {
                let call = Arc::clone(&call);
                let columns: Vec<ArrayRef> =
                    columns.iter().map(|column| column.slice(range.start, range.len())).collect();
                tokio::spawn(async move {
                    let numbers = RowNumbers::starting_at(range.start as u64, RowScope::Input);
                    call.invoke(&columns, range.len(), &numbers)
                })
            });
            let answers: Vec<ArrayRef> = batches
                .buffered(threads)
                .map(|joined| match joined {
                    Ok(answer) => answer.map_err(Error::from),
                    Err(error) if error.is_cancelled() => Err(Error::cancelled()),
                    Err(error) => Err(Error::from_panic(error.into_panic().as_ref())),
                })
                .try_collect()
                .await?;
            join(&function, &answers)
        })
    }

    /// A relation over batches.
    ///
    /// # Errors
    /// A closed session.
    pub fn relation(&self, schema: SchemaRef, batches: Vec<RecordBatch>) -> Result<Relation> {
        self.check_open()?;
        Ok(Relation::kept(self.clone(), schema, batches))
    }
}

/// A column of one row, as long as `rows`.
///
/// # Errors
/// An empty column.
pub fn repeat(value: &ArrayRef, rows: usize) -> Result<ArrayRef> {
    Ok(adapter::repeat(value, rows)?)
}

fn ranges(rows: usize) -> impl Iterator<Item = Range<usize>> {
    (0..rows).step_by(BATCH_ROWS).map(move |start| start..rows.min(start + BATCH_ROWS))
}

fn join(function: &Function, answers: &[ArrayRef]) -> Result<ArrayRef> {
    let answers: Vec<&dyn Array> = answers.iter().map(AsRef::as_ref).collect();
    if answers.is_empty() {
        return Ok(new_empty_array(function.signature.returns().data_type()));
    }
    Ok(concat(&answers)?)
}
