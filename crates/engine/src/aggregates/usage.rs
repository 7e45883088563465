//! One use of an aggregate in one run of a query.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use arrow::array::ArrayRef;
use arrow::datatypes::FieldRef;
use arrowsmith_contract::{
    AggregateKernel, Aggregation, CallContext, Error, GroupedAccumulator, Kernel, Result,
    RowNumbers, RowScope,
};
use datafusion::common::ScalarValue;

use super::kept::Kept;
use super::measured::Measured;
use super::shape::Shape;
use crate::adapter::Call;

/// Shared by all accumulators of the use, on all partitions.
#[derive(Debug)]
pub(crate) struct Usage {
    call: Arc<Call>,
    /// For the rows of one batch: nobody knows how many stand before it.
    context: CallContext,
    shape: Shape,
    aggregation: OnceLock<Arc<dyn Aggregation>>,
    /// The answer for no rows at all.
    initial: OnceLock<ScalarValue>,
    one_step: AtomicBool,
}

impl Usage {
    pub(crate) fn new(call: Call, shape: Shape) -> Self {
        Self {
            context: call.context_for(RowNumbers::starting_at(0, RowScope::Batch)),
            call: Arc::new(call),
            shape,
            aggregation: OnceLock::new(),
            initial: OnceLock::new(),
            one_step: AtomicBool::new(false),
        }
    }

    pub(crate) fn call(&self) -> &Call {
        &self.call
    }

    /// What accumulators are given besides their rows.
    pub(crate) fn context(&self) -> &CallContext {
        &self.context
    }

    pub(crate) fn shape(&self) -> &Shape {
        &self.shape
    }

    pub(crate) fn aggregates_in_one_step(&self) {
        self.one_step.store(true, Ordering::Relaxed);
    }

    /// Whether no other accumulator waits for the states of one that reads rows.
    pub(crate) fn is_one_step(&self) -> bool {
        self.one_step.load(Ordering::Relaxed)
    }

    /// An accumulator over columns of these fields, which are the arguments and what DISTINCT and
    /// ORDER BY need.
    pub(crate) fn accumulator(
        self: &Arc<Self>,
        fields: &[FieldRef],
    ) -> Result<Box<dyn GroupedAccumulator>> {
        if self.shape.keeps_rows() {
            return Ok(Box::new(Kept::new(Arc::clone(self), fields)?));
        }
        Ok(Box::new(self.measured()?))
    }

    /// An accumulator over the arguments alone, in order.
    pub(crate) fn measured(&self) -> Result<Measured> {
        let accumulator = self.aggregation()?.accumulator()?;
        Measured::new(&self.call, self.shape.arguments, accumulator)
    }

    /// Begun by the first that asks. Where several do at once, what the others began goes, without
    /// a lock held.
    fn aggregation(&self) -> Result<&Arc<dyn Aggregation>> {
        if let Some(aggregation) = self.aggregation.get() {
            return Ok(aggregation);
        }
        let begun = kernel_of(&self.call)?.begin(self.call.context())?;
        let _ = self.aggregation.set(begun);
        self.aggregation.get().ok_or_else(|| Error::Internal("nothing was begun".to_owned()))
    }

    /// The answer for no rows at all, computed at most once by each thread that asks first.
    pub(crate) fn initial(&self) -> Result<ScalarValue> {
        if let Some(value) = self.initial.get() {
            return Ok(value.clone());
        }
        let answer = self.measured()?.results(1, self.call.context())?;
        let value = first_value(&answer)?;
        let _ = self.initial.set(value.clone());
        Ok(value)
    }
}

/// # Errors
/// A function of another kind.
pub(crate) fn kernel_of(call: &Call) -> Result<&Arc<dyn AggregateKernel>> {
    match &call.function().kernel {
        Kernel::Aggregate(kernel) => Ok(kernel),
        _ => Err(Error::Internal(format!("{} is no aggregate function", call.name()))),
    }
}

pub(crate) fn first_value(column: &ArrayRef) -> Result<ScalarValue> {
    ScalarValue::try_from_array(column, 0).map_err(|error| Error::Internal(error.to_string()))
}
