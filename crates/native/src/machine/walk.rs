#![expect(unsafe_code, reason = "hands a state and addresses of columns to machine code")]
//! Rows through one state, in their order.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

use arrow::array::ArrayRef;
use arrow::buffer::NullBuffer;
use arrow::util::bit_iterator::BitSliceIterator;

use super::batch::{CHUNK, array, column, pack};
use super::code::Which;
use super::frame::{AT_LEFT, Carried, Column, DONE, Frame, Left};
use super::{Cell, Compiled, Error, stack};
use crate::ir::Type;

/// How rows ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    Done,
    /// The state is that in front of the row which left.
    Left(Left),
    Stopped,
}

/// The rows of a batch. What they return is kept, row by row.
pub(crate) struct Walk<'a> {
    code: &'a Compiled,
    columns: &'a [ArrayRef],
    asked: Option<&'a NullBuffer>,
    rows: usize,
    stop: &'a AtomicBool,
    depth: i64,
    /// Those of a chunk.
    places: Vec<Column>,
    numbers: Vec<u64>,
    bools: Vec<u8>,
    is_there: Vec<u8>,
}

impl<'a> Walk<'a> {
    /// As for [`Compiled::run`].
    ///
    /// # Errors
    /// Columns of another number, type or length, or a function without a state.
    pub(crate) fn new(
        code: &'a Compiled,
        columns: &'a [ArrayRef],
        asked: Option<&'a NullBuffer>,
        rows: usize,
        stop: &'a AtomicBool,
    ) -> Result<Self, Error> {
        code.check(Which::Fold, columns, asked, rows)?;
        let ty = code.returns.map(|slot| slot.ty);
        let room = |is_needed: bool| if is_needed { rows } else { 0 };
        Ok(Self {
            code,
            columns,
            asked: asked.filter(|asked| asked.null_count() > 0),
            rows,
            stop,
            depth: code.on_stack.depth(stack::room()),
            places: Vec::with_capacity(columns.len()),
            numbers: vec![0; room(ty.is_some_and(|ty| ty != Type::Bool))],
            bools: vec![0; room(ty == Some(Type::Bool))],
            is_there: vec![0; room(code.returns.is_some_and(|slot| slot.nullable))],
        })
    }

    /// Takes some of the rows through a state.
    ///
    /// # Errors
    /// A state of another function, or rows that there are not.
    pub(crate) fn run(&mut self, cell: &mut Cell, rows: Range<usize>) -> Result<Ended, Error> {
        if cell.numbers().len() != self.code.state.len() || rows.end > self.rows {
            return Err(Error::Columns("another state, or more rows".to_owned()));
        }
        for begin in rows.clone().step_by(CHUNK) {
            if self.stop.load(Ordering::Relaxed) {
                return Ok(Ended::Stopped);
            }
            let ended = self.chunk(cell, begin, CHUNK.min(rows.end - begin));
            if ended != Ended::Done {
                return Ok(ended);
            }
        }
        Ok(Ended::Done)
    }

    fn chunk(&mut self, cell: &mut Cell, begin: usize, length: usize) -> Ended {
        self.places.clear();
        self.places.extend(self.columns.iter().map(|array| column(array.as_ref(), begin)));
        let values = match self.numbers.get_mut(begin..) {
            Some(numbers) if self.bools.is_empty() => numbers.as_mut_ptr().cast(),
            _ => self.bools.get_mut(begin..).unwrap_or_default().as_mut_ptr(),
        };
        let mut left = Left::default();
        let mut frame = Frame {
            columns: self.places.as_ptr(),
            values,
            validity: self.is_there.get_mut(begin..).unwrap_or_default().as_mut_ptr(),
            left: &raw mut left,
            left_count: 0,
            stop: self.stop,
            depth: self.depth,
            carried: Carried { cell: cell.numbers().as_mut_ptr(), ..Carried::NONE },
        };
        let mut call = |from, to| {
            // SAFETY: `Compiled::check` compared types and lengths of the columns, and `run` the
            // rows; `new` made room for the values of all rows; `run` saw that the cell is one of
            // the module's state. The loop ends with the first row that leaves.
            unsafe { self.code.call(Which::Fold, &mut frame, from, to) }
        };
        let status = match self.asked {
            Some(asked) => {
                let bits = BitSliceIterator::new(asked.validity(), asked.offset() + begin, length);
                let runs = bits.into_iter().map(|(from, to)| call(from, to));
                runs.into_iter().find(|status| *status != DONE).unwrap_or(DONE)
            }
            None => call(0, length),
        };
        match status {
            DONE => Ended::Done,
            AT_LEFT => Ended::Left(Left { row: left.row + begin as u32, ..left }),
            _ => Ended::Stopped,
        }
    }

    /// What the rows returned: NULL where one was not asked for or gave None, anything where it
    /// was not run or left. None of a function that returns a state only.
    pub(crate) fn answer(self) -> Option<ArrayRef> {
        let packed = |bytes: Vec<u8>| {
            let mut words = Vec::with_capacity(bytes.len().div_ceil(64));
            pack(&bytes, &mut words);
            words
        };
        let bits = (packed(self.bools), packed(self.is_there));
        Some(array(self.code.returns?, self.rows, self.numbers, bits, self.asked))
    }
}
