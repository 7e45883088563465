//! Functions called on whole columns, and relations over batches, without SQL.

mod in_order;

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use arrow::array::{Array, ArrayRef, RecordBatch, new_empty_array};
use arrow::compute::concat;
use arrow::datatypes::SchemaRef;
use arrowsmith_contract::{CancelToken, Function, Kernel, Kind, RowNumbers, RowScope, Tier};
use futures::stream::{self, StreamExt, TryStreamExt};

use crate::adapter::Call;
use crate::session::BATCH_ROWS;
use crate::{Error, Pending, Relation, Result, Session, adapter};

/// What a call may take on the thread of who makes it: signals and cancelling wait for it.
const SHORT: Duration = Duration::from_millis(10);

impl Session {
    /// Calls a function on columns of `rows` rows. A scalar function gives a value for each, an
    /// aggregate one for all, and a window function walks over them as one partition in its order.
    /// Rows count from zero in errors.
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
            match function.kind() {
                Kind::Scalar => scalar(&call, &columns, rows, threads).await,
                Kind::Aggregate => in_order::aggregate(&call, &columns, rows).await,
                Kind::Window => in_order::window(&call, &columns, rows).await,
                Kind::Procedure => Err(function
                    .refuse(format!("is a procedure; call it in SQL: SELECT * FROM {name}(...)"))
                    .into()),
            }
        })
    }

    /// Whether a call can be expected to take so little that it is best made by
    /// [`Self::invoke_here`]. The thread may be attached to an interpreter.
    ///
    /// # Errors
    /// A closed session, the stop of a call that this thread is in, and what a signal raised
    /// meanwhile.
    pub fn is_short(&self, function: &Function, columns: &[ArrayRef], rows: usize) -> Result<bool> {
        self.check_open()?;
        CancelToken::check_this_thread()?;
        let Kernel::Scalar(kernel) = &function.kernel else { return Ok(false) };
        let parameters = (0..columns.len()).map(|index| function.signature.parameter(index));
        let are_declared = parameters.zip(columns).all(|(parameter, column)| {
            parameter.is_some_and(|parameter| parameter.ty.data_type() == column.data_type())
        });
        // More rows than one batch are for all threads.
        Ok(are_declared && rows <= BATCH_ROWS && kernel.is_short(columns, rows, SHORT)?)
    }

    /// Makes a call that [`Self::is_short`] on this thread, which is not attached to an interpreter.
    /// None where it turned out not to be; then [`Self::invoke`] is to be asked.
    pub fn invoke_here(
        &self,
        function: &Function,
        columns: &[ArrayRef],
        rows: usize,
    ) -> Option<ArrayRef> {
        match &function.kernel {
            Kernel::Scalar(kernel) => kernel.compute_here(columns, rows, SHORT),
            _ => None,
        }
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

fn ranges(rows: usize, each: usize) -> impl Iterator<Item = Range<usize>> {
    (0..rows).step_by(each).map(move |start| start..rows.min(start + each))
}

/// The interpreter gets batches, between which threads take turns. Machine code needs no turns and
/// looks for itself whether it is to stop: each thread gets one part, which costs least.
fn part_rows(tier: Tier, rows: usize, threads: usize) -> usize {
    if tier == Tier::Native { rows.div_ceil(threads).max(BATCH_ROWS) } else { BATCH_ROWS }
}

fn slices(columns: &[ArrayRef], range: &Range<usize>) -> Vec<ArrayRef> {
    columns.iter().map(|column| column.slice(range.start, range.len())).collect()
}

fn numbers(range: &Range<usize>) -> RowNumbers {
    RowNumbers::starting_at(range.start as u64, RowScope::Input)
}

/// Cut into parts, computed on all threads, put together in order.
async fn scalar(
    call: &Arc<Call>,
    columns: &[ArrayRef],
    rows: usize,
    threads: usize,
) -> Result<ArrayRef> {
    let part = part_rows(call.function().tier(), rows, threads);
    let parts = stream::iter(ranges(rows, part)).map(|range| {
        let (call, columns) = (Arc::clone(call), slices(columns, &range));
        tokio::spawn(async move { call.invoke(&columns, range.len(), &numbers(&range)) })
    });
    let answers: Vec<ArrayRef> = parts
        .buffered(threads)
        .map(|joined| match joined {
            Ok(answer) => answer.map_err(Error::from),
            Err(error) if error.is_cancelled() => Err(Error::cancelled()),
            Err(error) => Err(Error::from_panic(error.into_panic().as_ref())),
        })
        .try_collect()
        .await?;
    join(call.function(), &answers)
}

fn join(function: &Function, answers: &[ArrayRef]) -> Result<ArrayRef> {
    match answers {
        [] => Ok(new_empty_array(function.signature.returns().data_type())),
        [answer] => Ok(Arc::clone(answer)),
        answers => {
            let answers: Vec<&dyn Array> = answers.iter().map(AsRef::as_ref).collect();
            Ok(concat(&answers)?)
        }
    }
}
