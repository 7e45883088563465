//! An accumulator of a kernel whose calls are announced, counted and checked.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, new_empty_array};
use arrow::datatypes::DataType;
use arrowsmith_contract::{CallContext, Error, GroupedAccumulator, HandOver, Result, RowNumbers};

use super::usage::kernel_of;
use crate::adapter::Call;

/// Turns the first columns that it gets into the declared types; those behind the arguments are not
/// for the kernel.
pub(crate) struct Measured {
    call: Arc<Call>,
    arguments: usize,
    state_type: DataType,
    inner: Box<dyn GroupedAccumulator>,
    /// The groups that the kernel has seen.
    groups: usize,
}

impl Measured {
    pub(crate) fn new(
        call: &Arc<Call>,
        arguments: usize,
        inner: Box<dyn GroupedAccumulator>,
    ) -> Result<Self> {
        let state_type = kernel_of(call)?.state_type();
        Ok(Self { call: Arc::clone(call), arguments, state_type, inner, groups: 0 })
    }

    fn arguments(&self, columns: &[ArrayRef], numbers: &RowNumbers) -> Result<Vec<ArrayRef>> {
        self.call.coerce_all(&columns[..self.arguments], numbers)
    }

    /// Lets groups without rows exist before their states are handed over.
    fn see(&mut self, groups: usize, context: &CallContext) -> Result<()> {
        if groups <= self.groups {
            return Ok(());
        }
        let signature = &self.call.function().signature;
        let columns: Vec<ArrayRef> = (0..self.arguments)
            .filter_map(|index| signature.parameter(index))
            .map(|parameter| new_empty_array(parameter.ty.data_type()))
            .collect();
        self.groups = groups;
        let inner = &mut self.inner;
        self.call.run(0, &context.rows, |context| inner.update(&[], groups, &columns, context))
    }

    fn check_states(&self, states: &ArrayRef, count: usize) -> Result<()> {
        if states.len() == count && *states.data_type() == self.state_type {
            return Ok(());
        }
        Err(Error::Internal(format!(
            "the kernel of {} gave {} states of type {} for {count} groups of type {}",
            self.call.name(),
            states.len(),
            states.data_type(),
            self.state_type
        )))
    }
}

impl GroupedAccumulator for Measured {
    fn update(
        &mut self,
        group_ids: &[usize],
        groups: usize,
        columns: &[ArrayRef],
        context: &CallContext,
    ) -> Result<()> {
        if group_ids.is_empty() {
            return Ok(());
        }
        let columns = self.arguments(columns, &context.rows)?;
        self.groups = self.groups.max(groups);
        let inner = &mut self.inner;
        self.call.run(group_ids.len(), &context.rows, |context| {
            inner.update(group_ids, groups, &columns, context)
        })
    }

    fn can_retract(&self) -> bool {
        self.inner.can_retract()
    }

    fn retract(
        &mut self,
        group_ids: &[usize],
        groups: usize,
        columns: &[ArrayRef],
        context: &CallContext,
    ) -> Result<()> {
        if group_ids.is_empty() {
            return Ok(());
        }
        let columns = self.arguments(columns, &context.rows)?;
        let inner = &mut self.inner;
        self.call.run(group_ids.len(), &context.rows, |context| {
            inner.retract(group_ids, groups, &columns, context)
        })
    }

    fn merge(
        &mut self,
        group_ids: &[usize],
        groups: usize,
        states: &ArrayRef,
        context: &CallContext,
    ) -> Result<()> {
        if group_ids.is_empty() {
            return Ok(());
        }
        self.groups = self.groups.max(groups);
        let inner = &mut self.inner;
        self.call.run(group_ids.len(), &context.rows, |context| {
            inner.merge(group_ids, groups, states, context)
        })
    }

    fn take_states(
        &mut self,
        count: usize,
        hand_over: HandOver,
        context: &CallContext,
    ) -> Result<ArrayRef> {
        self.see(count, context)?;
        let inner = &mut self.inner;
        let states = self
            .call
            .run(count, &context.rows, |context| inner.take_states(count, hand_over, context))?;
        self.groups = self.groups.saturating_sub(count);
        self.check_states(&states, count)?;
        Ok(states)
    }

    fn results(&mut self, groups: usize, context: &CallContext) -> Result<ArrayRef> {
        let inner = &mut self.inner;
        let answers =
            self.call.run(groups, &context.rows, |context| inner.results(groups, context))?;
        self.call.check_answer(&answers, groups)?;
        Ok(answers)
    }

    fn release(&mut self, count: usize, context: &CallContext) {
        // Groups without rows are not the kernel's yet.
        let known = count.min(self.groups);
        self.groups -= known;
        self.inner.release(known, context);
    }

    fn size(&self) -> usize {
        self.inner.size()
    }
}
