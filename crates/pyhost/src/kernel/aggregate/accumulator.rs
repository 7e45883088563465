//! The states of many groups, and the one crossing into Python for each batch of their rows.

use std::mem;
use std::sync::Arc;

use arrow::array::ArrayRef;
use arrowsmith_contract::{CallContext, GroupedAccumulator, HandOver, Result, StateExchange};

use super::calls::Calls;
use super::column::{self, Incoming};
use super::gathered::Gathered;
use super::rows;
use super::size::Sample;
use super::states::{self, State};
use super::{Declared, Use};

pub(super) struct Accumulator {
    shared: Arc<Use>,
    /// By group.
    states: Vec<State>,
    gathered: Gathered,
    sample: Sample,
}

impl Accumulator {
    pub(super) fn new(shared: Arc<Use>) -> Self {
        let (gathered, sample) = (Gathered::default(), Sample::default());
        Self { shared, states: Vec::new(), gathered, sample }
    }

    fn declared(&self) -> &Declared {
        &self.shared.declared
    }

    pub(super) fn grow(&mut self, groups: usize) {
        if groups > self.states.len() {
            self.states.resize_with(groups, State::default);
        }
    }

    /// Goes into Python with the states.
    pub(super) fn enter<T>(
        &mut self,
        context: &CallContext,
        work: impl FnOnce(&Use, &mut Calls<'_, '_>, &mut [State]) -> Result<T>,
    ) -> Result<T> {
        let (shared, states, sample) = (&*self.shared, &mut self.states, &mut self.sample);
        let declared = &shared.declared;
        declared.callee.enter(context, |py, stay| {
            let mut calls = Calls::new(py, declared, context, stay);
            let outcome = work(shared, &mut calls, states)?;
            sample.look(py, states);
            Ok(outcome)
        })
    }

    /// Calls for the rows that wait.
    fn flush(&mut self, part: &'static str, context: &CallContext) -> Result<()> {
        if self.gathered.is_empty() {
            return Ok(());
        }
        let sorted = mem::take(&mut self.gathered).sort()?;
        self.enter(context, |_, calls, states| rows::each_slice(calls, part, states, &sorted))
    }

    /// Takes the states of the first groups out; the others move up.
    fn take(&mut self, count: usize) -> Vec<State> {
        self.grow(count);
        self.states.drain(..count).collect()
    }
}

impl GroupedAccumulator for Accumulator {
    fn update(
        &mut self,
        group_ids: &[usize],
        groups: usize,
        columns: &[ArrayRef],
        context: &CallContext,
    ) -> Result<()> {
        self.declared().callee.check_shape(columns, group_ids.len())?;
        self.grow(groups);
        if self.declared().is_vectorized() {
            self.gathered.add(&self.shared.declared.callee, group_ids, columns)?;
            if self.gathered.is_worth_a_call(groups) {
                self.flush("accumulate", context)?;
            }
            return Ok(());
        }
        self.enter(context, |_, calls, states| {
            rows::each_row(calls, "accumulate", states, group_ids, columns)
        })
    }

    fn can_retract(&self) -> bool {
        self.declared().parts.has("retract")
    }

    fn retract(
        &mut self,
        group_ids: &[usize],
        groups: usize,
        columns: &[ArrayRef],
        context: &CallContext,
    ) -> Result<()> {
        self.declared().callee.check_shape(columns, group_ids.len())?;
        self.grow(groups);
        if self.declared().is_vectorized() {
            self.flush("accumulate", context)?;
            self.gathered.add(&self.shared.declared.callee, group_ids, columns)?;
            return self.flush("retract", context);
        }
        self.enter(context, |_, calls, states| {
            rows::each_row(calls, "retract", states, group_ids, columns)
        })
    }

    fn merge(
        &mut self,
        group_ids: &[usize],
        groups: usize,
        states: &ArrayRef,
        context: &CallContext,
    ) -> Result<()> {
        self.grow(groups);
        self.flush("accumulate", context)?;
        let mut incoming = column::read(&self.shared, states)?;
        let outcome = self.enter(context, |shared, calls, states| {
            rows::each_state(shared, calls, states, group_ids, mem::take(&mut incoming))
        });
        // Where nobody came in.
        let left = incoming.into_iter().filter_map(Incoming::into_state);
        self.declared().callee.drop_attached(states::objects(left));
        outcome
    }

    fn take_states(
        &mut self,
        count: usize,
        hand_over: HandOver,
        context: &CallContext,
    ) -> Result<ArrayRef> {
        self.flush("accumulate", context)?;
        let mut leaving = self.take(count);
        match hand_over {
            HandOver::InMemory => Ok(column::in_memory(&self.shared, leaving)),
            HandOver::Written => {
                let outcome = self.enter(context, |shared, calls, _| {
                    column::written(shared, calls, mem::take(&mut leaving))
                });
                let left = states::objects(leaving.into_iter());
                self.declared().callee.drop_attached(left);
                outcome
            }
        }
    }

    fn results(&mut self, groups: usize, context: &CallContext) -> Result<ArrayRef> {
        self.grow(groups);
        self.flush("accumulate", context)?;
        self.enter(context, |_, calls, states| rows::each_answer(calls, &mut states[..groups]))
    }

    fn release(&mut self, count: usize, context: &CallContext) {
        self.gathered.release(count);
        let mut leaving = states::objects(self.take(count).into_iter());
        let callee = &self.declared().callee;
        if !leaving.is_empty() {
            // Their `__del__` is stopped with the query, which then says why.
            let _ = callee.enter(context, |_, _| {
                drop(mem::take(&mut leaving));
                Ok(())
            });
        }
        callee.drop_attached(leaving);
    }

    fn size(&self) -> usize {
        let states = self.states.capacity() * size_of::<State>();
        states + self.sample.total(self.states.len()) + self.gathered.size()
    }

    /// Rows that wait for a call are in no state yet.
    fn exchange(&mut self) -> Option<&mut dyn StateExchange> {
        if self.declared().is_vectorized() { None } else { Some(self) }
    }
}

impl Drop for Accumulator {
    fn drop(&mut self) {
        let leaving = states::objects(mem::take(&mut self.states).into_iter());
        self.declared().callee.drop_attached(leaving);
    }
}
