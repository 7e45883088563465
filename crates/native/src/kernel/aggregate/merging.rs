//! States of other accumulators into those of groups.
//!
//! As the interpreter does it: a group without a state takes the first one as it is, and a state that
//! is still the initial one adds nothing.

use arrow::array::ArrayRef;
use arrow::buffer::NullBuffer;
use arrow::compute::interleave;
use arrowsmith_contract::{CallContext, Error, HandOver, Result, StateValue};

use super::accumulator::Accumulator;
use super::column::Incoming;
use crate::kernel::parts::{Coded, Part};
use crate::kernel::stopped;
use crate::machine::{Kept, Left};

impl Accumulator {
    pub(super) fn take_in(
        &mut self,
        group_ids: &[usize],
        incoming: &Incoming,
        context: &CallContext,
    ) -> Result<()> {
        let is_group = |group: &usize| *group < self.states.len();
        if group_ids.len() != incoming.states.len() || !group_ids.iter().all(is_group) {
            return Err(Error::Internal("states of groups that there are not".to_owned()));
        }
        let merge = self.codes().get(Part::Merge).cloned();
        let Some(merge) = merge.filter(|_| !self.has_surrendered) else {
            self.surrender(context)?;
            return self.interpret_states(group_ids, incoming, None, context);
        };
        if !self.may_run(context)? {
            return self.interpret_states(group_ids, incoming, None, context);
        }
        self.merge_compiled(&merge, group_ids, incoming, context)
    }

    fn merge_compiled(
        &mut self,
        merge: &Coded,
        group_ids: &[usize],
        incoming: &Incoming,
        context: &CallContext,
    ) -> Result<()> {
        // A group that gets a state from the interpreter goes there with all of them.
        for (row, group) in group_ids.iter().enumerate() {
            if incoming.states.kept(row) == Kept::Away {
                self.states.mark(*group);
            }
        }
        let rows = group_ids.iter().enumerate();
        let asked: NullBuffer =
            rows.map(|(row, group)| self.adopt(*group, incoming, row)).collect();
        let (arguments, stop) = (&incoming.arguments, context.token.flag());
        let left = merge.code.update(&mut self.states, group_ids, arguments, Some(&asked), stop);
        let left: Vec<Left> = left
            .map_err(|error| Error::Internal(error.to_string()))?
            .ok_or_else(|| stopped(context))?;
        if left.is_empty() {
            return Ok(());
        }
        let record = &self.shared.native.record;
        record.count_exits(Part::Merge as usize, &left);
        let is_current = record.is_current();
        let rows: Vec<u32> = left.iter().map(|left| left.row).collect();
        self.interpret_states(group_ids, incoming, Some(&rows), context)?;
        if is_current { Ok(()) } else { self.surrender(context) }
    }

    /// Whether a state is still to be merged, after a group without one took it.
    fn adopt(&mut self, group: usize, incoming: &Incoming, row: usize) -> bool {
        match (self.states.kept(group), incoming.states.kept(row)) {
            (_, Kept::Fresh) => false,
            (Kept::Fresh, _) => {
                self.states.store(group, &incoming.cell(row));
                false
            }
            _ => true,
        }
    }

    /// Merges states in the interpreter, in one crossing. They stay there: what left a merge would
    /// leave again.
    fn interpret_states(
        &mut self,
        group_ids: &[usize],
        incoming: &Incoming,
        rows: Option<&[u32]>,
        context: &CallContext,
    ) -> Result<()> {
        let all = || (0..group_ids.len() as u32).collect();
        let mut rows: Vec<u32> = rows.map_or_else(all, <[u32]>::to_vec);
        rows.retain(|row| incoming.states.kept(*row as usize) != Kept::Fresh);
        let group_ids: Vec<usize> = rows.iter().map(|row| group_ids[*row as usize]).collect();
        let column = self.interpreted(incoming, &rows, context)?;
        self.send(group_ids.iter().copied(), context)?;
        for group in &group_ids {
            self.states.send(*group);
        }
        let groups = self.states.len();
        self.interpreter.get()?.merge(&group_ids, groups, &column, context)
    }

    /// States as the interpreter's column, whoever had them.
    fn interpreted(
        &self,
        incoming: &Incoming,
        rows: &[u32],
        context: &CallContext,
    ) -> Result<ArrayRef> {
        let mut values: Vec<StateValue> = Vec::new();
        let mut places = Vec::with_capacity(rows.len());
        for row in rows {
            let row = *row as usize;
            if incoming.states.kept(row) == Kept::Away {
                places.push((0, row));
            } else {
                places.push((1, values.len()));
                values.push(self.codes().value(&incoming.cell(row))?);
            }
        }
        let count = values.len();
        let made = match count {
            0 => incoming.interpreted.slice(0, 0),
            _ => {
                let mut accumulator = self.interpreter.with(&values, context)?;
                accumulator.take_states(count, HandOver::InMemory, context)?
            }
        };
        Ok(interleave(&[&incoming.interpreted, &made], &places)?)
    }
}
