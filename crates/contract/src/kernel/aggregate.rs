//! One value a group of rows.

use std::fmt;
use std::sync::Arc;

use arrow::array::ArrayRef;
use arrow::datatypes::DataType;

use crate::{CallContext, NativeReport, Result, StateExchange, Tier};

/// Computes an aggregate function.
pub trait AggregateKernel: Send + Sync + fmt::Debug {
    fn tier(&self) -> Tier;

    /// The type of a column of states.
    fn state_type(&self) -> DataType;

    /// Begins one use of the function in one run of a query. Calls no plugin code.
    ///
    /// # Errors
    /// A function that cannot be used.
    fn begin(&self, context: &CallContext) -> Result<Arc<dyn Aggregation>>;

    /// What a compiled kernel did so far; None of any other.
    fn report(&self) -> Option<NativeReport> {
        None
    }
}

/// What the accumulators of one use of a function share. It outlives the columns of states that they
/// hand over to each other.
pub trait Aggregation: Send + Sync + fmt::Debug {
    /// A fresh accumulator without groups. Calls no plugin code.
    ///
    /// # Errors
    /// A function that cannot be used any more.
    fn accumulator(&self) -> Result<Box<dyn GroupedAccumulator>>;
}

/// How states leave an accumulator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HandOver {
    /// To another accumulator of the same [`Aggregation`], soon: a state may stay where it is, and
    /// the column only say which one it is.
    InMemory,
    /// To a file, to make room.
    Written,
}

/// The states of many groups. Group `g` exists as soon as `groups > g` was seen; a group without
/// rows has the initial state. After an error an accumulator is only dropped.
pub trait GroupedAccumulator: Send {
    /// Adds row `i` of the columns to group `group_ids[i]`, for all `i` in this order. There is a
    /// group id for each row, though a function without parameters has no columns.
    ///
    /// # Errors
    /// What the function raised, or cancellation.
    fn update(
        &mut self,
        group_ids: &[usize],
        groups: usize,
        columns: &[ArrayRef],
        context: &CallContext,
    ) -> Result<()>;

    fn can_retract(&self) -> bool;

    /// Takes rows back out, in the order in which they were added. Only where
    /// [`Self::can_retract`].
    ///
    /// # Errors
    /// What the function raised, or cancellation.
    fn retract(
        &mut self,
        group_ids: &[usize],
        groups: usize,
        columns: &[ArrayRef],
        context: &CallContext,
    ) -> Result<()>;

    /// Merges state `i` of another accumulator, as [`Self::take_states`] gave it, into group
    /// `group_ids[i]`. A state is merged once.
    ///
    /// # Errors
    /// What the function raised, a state that cannot be read, or cancellation.
    fn merge(
        &mut self,
        group_ids: &[usize],
        groups: usize,
        states: &ArrayRef,
        context: &CallContext,
    ) -> Result<()>;

    /// Hands over the states of the first `count` groups, which leave; the groups behind them move
    /// up.
    ///
    /// # Errors
    /// A state that cannot be handed over.
    fn take_states(
        &mut self,
        count: usize,
        hand_over: HandOver,
        context: &CallContext,
    ) -> Result<ArrayRef>;

    /// The answers of the first `groups` groups, in the declared return type. States stay as they
    /// are; a group that was not seen before has the initial state.
    ///
    /// # Errors
    /// What the function raised, an answer that does not fit, or cancellation.
    fn results(&mut self, groups: usize, context: &CallContext) -> Result<ArrayRef>;

    /// Lets the first `count` groups leave; the groups behind them move up.
    fn release(&mut self, count: usize, context: &CallContext);

    /// Bytes held, which may be an estimate from samples.
    fn size(&self) -> usize;

    /// How states come in and go out as plain values, where they can.
    fn exchange(&mut self) -> Option<&mut dyn StateExchange> {
        None
    }
}
