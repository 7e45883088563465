//! The traits that backends implement and engines call, one for each kind of function.
//!
//! Columns arrive in the signature's declared types (see [`crate::coerce`]), with two freedoms:
//! a string column may have any string layout, and NULLs are still there, because the kernel
//! applies the null policy. A kernel is called on the engine's worker threads, by several at once.

use std::fmt;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::SchemaRef;

use crate::{CallContext, Kind, Result, Tier};

/// Computes a scalar function.
pub trait ScalarKernel: Send + Sync + fmt::Debug {
    fn tier(&self) -> Tier;

    /// Gives one value for each of `rows` rows; each column has that many. A function without
    /// parameters gets no columns. The answer has the declared return type and `rows` values.
    ///
    /// # Errors
    /// The function's own exception, a value that does not fit, or cancellation.
    fn invoke(&self, columns: &[ArrayRef], rows: usize, context: &CallContext) -> Result<ArrayRef>;
}

/// Makes accumulators of an aggregate function.
pub trait AggregateKernel: Send + Sync + fmt::Debug {
    fn tier(&self) -> Tier;

    /// A fresh accumulator without groups.
    ///
    /// # Errors
    /// What the function's set-up raised.
    fn accumulator(&self, context: &CallContext) -> Result<Box<dyn GroupedAccumulator>>;
}

/// The states of many groups. Group `g` exists as soon as `groups > g` was seen; a group without
/// rows has the initial state.
pub trait GroupedAccumulator: Send {
    /// Adds row `i` of the columns to group `group_ids[i]`, for all `i`.
    ///
    /// # Errors
    /// What the function raised; the accumulator is then unusable.
    fn update(
        &mut self,
        group_ids: &[usize],
        groups: usize,
        columns: &[ArrayRef],
        context: &CallContext,
    ) -> Result<()>;

    /// Takes rows back out, for moving frames. Only where [`Self::can_retract`].
    ///
    /// # Errors
    /// What the function raised; the accumulator is then unusable.
    fn retract(
        &mut self,
        group_ids: &[usize],
        groups: usize,
        columns: &[ArrayRef],
        context: &CallContext,
    ) -> Result<()>;

    fn can_retract(&self) -> bool;

    /// Merges state `i` of another accumulator (as [`Self::take_states`] gave it) into group
    /// `group_ids[i]`.
    ///
    /// # Errors
    /// What the function raised, or a state that cannot be read.
    fn merge(
        &mut self,
        group_ids: &[usize],
        groups: usize,
        states: &ArrayRef,
        context: &CallContext,
    ) -> Result<()>;

    /// Hands over the states of the first `count` groups as binary values; the groups behind them
    /// move up.
    ///
    /// # Errors
    /// A state that cannot be handed over.
    fn take_states(&mut self, count: usize, context: &CallContext) -> Result<ArrayRef>;

    /// The answers of the first `count` groups, which leave, in the declared return type.
    ///
    /// # Errors
    /// What the function raised, or an answer that does not fit.
    fn take_results(&mut self, count: usize, context: &CallContext) -> Result<ArrayRef>;

    /// Bytes held, which may be an estimate from samples.
    fn size(&self) -> usize;
}

/// Batches that come one at a time.
pub trait BatchStream: Send {
    fn schema(&self) -> SchemaRef;

    /// The next batch, or `None` at the end. Dropping the stream ends the function early.
    ///
    /// # Errors
    /// What the function raised, or a row that does not fit the declared columns.
    fn next_batch(&mut self, context: &CallContext) -> Result<Option<RecordBatch>>;
}

/// Computes a procedure.
pub trait ProcedureKernel: Send + Sync + fmt::Debug {
    fn tier(&self) -> Tier;

    /// The columns that it yields.
    fn schema(&self) -> SchemaRef;

    /// Starts the procedure once, over `arguments` of one row.
    ///
    /// # Errors
    /// What the function raised before its first row.
    fn start(&self, arguments: &[ArrayRef], context: &CallContext) -> Result<Box<dyn BatchStream>>;
}

/// Makes evaluators of a window function.
pub trait WindowKernel: Send + Sync + fmt::Debug {
    fn tier(&self) -> Tier;

    /// An evaluator that stands before its first partition.
    ///
    /// # Errors
    /// What the function's set-up raised.
    fn evaluator(&self, context: &CallContext) -> Result<Box<dyn WindowEvaluator>>;
}

/// Walks over rows ordered by partition. The state of the last partition of one batch is carried
/// into the next batch.
pub trait WindowEvaluator: Send {
    /// One value for each of `rows` rows. `partition_starts` are the rows, in ascending order, at
    /// which a new partition begins and the state starts anew.
    ///
    /// # Errors
    /// What the function raised, or an answer that does not fit.
    fn evaluate(
        &mut self,
        columns: &[ArrayRef],
        rows: usize,
        partition_starts: &[usize],
        context: &CallContext,
    ) -> Result<ArrayRef>;
}

/// The kernel of a function of any kind.
#[derive(Debug, Clone)]
pub enum Kernel {
    Scalar(Arc<dyn ScalarKernel>),
    Aggregate(Arc<dyn AggregateKernel>),
    Procedure(Arc<dyn ProcedureKernel>),
    Window(Arc<dyn WindowKernel>),
}

impl Kernel {
    pub fn kind(&self) -> Kind {
        match self {
            Self::Scalar(_) => Kind::Scalar,
            Self::Aggregate(_) => Kind::Aggregate,
            Self::Procedure(_) => Kind::Procedure,
            Self::Window(_) => Kind::Window,
        }
    }

    pub fn tier(&self) -> Tier {
        match self {
            Self::Scalar(kernel) => kernel.tier(),
            Self::Aggregate(kernel) => kernel.tier(),
            Self::Procedure(kernel) => kernel.tier(),
            Self::Window(kernel) => kernel.tier(),
        }
    }
}
