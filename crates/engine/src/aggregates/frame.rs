//! Frames that lose rows, of a function that cannot take them back out of a state.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef};
use arrow::datatypes::FieldRef;
use datafusion::common::{Result, ScalarValue, internal_err};
use datafusion::logical_expr::Accumulator;

use super::piece::bytes_of;
use super::usage::{Usage, first_value};
use crate::error::through_datafusion;
use crate::operators;

/// Keeps the rows of the frame and computes its answer from the first to the last.
pub(crate) struct Frame {
    usage: Arc<Usage>,
    fields: Arc<[FieldRef]>,
    /// What entered at once, without what left.
    pieces: VecDeque<Vec<ArrayRef>>,
    bytes: usize,
}

impl Frame {
    pub(crate) fn new(usage: &Arc<Usage>, fields: &[FieldRef]) -> Self {
        Self { usage: Arc::clone(usage), fields: fields.into(), pieces: VecDeque::new(), bytes: 0 }
    }

    fn push_front(&mut self, piece: Vec<ArrayRef>) {
        self.bytes += bytes_of(&piece);
        self.pieces.push_front(piece);
    }
}

impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Frame({})", self.usage.call().name())
    }
}

impl Accumulator for Frame {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        if !values[0].is_empty() {
            self.bytes += bytes_of(values);
            self.pieces.push_back(values.to_vec());
        }
        Ok(())
    }

    /// Only how many rows leave matters: they are the first ones.
    fn retract_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let mut leaving = values[0].len();
        while leaving > 0 {
            let Some(piece) = self.pieces.pop_front() else {
                return internal_err!("more rows left a frame than were in it");
            };
            self.bytes = self.bytes.saturating_sub(bytes_of(&piece));
            let rows = piece[0].len();
            if rows > leaving {
                let rest = piece.iter().map(|column| column.slice(leaving, rows - leaving));
                self.push_front(rest.collect());
            }
            leaving = leaving.saturating_sub(rows);
        }
        Ok(())
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        if self.pieces.is_empty() {
            return self.usage.initial().map_err(through_datafusion);
        }
        let columns = operators::concat_columns(&self.pieces.iter(), self.fields.len())?;
        let context = self.usage.context();
        let answer = || {
            let mut accumulator = self.usage.accumulator(&self.fields)?;
            accumulator.update(&vec![0; columns[0].len()], 1, &columns, context)?;
            first_value(&accumulator.results(1, context)?)
        };
        answer().map_err(through_datafusion)
    }

    fn size(&self) -> usize {
        size_of::<Self>() + self.bytes
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        internal_err!("a frame has no state to hand over")
    }

    fn merge_batch(&mut self, _: &[ArrayRef]) -> Result<()> {
        internal_err!("a frame merges no states")
    }

    fn supports_retract_batch(&self) -> bool {
        true
    }
}
