#![expect(unsafe_code, reason = "hands addresses of states and columns to machine code")]
//! Rows through the states of their groups.

use std::sync::atomic::{AtomicBool, Ordering};

use arrow::array::ArrayRef;
use arrow::buffer::NullBuffer;
use arrow::util::bit_iterator::BitSliceIterator;

use super::batch::{CHUNK, column};
use super::code::Which;
use super::frame::{Carried, Column, DONE, Frame};
use super::{Compiled, Error, Left, States, stack};

impl Compiled {
    /// Takes each row that is asked for through the state of its group; gives the rows that left,
    /// `None` if the flag was raised meanwhile. A group is marked with its first row that leaves, and
    /// all rows of marked groups leave.
    ///
    /// # Errors
    /// Columns of another number, type or length, groups that there are not, or states of another
    /// function.
    pub(crate) fn update(
        &self,
        states: &mut States,
        groups: &[usize],
        columns: &[ArrayRef],
        asked: Option<&NullBuffer>,
        stop: &AtomicBool,
    ) -> Result<Option<Vec<Left>>, Error> {
        let rows = groups.len();
        self.check(Which::Grouped, columns, asked, rows)?;
        let most = groups.iter().copied().max();
        if states.columns().len() + 1 != self.state.len() || most >= Some(states.len()) {
            return Err(Error::Columns("other states, or fewer groups".to_owned()));
        }
        let asked = asked.filter(|asked| asked.null_count() > 0);
        let mut update = Update {
            code: self,
            columns,
            groups,
            stop,
            depth: self.on_stack.depth(stack::room()),
            left_in_chunk: vec![Left::default(); CHUNK.min(rows)],
            left: Vec::new(),
        };
        for begin in (0..rows).step_by(CHUNK) {
            let length = CHUNK.min(rows - begin);
            if stop.load(Ordering::Relaxed) || !update.chunk(states, begin, length, asked) {
                return Ok(None);
            }
        }
        Ok(Some(update.left))
    }
}

/// A batch on its way.
struct Update<'a> {
    code: &'a Compiled,
    columns: &'a [ArrayRef],
    groups: &'a [usize],
    stop: &'a AtomicBool,
    depth: i64,
    left_in_chunk: Vec<Left>,
    left: Vec<Left>,
}

impl Update<'_> {
    /// Whether it came to its end.
    fn chunk(
        &mut self,
        states: &mut States,
        begin: usize,
        length: usize,
        asked: Option<&NullBuffer>,
    ) -> bool {
        let columns: Vec<Column> =
            self.columns.iter().map(|array| column(array.as_ref(), begin)).collect();
        let initial = states.initial().tag() as i64;
        let (tags, state_columns) = states.addresses();
        let mut frame = Frame {
            columns: columns.as_ptr(),
            values: std::ptr::null_mut(),
            validity: std::ptr::null_mut(),
            left: self.left_in_chunk.as_mut_ptr(),
            left_count: 0,
            stop: self.stop,
            depth: self.depth,
            carried: Carried {
                cell: std::ptr::null_mut(),
                groups: self.groups[begin..].as_ptr(),
                tags,
                columns: state_columns.as_ptr(),
                initial,
            },
        };
        let mut call = |from, to| {
            // SAFETY: `Compiled::update` compared types and lengths of the columns, the groups of
            // the rows and the number of the states' columns; nothing of what Grouped returns but
            // the state is stored; there is room for all rows of a chunk, and none is run twice.
            unsafe { self.code.call(Which::Grouped, &mut frame, from, to) == DONE }
        };
        let is_done = match asked {
            Some(asked) => {
                let bits = BitSliceIterator::new(asked.validity(), asked.offset() + begin, length);
                bits.into_iter().all(|(from, to)| call(from, to))
            }
            None => call(0, length),
        };
        let left = &self.left_in_chunk[..frame.left_count as usize];
        self.left.extend(left.iter().map(|left| Left { row: left.row + begin as u32, ..*left }));
        is_done
    }
}
