#![expect(unsafe_code, reason = "hands addresses of columns to machine code")]
//! Columns in, an answer out.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, PrimitiveArray};
use arrow::buffer::{BooleanBuffer, NullBuffer};
use arrow::datatypes::{ArrowPrimitiveType, DataType, Float64Type, Int64Type};
use arrow::util::bit_iterator::BitSliceIterator;

use super::code::Which;
use super::frame::{Carried, Column, DONE, Frame};
use super::{Compiled, Error, stack};
use crate::ir::{Slot, Type};

pub use super::frame::Left;

/// Rows between two looks at the world outside.
pub(super) const CHUNK: usize = 4096;

/// The validity of columns without NULLs.
static ALL_THERE: [u8; CHUNK / 8] = [0xff; CHUNK / 8];

/// What the rows gave.
#[derive(Debug)]
pub struct Answer {
    /// Of type Float64, Int64 or Boolean. NULL where a row wasn't asked for or gave None, anything
    /// where it left.
    pub values: ArrayRef,
    /// The rows that left, in their order.
    pub left: Vec<Left>,
}

/// The type of the columns that stand for a slot.
pub(crate) fn column_type(ty: Type) -> Option<DataType> {
    match ty {
        Type::Int => Some(DataType::Int64),
        Type::Float => Some(DataType::Float64),
        Type::Bool => Some(DataType::Boolean),
        Type::Ints | Type::Floats | Type::NewInts | Type::NewFloats => None,
    }
}

impl Compiled {
    /// Whether no row can take long: the first function has no loops and calls nothing.
    pub fn is_straight(&self) -> bool {
        self.is_straight
    }

    /// Runs all rows, or those whose bit of `asked` is set; `None` if the flag was raised meanwhile.
    /// Columns have exactly the types of the module's parameters. Where no parameter is nullable,
    /// NULLs must not be asked for.
    ///
    /// # Errors
    /// Columns of another number, type or length.
    pub fn run(
        &self,
        columns: &[ArrayRef],
        asked: Option<&NullBuffer>,
        rows: usize,
        stop: &AtomicBool,
    ) -> Result<Option<Answer>, Error> {
        self.check(Which::Rows, columns, asked, rows)?;
        let Some(returns) = self.returns else {
            return Err(Error::Columns("no columns for what gives nothing".to_owned()));
        };
        let mut work = Work::new(self, returns, columns, rows, stop);
        for begin in (0..rows).step_by(CHUNK) {
            let length = CHUNK.min(rows - begin);
            if stop.load(Ordering::Relaxed) || !work.chunk(begin, length, asked) {
                return Ok(None);
            }
        }
        Ok(Some(work.answer(asked)))
    }

    /// The code trusts lengths and types.
    pub(super) fn check(
        &self,
        which: Which,
        columns: &[ArrayRef],
        asked: Option<&NullBuffer>,
        rows: usize,
    ) -> Result<(), Error> {
        let wrong = |what: String| Err(Error::Columns(what));
        if !self.has(which) {
            return wrong(format!("no loop of kind {which:?}"));
        }
        if columns.len() != self.parameters.len() {
            return wrong(format!("{} columns of {}", columns.len(), self.parameters.len()));
        }
        for (column, slot) in columns.iter().zip(&self.parameters) {
            if Some(column.data_type()) != column_type(slot.ty).as_ref() {
                return wrong(format!("{} for {slot}", column.data_type()));
            }
            if column.len() != rows {
                return wrong(format!("{} values in {rows} rows", column.len()));
            }
        }
        if asked.is_some_and(|asked| asked.len() != rows) || u32::try_from(rows).is_err() {
            return wrong(format!("{rows} rows"));
        }
        Ok(())
    }
}

/// A batch on its way.
struct Work<'a> {
    code: &'a Compiled,
    returns: Slot,
    columns: &'a [ArrayRef],
    rows: usize,
    stop: &'a AtomicBool,
    depth: i64,
    /// Numbers by their bits; empty for bools.
    numbers: Vec<u64>,
    /// Of one chunk, a byte for each row.
    bools: Vec<u8>,
    is_there: Vec<u8>,
    /// Of all chunks.
    packed_bools: Vec<u64>,
    packed_validity: Vec<u64>,
    left_in_chunk: Vec<Left>,
    left: Vec<Left>,
}

impl<'a> Work<'a> {
    fn new(
        code: &'a Compiled,
        returns: Slot,
        columns: &'a [ArrayRef],
        rows: usize,
        stop: &'a AtomicBool,
    ) -> Self {
        let is_bool = returns.ty == Type::Bool;
        let chunk = CHUNK.min(rows);
        let room = |is_needed: bool| vec![0; if is_needed { chunk } else { 0 }];
        Self {
            code,
            returns,
            columns,
            rows,
            stop,
            depth: code.on_stack.depth(stack::room()),
            numbers: vec![0; if is_bool { 0 } else { rows }],
            bools: room(is_bool),
            is_there: room(returns.nullable),
            packed_bools: Vec::new(),
            packed_validity: Vec::new(),
            left_in_chunk: vec![Left::default(); chunk],
            left: Vec::new(),
        }
    }

