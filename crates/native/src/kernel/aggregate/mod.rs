//! One value a group of rows: states in columns, and the interpreter's accumulator for groups that left.
//!
//! A group's state is here or with the interpreter, in the group of the same number. [`accumulator`] is
//! the face; [`crossing`] moves states between the two; [`rows`], [`merging`] and [`answers`] run the
//! functions that an aggregate is made of; [`column`] is how states leave.

mod accumulator;
mod answers;
mod column;
mod crossing;
mod merging;
mod rows;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

use arrow::datatypes::DataType;
use arrowsmith_contract::{
    AggregateKernel, Aggregation, CallContext, GroupedAccumulator, NativeReport, Result, Tier,
};

use super::parts::Stateful;
use super::record::Record;
use crate::kernel::answer;
use crate::machine::Cell;
use accumulator::Accumulator;

/// An aggregate function as machine code.
pub struct NativeAggregate(Arc<Native>);

struct Native {
    parts: Stateful<dyn AggregateKernel>,
    record: Record,
    initial: Cell,
}

impl NativeAggregate {
    /// # Errors
    /// Why the parts do not fit together, in words for a refusal.
    pub fn new(parts: Stateful<dyn AggregateKernel>) -> Result<Self, String> {
        parts.codes.check(&parts.signature)?;
        if let Some(finalize) = &parts.codes.finalize {
            let returns = finalize.module.returns.ok_or("a function that gives no value")?;
            answer::check(parts.signature.returns().data_type(), returns)?;
        }
        let (record, initial) = (parts.codes.record(&parts.live), parts.codes.initial()?);
        Ok(Self(Arc::new(Native { parts, record, initial })))
    }
}

impl fmt::Debug for NativeAggregate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NativeAggregate({})", self.0.parts.signature)
    }
}

impl AggregateKernel for NativeAggregate {
    fn tier(&self) -> Tier {
        if self.0.record.has_given_up() { Tier::Inline } else { Tier::Native }
    }

    fn state_type(&self) -> DataType {
        column::data_type(&self.0)
    }

    fn begin(&self, context: &CallContext) -> Result<Arc<dyn Aggregation>> {
        let native = Arc::clone(&self.0);
        let fallback = native.parts.fallback.begin(context)?;
        let mut accumulator = fallback.accumulator()?;
        if accumulator.exchange().is_none() {
            native.record.give_up("the interpreter's states can't be exchanged".to_owned());
        }
        let can_retract = accumulator.can_retract();
        Ok(Arc::new(NativeAggregation(Arc::new(Use { native, fallback, can_retract }))))
    }

    fn report(&self) -> Option<NativeReport> {
        Some(self.0.record.report(self.0.parts.codes.ir()))
    }
}

/// One use of an aggregate in one run of a query.
struct NativeAggregation(Arc<Use>);

/// What the accumulators of one use share.
struct Use {
    native: Arc<Native>,
    fallback: Arc<dyn Aggregation>,
    can_retract: bool,
}

impl fmt::Debug for NativeAggregation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NativeAggregation({:?})", self.0.fallback)
    }
}

impl Aggregation for NativeAggregation {
    fn accumulator(&self) -> Result<Box<dyn GroupedAccumulator>> {
        Ok(Box::new(Accumulator::new(Arc::clone(&self.0))))
    }
}
