//! Rows into the states of their groups.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::{ArrayRef, UInt32Array};
use arrow::buffer::NullBuffer;
use arrow::compute::take_arrays;
use arrowsmith_contract::{CallContext, Error, GroupedAccumulator, Result};

use super::accumulator::Accumulator;
use crate::kernel::arguments;
use crate::kernel::parts::{Coded, Part};
use crate::kernel::stopped;
use crate::kernel::stretch::Stretch;
use crate::machine::{Ended, Kept, Left, Walk};

/// Whether rows come or go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Add,
    Retract,
}

impl Direction {
    fn part(self) -> Part {
        match self {
            Self::Add => Part::Step,
            Self::Retract => Part::Retract,
        }
    }

    fn interpret(
        self,
        accumulator: &mut dyn GroupedAccumulator,
        group_ids: &[usize],
        groups: usize,
        columns: &[ArrayRef],
        context: &CallContext,
    ) -> Result<()> {
        match self {
            Self::Add => accumulator.update(group_ids, groups, columns, context),
            Self::Retract => accumulator.retract(group_ids, groups, columns, context),
        }
    }
}

fn all_are(group_ids: &[usize], group: usize) -> bool {
    group_ids.iter().all(|id| *id == group)
}

/// What rows of a call the code is given.
struct Rows<'a> {
    direction: Direction,
    group_ids: &'a [usize],
    columns: &'a [ArrayRef],
    /// The columns as the code takes them.
    arguments: Vec<ArrayRef>,
    asked: Option<NullBuffer>,
    context: &'a CallContext,
}

impl Accumulator {
    pub(super) fn run(
        &mut self,
        direction: Direction,
        group_ids: &[usize],
        columns: &[ArrayRef],
        context: &CallContext,
    ) -> Result<()> {
        let native = Arc::clone(&self.shared.native);
        native.record.count_rows(group_ids.len());
        let coded = self.codes().get(direction.part()).cloned();
        // Where arguments are left to their defaults, only the interpreter knows these.
        let coded = coded.filter(|coded| coded.module.parameters.len() == columns.len());
        let Some(coded) = coded else {
            self.surrender(context)?;
            return self.interpret_all(direction, group_ids, columns, context);
        };
        if !self.may_run(context)? {
            return self.interpret_all(direction, group_ids, columns, context);
        }
        let asked = arguments::asked(columns, &native.parts.signature);
        let arguments = arguments::cast(columns, &coded.module)?;
        let rows = Rows { direction, group_ids, columns, arguments, asked, context };
        match group_ids.first() {
            Some(first) if self.states.len() == 1 || all_are(group_ids, *first) => {
                self.fold(&coded, *first, &rows)?;
            }
            _ => self.update_groups(&coded, &rows)?,
        }
        native.record.judge();
        Ok(())
    }

    fn interpret_all(
        &mut self,
        direction: Direction,
        group_ids: &[usize],
        columns: &[ArrayRef],
        context: &CallContext,
    ) -> Result<()> {
        self.shared.native.record.count_left(group_ids.len());
        let groups = self.states.len();
        direction.interpret(self.interpreter.get()?, group_ids, groups, columns, context)
    }

    fn update_groups(&mut self, coded: &Coded, rows: &Rows<'_>) -> Result<()> {
        let Rows { group_ids, arguments, asked, context, .. } = rows;
        let stop = context.token.flag();
        let left = coded.code.update(&mut self.states, group_ids, arguments, asked.as_ref(), stop);
        let left = left.map_err(|error| Error::Internal(error.to_string()))?;
        let left = left.ok_or_else(|| stopped(context))?;
        if left.is_empty() {
            return Ok(());
        }
        let is_current = self.count(rows, &left);
        self.interpret_some(rows, &left)?;
        if is_current { Ok(()) } else { self.surrender(context) }
    }

    /// Whether the code is still that of the live function.
    fn count(&self, rows: &Rows<'_>, left: &[Left]) -> bool {
        let record = &self.shared.native.record;
        record.count_exits(rows.direction.part() as usize, left);
        record.is_current()
    }

    /// One crossing for all rows that left, in their order, under the numbers that the user knows.
    fn interpret_some(&mut self, rows: &Rows<'_>, left: &[Left]) -> Result<()> {
        let places: Vec<u32> = left.iter().map(|left| left.row).collect();
        let group_ids: Vec<usize> =
            places.iter().map(|row| rows.group_ids[*row as usize]).collect();
        let mut met = group_ids.clone();
        met.sort_unstable();
        met.dedup();
        let numbers = rows.context.rows.choose(&places);
        let columns = take_arrays(rows.columns, &UInt32Array::from(places), None)?;
        let context = CallContext { rows: numbers, ..rows.context.clone() };
        self.send(met.iter().copied(), &context)?;
        self.interpret_all(rows.direction, &group_ids, &columns, &context)?;
        self.fetch(&met, &context)
    }

    /// All rows through one state. A row that leaves takes some of those behind it along.
    fn fold(&mut self, coded: &Coded, group: usize, rows: &Rows<'_>) -> Result<()> {
        if group >= self.states.len() {
            return Err(Error::Internal("rows of a group that there is not".to_owned()));
        }
        let count = rows.group_ids.len();
        let internal = |error: crate::machine::Error| Error::Internal(error.to_string());
        let (asked, stop) = (rows.asked.as_ref(), rows.context.token.flag());
        let walk = Walk::new(&coded.code, &rows.arguments, asked, count, stop);
        let mut walk = walk.map_err(internal)?;
        let mut stretch = Stretch::default();
        let mut row = 0;
        if self.is_away(group) {
            self.interpret_range(group, rows, 0..count)?;
            row = count;
        }
        while row < count {
            let mut cell = self.states.load(group);
            let ended = walk.run(&mut cell, row..count).map_err(internal)?;
            let (end, left) = match ended {
                Ended::Done => (count, None),
                Ended::Left(left) => (left.row as usize, Some(left)),
                Ended::Stopped => return Err(stopped(rows.context)),
            };
            if self.states.kept(group) == Kept::Here || is_any_asked(asked, row..end) {
                self.states.store(group, &cell);
            }
            let Some(left) = left else { return Ok(()) };
            if !self.count(rows, &[left]) {
                self.surrender(rows.context)?;
                return self.interpret_range(group, rows, end..count);
            }
            row = end;
            // As long as the state doesn't come back, neither do the rows.
            while row < count {
                let next = stretch.from(row, count);
                self.interpret_range(group, rows, row..next)?;
                row = next;
                if !self.is_away(group) {
                    break;
                }
            }
        }
        Ok(())
    }

    fn interpret_range(
        &mut self,
        group: usize,
        rows: &Rows<'_>,
        range: Range<usize>,
    ) -> Result<()> {
        let columns: Vec<ArrayRef> =
            rows.columns.iter().map(|column| column.slice(range.start, range.len())).collect();
        let numbers = rows.context.rows.behind(range.start);
        let context = CallContext { rows: numbers, ..rows.context.clone() };
        self.send([group], &context)?;
        self.interpret_all(rows.direction, &rows.group_ids[range], &columns, &context)?;
        if self.has_surrendered { Ok(()) } else { self.fetch(&[group], &context) }
    }
}

fn is_any_asked(asked: Option<&NullBuffer>, rows: Range<usize>) -> bool {
    match asked {
        Some(asked) => {
            let rows = asked.slice(rows.start, rows.len());
            rows.null_count() < rows.len()
        }
        None => !rows.is_empty(),
    }
}
