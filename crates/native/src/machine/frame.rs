//! What compiled code and this crate share in memory.

use std::mem::offset_of;
use std::sync::atomic::AtomicBool;

use super::arena::Arena;

/// A row that compiled code gave up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(C)]
pub struct Left {
    pub row: u32,
    /// An index into [`crate::ir::Module::exits`].
    pub exit: u32,
}

/// The exit of values that have no place in the answer.
pub(crate) const UNFIT: u32 = u32::MAX;

/// Where the values of a parameter are, from the first row of a chunk on.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct Column {
    pub(super) values: *const u8,
    /// Of bools, at which bit of `values` the first one is.
    pub(super) first_value: i64,
    /// A bitmap; only read of parameters that may be NULL.
    pub(super) validity: *const u8,
    pub(super) first_validity: i64,
    /// Of lists, where each begins and the last one ends among `values`, with 32 bits.
    pub(super) offsets: *const u8,
}

/// What one call of the compiled loop works on: a chunk of a batch.
#[repr(C)]
pub(super) struct Frame {
    pub(super) columns: *const Column,
    /// Eight bytes for each row, or one for each bool.
    pub(super) values: *mut u8,
    /// One byte for each row; only written where the function may give NULL.
    pub(super) validity: *mut u8,
    pub(super) left: *mut Left,
    pub(super) left_count: i64,
    pub(super) stop: *const AtomicBool,
    /// How many calls may be made inside of each other.
    pub(super) depth: i64,
    pub(super) arena: *mut Arena,
}

/// How the compiled loop ended.
pub(super) const DONE: u32 = 0;

/// Offsets as instructions take them.
pub(super) struct Offset;

impl Offset {
    pub(super) const COLUMNS: i32 = offset_of!(Frame, columns) as i32;
    pub(super) const VALUES: i32 = offset_of!(Frame, values) as i32;
    pub(super) const VALIDITY: i32 = offset_of!(Frame, validity) as i32;
    pub(super) const LEFT: i32 = offset_of!(Frame, left) as i32;
    pub(super) const LEFT_COUNT: i32 = offset_of!(Frame, left_count) as i32;
    pub(super) const STOP: i32 = offset_of!(Frame, stop) as i32;
    pub(super) const DEPTH: i32 = offset_of!(Frame, depth) as i32;
    pub(super) const ARENA: i32 = offset_of!(Frame, arena) as i32;

    /// Of a field of the column with this index.
    pub(super) const fn column(index: usize, field: usize) -> i32 {
        (index * size_of::<Column>() + field) as i32
    }

    pub(super) const COLUMN_VALUES: usize = offset_of!(Column, values);
    pub(super) const COLUMN_FIRST_VALUE: usize = offset_of!(Column, first_value);
    pub(super) const COLUMN_VALIDITY: usize = offset_of!(Column, validity);
    pub(super) const COLUMN_FIRST_VALIDITY: usize = offset_of!(Column, first_validity);
    pub(super) const COLUMN_OFFSETS: usize = offset_of!(Column, offsets);
    pub(super) const LEFT_EXIT: i32 = offset_of!(Left, exit) as i32;
}
