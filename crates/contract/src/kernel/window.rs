//! One value a row, from a state that walks over ordered rows.

use std::fmt;

use arrow::array::ArrayRef;

use crate::{CallContext, NativeReport, Result, StateExchange, Tier};

/// Computes a window function.
pub trait WindowKernel: Send + Sync + fmt::Debug {
    fn tier(&self) -> Tier;

    /// Whether [`WindowEvaluator::evaluate`] must get each partition as a whole. Otherwise the rows
    /// of one may come in several pieces.
    fn needs_whole_partitions(&self) -> bool;

    /// An evaluator that stands before its first partition. Calls no plugin code.
    ///
    /// # Errors
    /// A function that cannot be used.
    fn evaluator(&self, context: &CallContext) -> Result<Box<dyn WindowEvaluator>>;

    /// What a compiled kernel did so far; None of any other.
    fn report(&self) -> Option<NativeReport> {
        None
    }
}

/// Walks over rows ordered by partition. The state of the last partition of one batch is carried
/// into the next batch.
pub trait WindowEvaluator: Send {
    /// One value for each of `rows` rows. `partition_starts` are the rows, in ascending order, at
    /// which a new partition begins and the state starts anew; row 0 is one of them unless it goes
    /// on with the partition of the batch before.
    ///
    /// # Errors
    /// What the function raised, an answer that does not fit, or cancellation.
    fn evaluate(
        &mut self,
        columns: &[ArrayRef],
        rows: usize,
        partition_starts: &[usize],
        context: &CallContext,
    ) -> Result<ArrayRef>;

    /// How the state comes in and goes out as plain values, where it can.
    fn exchange(&mut self) -> Option<&mut dyn StateExchange> {
        None
    }
}
