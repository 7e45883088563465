//! What compiled code and this crate share in memory.

use std::mem::offset_of;
use std::sync::atomic::AtomicBool;

/// A row that compiled code gave up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(C)]
pub struct Left {
    pub row: u32,
    /// An index into [`crate::ir::Module::exits`].
    pub exit: u32,
}

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
    pub(super) carried: Carried,
}

/// The states of a module that has some; else nobody reads it.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct Carried {
    /// Of the one state that rows go on with: its tag, then its columns.
    pub(super) cell: *mut u64,
    /// The group of each row, from the first row of the chunk on.
    pub(super) groups: *const usize,
    /// A byte for each group.
    pub(super) tags: *mut u8,
    /// For each column, where the values of all groups are.
    pub(super) columns: *const *mut u64,
    /// The tag of a group that has none yet.
    pub(super) initial: i64,
}

impl Carried {
    pub(super) const NONE: Self = Self {
        cell: std::ptr::null_mut(),
        groups: std::ptr::null(),
        tags: std::ptr::null_mut(),
        columns: std::ptr::null(),
        initial: 0,
    };
}

/// The exit of a row whose group is with the interpreter already.
pub(crate) const AWAY: u32 = u32::MAX - 1;

/// How the compiled loop ended: with the last row, or with one that left and that its list names.
pub(super) const DONE: u32 = 0;
pub(super) const AT_LEFT: u32 = 1;

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

    pub(super) const CELL: i32 = carried(offset_of!(Carried, cell));
    pub(super) const GROUPS: i32 = carried(offset_of!(Carried, groups));
    pub(super) const TAGS: i32 = carried(offset_of!(Carried, tags));
    pub(super) const STATES: i32 = carried(offset_of!(Carried, columns));
    pub(super) const INITIAL: i32 = carried(offset_of!(Carried, initial));

    /// Of a field of the column with this index.
    pub(super) const fn column(index: usize, field: usize) -> i32 {
        (index * size_of::<Column>() + field) as i32
    }

    pub(super) const COLUMN_VALUES: usize = offset_of!(Column, values);
    pub(super) const COLUMN_FIRST_VALUE: usize = offset_of!(Column, first_value);
    pub(super) const COLUMN_VALIDITY: usize = offset_of!(Column, validity);
    pub(super) const COLUMN_FIRST_VALIDITY: usize = offset_of!(Column, first_validity);
    pub(super) const LEFT_EXIT: i32 = offset_of!(Left, exit) as i32;
}

const fn carried(field: usize) -> i32 {
    (offset_of!(Frame, carried) + field) as i32
}
