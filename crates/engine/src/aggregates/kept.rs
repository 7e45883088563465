//! DISTINCT and ORDER BY within a call: rows are kept until all are there.
//!
//! DISTINCT drops rows as they come. The kernel sees what is left in its order, when an answer is
//! wanted.

use std::sync::Arc;

use arrow::array::ArrayRef;
use arrow::datatypes::FieldRef;
use arrow::row::{RowConverter, Rows, SortField};
use arrowsmith_contract::{CallContext, Error, GroupedAccumulator, HandOver, Result};

use super::lists::{from_lists, gather, to_lists};
use super::measured::Measured;
use super::piece::Piece;
use super::seen::Seen;
use super::usage::Usage;
use crate::session::BATCH_ROWS;

/// Its states are the rows.
pub(crate) struct Kept {
    usage: Arc<Usage>,
    /// Of the columns: the arguments, and what else ORDER BY sorts by.
    fields: Arc<[FieldRef]>,
    seen: Option<Seen>,
    pieces: Vec<Piece>,
    bytes: usize,
    groups: usize,
    /// Without ORDER BY rows need not wait for others: what has seen the first pieces.
    fed: Option<(Measured, usize)>,
    /// Why groups could not leave, for who asks next.
    failed: Option<Error>,
}

impl Kept {
    pub(crate) fn new(usage: Arc<Usage>, fields: &[FieldRef]) -> Result<Self> {
        let shape = usage.shape();
        let seen = shape.distinct.then(|| Seen::new(&fields[..shape.arguments])).transpose()?;
        Ok(Self {
            fields: fields.into(),
            seen,
            usage,
            pieces: Vec::new(),
            bytes: 0,
            groups: 0,
            fed: None,
            failed: None,
        })
    }

    fn check(&self, context: &CallContext) -> Result<()> {
        context.token.check()?;
        self.failed.clone().map_or(Ok(()), Err)
    }

    fn keep(&mut self, groups: usize, mut piece: Piece) -> Result<()> {
        self.groups = self.groups.max(groups);
        if let Some(seen) = &mut self.seen {
            let arguments = self.usage.shape().arguments;
            let new = seen.admit(&piece.groups, &piece.columns[..arguments])?;
            piece = piece.choose(&new)?;
        }
        if !piece.groups.is_empty() {
            self.bytes += piece.bytes();
            self.pieces.push(piece);
        }
        Ok(())
    }

    fn forget(&mut self, count: usize) -> Result<()> {
        let pieces = std::mem::take(&mut self.pieces);
        let all = count >= self.groups;
        self.groups = self.groups.saturating_sub(count);
        if let Some(seen) = &mut self.seen {
            seen.release(count);
        }
        self.bytes = 0;
        for piece in pieces.into_iter().filter(|_| !all) {
            let staying = (0..).zip(&piece.groups).filter(|(_, group)| **group >= count);
            let places: Vec<u32> = staying.map(|(place, _)| place).collect();
            let mut piece = piece.choose(&places)?;
            for group in &mut piece.groups {
                *group -= count;
            }
            if !piece.groups.is_empty() {
                self.bytes += piece.bytes();
                self.pieces.push(piece);
            }
        }
        Ok(())
    }

    /// The answers with all pieces in the order in which they came.
    fn as_they_came(&mut self, groups: usize, context: &CallContext) -> Result<ArrayRef> {
        let (mut accumulator, first) = match self.fed.take() {
            Some(fed) => fed,
            None => (self.usage.measured()?, 0),
        };
        for piece in &self.pieces[first..] {
            let context = CallContext { rows: piece.numbers.clone(), ..context.clone() };
            accumulator.update(&piece.groups, self.groups, &piece.columns, &context)?;
        }
        let answers = accumulator.results(groups, context)?;
        self.fed = Some((accumulator, self.pieces.len()));
        Ok(answers)
    }