    /// Whether it came to its end.
    fn chunk(&mut self, begin: usize, length: usize, asked: Option<&NullBuffer>) -> bool {
        let columns: Vec<Column> =
            self.columns.iter().map(|array| column(array.as_ref(), begin)).collect();
        let is_bool = self.returns.ty == Type::Bool;
        let values = match self.numbers.get_mut(begin..) {
            Some(numbers) if !is_bool => numbers.as_mut_ptr().cast(),
            _ => self.bools.as_mut_ptr(),
        };
        let mut frame = Frame {
            columns: columns.as_ptr(),
            values,
            validity: self.is_there.as_mut_ptr(),
            left: self.left_in_chunk.as_mut_ptr(),
            left_count: 0,
            stop: self.stop,
            depth: self.depth,
            carried: Carried::NONE,
        };
        let asked = asked.filter(|asked| asked.null_count() > 0);
        let is_done = match asked {
            Some(asked) if !self.code.is_straight => {
                let bits = BitSliceIterator::new(asked.validity(), asked.offset() + begin, length);
                bits.into_iter().all(|(from, to)| self.call(&mut frame, from, to))
            }
            _ => self.call(&mut frame, 0, length),
        };
        let left = &self.left_in_chunk[..frame.left_count as usize];
        let at_home = left.iter().map(|left| Left { row: left.row + begin as u32, ..*left });
        let is_asked = |left: &Left| asked.is_none_or(|asked| asked.is_valid(left.row as usize));
        self.left.extend(at_home.filter(is_asked));
        if is_bool {
            pack(&self.bools[..length], &mut self.packed_bools);
        }
        if self.returns.nullable {
            pack(&self.is_there[..length], &mut self.packed_validity);
        }
        is_done
    }

    fn call(&self, frame: &mut Frame, begin: usize, end: usize) -> bool {
        // SAFETY: `Compiled::check` compared types and lengths of the columns; `Work::new` made room
        // for the values of all rows and for the rest of a chunk, and no row is run twice.
        unsafe { self.code.call(Which::Rows, frame, begin, end) == DONE }
    }

    fn answer(self, asked: Option<&NullBuffer>) -> Answer {
        let packed = (self.packed_bools, self.packed_validity);
        let values = array(self.returns, self.rows, self.numbers, packed, asked);
        Answer { values, left: self.left }
    }
}

/// What rows returned, the bools and the validity as bits in words.
pub(super) fn array(
    slot: Slot,
    rows: usize,
    values: Vec<u64>,
    (bools, validity): (Vec<u64>, Vec<u64>),
    asked: Option<&NullBuffer>,
) -> ArrayRef {
    let bits = |words: Vec<u64>| BooleanBuffer::new(words.into(), 0, rows);
    let given = slot.nullable.then(|| NullBuffer::new(bits(validity)));
    let nulls = NullBuffer::union(given.as_ref(), asked).filter(|nulls| nulls.null_count() > 0);
    match slot.ty {
        Type::Bool => Arc::new(BooleanArray::new(bits(bools), nulls)),
        Type::Float => Arc::new(numbers::<Float64Type>(values, nulls)),
        _ => Arc::new(numbers::<Int64Type>(values, nulls)),
    }
}

pub(super) fn numbers<T: ArrowPrimitiveType>(
    bits: Vec<u64>,
    nulls: Option<NullBuffer>,
) -> PrimitiveArray<T> {
    let length = bits.len();
    let values = arrow::buffer::ScalarBuffer::new(bits.into(), 0, length);
    PrimitiveArray::new(values, nulls)
}

/// Where a column's values are from a row on.
pub(super) fn column(array: &dyn Array, begin: usize) -> Column {
    let (values, first_value) = match array.data_type() {
        DataType::Boolean => {
            let bits = array.as_boolean().values();
            place(bits.values(), bits.offset() + begin)
        }
        DataType::Float64 => {
            (array.as_primitive::<Float64Type>().values()[begin..].as_ptr().cast(), 0)
        }
        _ => (array.as_primitive::<Int64Type>().values()[begin..].as_ptr().cast(), 0),
    };
    let (validity, first_validity) = match array.nulls() {
        Some(nulls) => place(nulls.validity(), nulls.offset() + begin),
        None => (ALL_THERE.as_ptr(), 0),
    };
    Column { values, first_value, validity, first_validity }
}

/// The byte that a bit is in, and its place there.
fn place(bitmap: &[u8], bit: usize) -> (*const u8, i64) {
    (bitmap[bit / 8..].as_ptr(), (bit % 8) as i64)
}

/// Bytes of 0 and 1 as bits. All that come after other ones find whole words.
pub(super) fn pack(bytes: &[u8], into: &mut Vec<u64>) {
    let word = |bytes: &[u8]| {
        let bits = bytes.iter().enumerate().map(|(bit, byte)| u64::from(*byte & 1) << bit);
        bits.fold(0, |word, bit| word | bit)
    };
    into.extend(bytes.chunks(64).map(word));
}
