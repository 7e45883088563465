//! The states of many groups.

use std::sync::Arc;

use arrow::array::ArrayRef;
use arrowsmith_contract::{CallContext, GroupedAccumulator, HandOver, Result};

use super::crossing::Interpreter;
use super::rows::Direction;
use super::{Use, column};
use crate::machine::{Kept, States};

pub(super) struct Accumulator {
    pub(super) shared: Arc<Use>,
    pub(super) states: States,
    pub(super) interpreter: Interpreter,
    /// Whether the interpreter has all states.
    pub(super) has_surrendered: bool,
}

impl Accumulator {
    pub(super) fn new(shared: Arc<Use>) -> Self {
        let states = States::new(shared.native.initial.clone());
        let interpreter = Interpreter::new(&shared.fallback);
        Self { shared, states, interpreter, has_surrendered: false }
    }

    pub(super) fn is_away(&self, group: usize) -> bool {
        self.has_surrendered || self.states.kept(group) == Kept::Away
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
        self.states.grow(groups);
        self.run(Direction::Add, group_ids, columns, context)
    }

    fn can_retract(&self) -> bool {
        self.shared.can_retract
    }

    fn retract(
        &mut self,
        group_ids: &[usize],
        groups: usize,
        columns: &[ArrayRef],
        context: &CallContext,
    ) -> Result<()> {
        self.states.grow(groups);
        self.run(Direction::Retract, group_ids, columns, context)
    }

    fn merge(
        &mut self,
        group_ids: &[usize],
        groups: usize,
        states: &ArrayRef,
        context: &CallContext,
    ) -> Result<()> {
        self.states.grow(groups);
        let incoming = column::read(&self.shared.native, states)?;
        self.take_in(group_ids, &incoming, context)
    }

    fn take_states(
        &mut self,
        count: usize,
        hand_over: HandOver,
        context: &CallContext,
    ) -> Result<ArrayRef> {
        self.states.grow(count);
        let is_any_away = (0..count).any(|group| self.is_away(group));
        let interpreted = if is_any_away {
            Some(self.interpreter.get()?.take_states(count, hand_over, context)?)
        } else {
            if let Some(interpreter) = self.interpreter.existing() {
                interpreter.release(count, context);
            }
            None
        };
        let mut leaving = self.states.take(count);
        if self.has_surrendered {
            (0..count).for_each(|group| leaving.send(group));
        }
        column::write(&self.shared.native, leaving, interpreted)
    }

    fn results(&mut self, groups: usize, context: &CallContext) -> Result<ArrayRef> {
        self.states.grow(groups);
        self.answers(groups, context)
    }

    fn release(&mut self, count: usize, context: &CallContext) {
        if let Some(interpreter) = self.interpreter.existing() {
            interpreter.release(count, context);
        }
        drop(self.states.take(count));
    }

    fn size(&self) -> usize {
        self.states.size() + self.interpreter.size()
    }
}
