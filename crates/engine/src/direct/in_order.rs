//! Functions that see rows one after another: batches go to one accumulator, or one evaluator.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::ArrayRef;
use arrowsmith_contract::{GroupedAccumulator, Tier};

use super::{join, numbers, ranges, slices};
use crate::Result;
use crate::adapter::Call;
use crate::aggregates::{Measured, kernel_of};
use crate::session::BATCH_ROWS;
use crate::windows::{Walker, needs_whole_partitions};

/// A column of one row.
pub(super) async fn aggregate(
    call: &Arc<Call>,
    columns: &[ArrayRef],
    rows: usize,
) -> Result<ArrayRef> {
    let aggregation = kernel_of(call)?.begin(call.context())?;
    let mut accumulator = Measured::new(call, columns.len(), aggregation.accumulator()?)?;
    // Machine code looks for itself whether it is to stop.
    let most = if call.function().tier() == Tier::Native { 16 * BATCH_ROWS } else { BATCH_ROWS };
    let groups = vec![0; most.min(rows)];
    for range in ranges(rows, most) {
        let context = call.context_for(numbers(&range));
        accumulator.update(&groups[..range.len()], 1, &slices(columns, &range), &context)?;
        // Where the work can be ended.
        tokio::task::yield_now().await;
    }
    Ok(accumulator.results(1, call.context())?)
}

/// A value for each row of the one partition.
pub(super) async fn window(
    call: &Arc<Call>,
    columns: &[ArrayRef],
    rows: usize,
) -> Result<ArrayRef> {
    let pieces: Vec<Range<usize>> = if needs_whole_partitions(call.function()) && rows > 0 {
        std::iter::once(0..rows).collect()
    } else {
        ranges(rows, BATCH_ROWS).collect()
    };
    let mut walker = Walker::new(Arc::clone(call));
    let mut answers = Vec::with_capacity(pieces.len());
    for range in pieces {
        let columns = slices(columns, &range);
        let starts: &[usize] = if range.start == 0 { &[0] } else { &[] };
        answers.push(walker.step(&columns, range.len(), starts, &numbers(&range))?);
        tokio::task::yield_now().await;
    }
    join(call.function(), &answers)
}
