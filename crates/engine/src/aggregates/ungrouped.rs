//! One state, as DataFusion keeps it where there is no GROUP BY and for the frames of a window.

use std::fmt;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef};
use arrow::datatypes::FieldRef;
use arrowsmith_contract::{self as contract, CallContext, GroupedAccumulator, HandOver};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::Accumulator;
use parking_lot::Mutex;

use super::usage::{Usage, first_value};
use crate::error::through_datafusion;

/// Group 0 of an accumulator. Without rows its answer is that of the initial state.
pub(crate) struct Ungrouped {
    usage: Arc<Usage>,
    /// Never locked: `DataFusion` wants to share what it only uses alone.
    inner: Mutex<Box<dyn GroupedAccumulator>>,
    can_retract: bool,
    size: usize,
}

impl Ungrouped {
    pub(crate) fn new(usage: &Arc<Usage>, fields: &[FieldRef]) -> Result<Self> {
        let inner = usage.accumulator(fields).map_err(through_datafusion)?;
        Ok(Self {
            usage: Arc::clone(usage),
            can_retract: inner.can_retract(),
            size: inner.size(),
            inner: Mutex::new(inner),
        })
    }

    fn step<T>(
        &mut self,
        step: impl FnOnce(&mut dyn GroupedAccumulator, &CallContext) -> contract::Result<T>,
    ) -> Result<T> {
        let inner = self.inner.get_mut();
        let outcome = step(inner.as_mut(), self.usage.context());
        self.size = inner.size();
        outcome.map_err(through_datafusion)
    }
}

impl fmt::Debug for Ungrouped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ungrouped({})", self.usage.call().name())
    }
}

impl Accumulator for Ungrouped {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let groups = vec![0; values[0].len()];
        self.step(|inner, context| inner.update(&groups, 1, values, context))
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        self.step(|inner, context| first_value(&inner.results(1, context)?))
    }

    fn size(&self) -> usize {
        size_of::<Self>() + self.size
    }

    /// There is no spilling without groups.
    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        self.step(|inner, context| {
            Ok(vec![first_value(&inner.take_states(1, HandOver::InMemory, context)?)?])
        })
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let groups = vec![0; states[0].len()];
        self.step(|inner, context| inner.merge(&groups, 1, &states[0], context))
    }

    fn retract_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let groups = vec![0; values[0].len()];
        self.step(|inner, context| inner.retract(&groups, 1, values, context))
    }

    fn supports_retract_batch(&self) -> bool {
        self.can_retract
    }
}
