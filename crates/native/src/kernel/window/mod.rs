//! One value a row, from a state that walks over ordered rows.

mod evaluator;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

use arrowsmith_contract::{CallContext, NativeReport, Result, Tier, WindowEvaluator, WindowKernel};

use super::answer;
use super::parts::Stateful;
use super::record::Record;
use crate::machine::Cell;
use evaluator::Evaluator;

/// A window function of steps as machine code.
pub struct NativeWindow(Arc<Native>);

struct Native {
    parts: Stateful<dyn WindowKernel>,
    record: Record,
    initial: Cell,
}

impl NativeWindow {
    /// Takes a `step` that leaves where its value does not fit, as [`super::guarded`] makes it.
    ///
    /// # Errors
    /// Why the parts do not fit together, in words for a refusal.
    pub fn new(parts: Stateful<dyn WindowKernel>) -> Result<Self, String> {
        parts.codes.check(&parts.signature)?;
        let returns = parts.codes.step.module.returns.ok_or("a step that gives no value")?;
        answer::check(parts.signature.returns().data_type(), returns)?;
        if parts.fallback.needs_whole_partitions() {
            return Err("a window function of whole partitions".to_owned());
        }
        let (record, initial) = (parts.codes.record(&parts.live), parts.codes.initial()?);
        Ok(Self(Arc::new(Native { parts, record, initial })))
    }
}

impl fmt::Debug for NativeWindow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NativeWindow({})", self.0.parts.signature)
    }
}

impl WindowKernel for NativeWindow {
    fn tier(&self) -> Tier {
        if self.0.record.has_given_up() { Tier::Inline } else { Tier::Native }
    }

    fn needs_whole_partitions(&self) -> bool {
        false
    }

    fn evaluator(&self, context: &CallContext) -> Result<Box<dyn WindowEvaluator>> {
        let mut fallback = self.0.parts.fallback.evaluator(context)?;
        if fallback.exchange().is_none() {
            self.0.record.give_up("the interpreter's states can't be exchanged".to_owned());
        }
        Ok(Box::new(Evaluator::new(Arc::clone(&self.0), fallback)))
    }

    fn report(&self) -> Option<NativeReport> {
        Some(self.0.record.report(self.0.parts.codes.ir()))
    }
}
