//! The answers of groups.

use std::sync::Arc;

use arrow::array::ArrayRef;
use arrowsmith_contract::{CallContext, Error, Result, StateValue};

use super::accumulator::Accumulator;
use super::column;
use crate::kernel::answer;
use crate::kernel::parts::{Coded, Part};
use crate::kernel::scalar::scatter;
use crate::kernel::stopped;
use crate::machine::{Answer, Kept, Left};

impl Accumulator {
    pub(super) fn answers(&mut self, groups: usize, context: &CallContext) -> Result<ArrayRef> {
        let finalize = self.codes().get(Part::Finalize).cloned();
        let is_any_away = (0..groups).any(|group| self.is_away(group));
        let finalize = finalize.filter(|_| !is_any_away);
        let answers = match finalize {
            Some(finalize) if self.may_run(context)? => {
                self.finalize(&finalize, groups, context)?
            }
            _ => self.interpret_answers(groups, context)?,
        };
        // Who was asked has a state from then on, with the interpreter as here.
        for group in 0..groups {
            if !self.has_surrendered && self.states.kept(group) == Kept::Fresh {
                let initial = self.states.initial().clone();
                self.states.store(group, &initial);
            }
        }
        Ok(answers)
    }

    /// All of them, because the interpreter answers for all groups that it has.
    fn interpret_answers(&mut self, groups: usize, context: &CallContext) -> Result<ArrayRef> {
        let cells: Vec<_> = (0..groups)
            .filter(|group| self.states.kept(*group) == Kept::Here)
            .map(|group| (group, self.states.load(group)))
            .collect();
        if !self.has_surrendered {
            self.send(0..groups, context)?;
            for (group, cell) in &cells {
                self.states.store(*group, cell);
            }
        }
        self.interpreter.get()?.results(groups, context)
    }

    fn finalize(
        &mut self,
        finalize: &Coded,
        groups: usize,
        context: &CallContext,
    ) -> Result<ArrayRef> {
        let native = Arc::clone(&self.shared.native);
        let arguments = column::arguments(&native, &self.states, groups);
        let answer = finalize.code.run(&arguments, None, groups, context.token.flag());
        let answer = answer.map_err(|error| Error::Internal(error.to_string()))?;
        let answer = answer.ok_or_else(|| stopped(context))?;
        let declared = native.parts.signature.returns().data_type();
        let Answer { values, left } = answer::fit(answer, declared)?;
        if left.is_empty() {
            return Ok(values);
        }
        native.record.count_exits(Part::Finalize as usize, &left);
        if !native.record.is_current() {
            return self.interpret_answers(groups, context);
        }
        self.interpret_some_answers(&values, &left, context)
    }

    /// Of groups whose states are here, in an accumulator of their own.
    fn interpret_some_answers(
        &mut self,
        values: &ArrayRef,
        left: &[Left],
        context: &CallContext,
    ) -> Result<ArrayRef> {
        let groups: Vec<u32> = left.iter().map(|left| left.row).collect();
        let state = |group: &u32| self.codes().value(&self.states.load(*group as usize));
        let states: Vec<StateValue> = groups.iter().map(state).collect::<Result<_>>()?;
        let mut accumulator = self.interpreter.with(&states, context)?;
        let answers = accumulator.results(states.len(), context)?;
        scatter(values, &answers, &groups)
    }
}
