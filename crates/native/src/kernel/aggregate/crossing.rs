//! Moving states to the interpreter's accumulator and back.

use std::sync::Arc;

use arrowsmith_contract::{
    Aggregation, CallContext, Error, GroupedAccumulator, Result, StateExchange, StateValue,
};

use super::accumulator::Accumulator;
use crate::kernel::parts::StateCodes;
use crate::machine::Kept;

/// The interpreter's accumulator, which is made when the first row leaves.
pub(super) struct Interpreter {
    aggregation: Arc<dyn Aggregation>,
    accumulator: Option<Box<dyn GroupedAccumulator>>,
}

impl Interpreter {
    pub(super) fn new(aggregation: &Arc<dyn Aggregation>) -> Self {
        Self { aggregation: Arc::clone(aggregation), accumulator: None }
    }

    pub(super) fn existing(&mut self) -> Option<&mut (dyn GroupedAccumulator + 'static)> {
        self.accumulator.as_deref_mut()
    }

    pub(super) fn get(&mut self) -> Result<&mut dyn GroupedAccumulator> {
        match &mut self.accumulator {
            Some(accumulator) => Ok(accumulator.as_mut()),
            none => Ok(none.insert(self.aggregation.accumulator()?).as_mut()),
        }
    }

    /// Another one, which has some states in its first groups.
    pub(super) fn with(
        &self,
        states: &[StateValue],
        context: &CallContext,
    ) -> Result<Box<dyn GroupedAccumulator>> {
        let mut accumulator = self.aggregation.accumulator()?;
        let groups: Vec<usize> = (0..states.len()).collect();
        exchange(accumulator.as_mut())?.put_states(&groups, states, context)?;
        Ok(accumulator)
    }

    pub(super) fn size(&self) -> usize {
        self.accumulator.as_ref().map_or(0, |accumulator| accumulator.size())
    }
}

pub(super) fn exchange(accumulator: &mut dyn GroupedAccumulator) -> Result<&mut dyn StateExchange> {
    let none = || Error::Internal("the interpreter's states can't be exchanged".to_owned());
    accumulator.exchange().ok_or_else(none)
}

impl Accumulator {
    pub(super) fn codes(&self) -> &StateCodes {
        &self.shared.native.parts.codes
    }

    /// Gives states of groups to the interpreter, where they are not there yet.
    pub(super) fn send(
        &mut self,
        groups: impl IntoIterator<Item = usize>,
        context: &CallContext,
    ) -> Result<()> {
        if self.has_surrendered {
            return Ok(());
        }
        let is_here =
            |group: &usize| matches!(self.states.kept(*group), Kept::Here | Kept::Leaving);
        let mut groups: Vec<usize> = groups.into_iter().filter(is_here).collect();
        groups.sort_unstable();
        groups.dedup();
        if groups.is_empty() {
            return Ok(());
        }
        let values = groups.iter().map(|group| self.codes().value(&self.states.load(*group)));
        let values: Vec<StateValue> = values.collect::<Result<_>>()?;
        exchange(self.interpreter.get()?)?.put_states(&groups, &values, context)?;
        for group in groups {
            self.states.send(group);
        }
        Ok(())
    }

    /// Takes the states of groups back that fit. The others stay with the interpreter.
    pub(super) fn fetch(&mut self, groups: &[usize], context: &CallContext) -> Result<()> {
        let values = exchange(self.interpreter.get()?)?.states(groups, context)?;
        for (group, value) in groups.iter().zip(values) {
            match value.and_then(|value| self.codes().cell(&value)) {
                Some(cell) => self.states.store(*group, &cell),
                None => self.states.send(*group),
            }
        }
        Ok(())
    }

    /// Leaves everything to the interpreter from now on.
    pub(super) fn surrender(&mut self, context: &CallContext) -> Result<()> {
        if !self.has_surrendered {
            self.send(0..self.states.len(), context)?;
            self.has_surrendered = true;
        }
        Ok(())
    }

    /// Whether the code may run; else the interpreter has everything.
    pub(super) fn may_run(&mut self, context: &CallContext) -> Result<bool> {
        if !self.has_surrendered && !self.shared.native.record.may_run(context) {
            self.surrender(context)?;
        }
        Ok(!self.has_surrendered)
    }
}
