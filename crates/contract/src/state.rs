//! States of aggregates and windows as plain values: how one kernel of a function hands a state over
//! to another kernel of the same function.

use std::sync::Arc;

use crate::{CallContext, Result};

/// A state that consists of numbers.
#[derive(Debug, Clone, PartialEq)]
pub enum StateValue {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Tuple(Vec<Self>),
    /// An object of the function's own class: the attributes that have values, sorted by name.
    Object(Vec<(Arc<str>, Self)>),
}

/// Lets the states of an accumulator, or of a window's evaluator, be taken out and put in. The
/// evaluator has one state: that of group 0, the partition that goes on.
pub trait StateExchange {
    /// Puts states in place of those of some groups, which are made where there are none yet.
    ///
    /// # Errors
    /// A state that can't be made, or cancellation.
    fn put_states(
        &mut self,
        groups: &[usize],
        states: &[StateValue],
        context: &CallContext,
    ) -> Result<()>;

    /// The states of some groups, which stay where they are; None for one that is more than numbers
    /// of 64 bits, or that a failed call left behind.
    ///
    /// # Errors
    /// What the function raised, or cancellation.
    fn states(
        &mut self,
        groups: &[usize],
        context: &CallContext,
    ) -> Result<Vec<Option<StateValue>>>;
}