    fn in_order(&self, groups: usize, context: &CallContext) -> Result<ArrayRef> {
        let order = self.order(groups, context)?;
        let mut accumulator = self.usage.measured()?;
        for places in order.chunks(BATCH_ROWS) {
            let columns = gather(&self.pieces, places, &self.fields)?;
            let ids: Vec<usize> =
                places.iter().map(|(piece, row)| self.pieces[*piece].groups[*row]).collect();
            accumulator.update(&ids, groups, &columns, context)?;
        }
        accumulator.results(groups, context)
    }

    /// The places of the rows of the first groups by the keys; equal ones stay as they came.
    fn order(&self, groups: usize, context: &CallContext) -> Result<Vec<(usize, usize)>> {
        let keys = self.keys(context)?;
        let mut order = Vec::new();
        for (index, piece) in self.pieces.iter().enumerate() {
            order.extend((0..piece.groups.len()).map(|row| (index, row)));
        }
        let mut rows: Vec<usize> = (0..order.len())
            .filter(|row| {
                let (piece, place) = order[*row];
                self.pieces[piece].groups[place] < groups
            })
            .collect();
        rows.sort_by(|left, right| keys.row(*left).cmp(&keys.row(*right)));
        context.token.check()?;
        Ok(rows.into_iter().map(|row| order[row]).collect())
    }

    fn keys(&self, context: &CallContext) -> Result<Rows> {
        let keys = &self.usage.shape().keys;
        let fields = keys.iter().map(|key| {
            SortField::new_with_options(self.fields[key.column].data_type().clone(), key.options)
        });
        let converter = RowConverter::new(fields.collect())?;
        let mut rows = converter.empty_rows(0, 0);
        for piece in &self.pieces {
            context.token.check()?;
            let columns: Vec<ArrayRef> =
                keys.iter().map(|key| Arc::clone(&piece.columns[key.column])).collect();
            converter.append(&mut rows, &columns)?;
        }
        Ok(rows)
    }
}

impl GroupedAccumulator for Kept {
    fn update(
        &mut self,
        group_ids: &[usize],
        groups: usize,
        columns: &[ArrayRef],
        context: &CallContext,
    ) -> Result<()> {
        context.token.check()?;
        let numbers = context.rows.clone();
        self.keep(groups, Piece { groups: group_ids.to_vec(), columns: columns.to_vec(), numbers })
    }

    fn can_retract(&self) -> bool {
        false
    }

    fn retract(&mut self, _: &[usize], _: usize, _: &[ArrayRef], _: &CallContext) -> Result<()> {
        Err(Error::Internal("kept rows cannot be taken back".to_owned()))
    }

    fn merge(
        &mut self,
        group_ids: &[usize],
        groups: usize,
        states: &ArrayRef,
        context: &CallContext,
    ) -> Result<()> {
        context.token.check()?;
        let piece = from_lists(states, group_ids)?;
        self.keep(groups, Piece { numbers: context.rows.clone(), ..piece })
    }

    /// Rows can be written as they are.
    fn take_states(
        &mut self,
        count: usize,
        _: HandOver,
        context: &CallContext,
    ) -> Result<ArrayRef> {
        self.check(context)?;
        let states = to_lists(&self.pieces, count, &self.fields)?;
        self.fed = None;
        self.forget(count)?;
        Ok(states)
    }

    fn results(&mut self, groups: usize, context: &CallContext) -> Result<ArrayRef> {
        self.check(context)?;
        if self.usage.shape().keys.is_empty() {
            self.as_they_came(groups, context)
        } else {
            self.in_order(groups, context)
        }
    }

    fn release(&mut self, count: usize, context: &CallContext) {
        let fed = self.fed.take().filter(|(_, pieces)| *pieces == self.pieces.len());
        self.failed = self.forget(count).err();
        self.fed = fed.map(|(mut accumulator, _)| {
            accumulator.release(count, context);
            (accumulator, self.pieces.len())
        });
    }

    fn size(&self) -> usize {
        let seen = self.seen.as_ref().map_or(0, Seen::size);
        let fed = self.fed.as_ref().map_or(0, |(accumulator, _)| accumulator.size());
        self.bytes + seen + fed
    }
}
