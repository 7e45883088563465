#![cfg_attr(target_os = "linux", expect(unsafe_code, reason = "asks the C library for the stack"))]
//! How far down compiled calls may go on this thread's stack.

use std::cell::Cell;

use super::DEPTH;

/// For host functions and signal handlers below the deepest call.
const RESERVE: usize = 96 << 10;

/// The most that compiled calls use, and what they use where nobody knows the stack's end.
const MOST: usize = 512 << 10;
const UNKNOWN: usize = 64 << 10;

thread_local! {
    static LOWEST: Cell<Option<usize>> = const { Cell::new(None) };
}

/// The bytes that calls take.
#[derive(Debug, Clone, Copy)]
pub(super) struct OnStack {
    /// The loop over the rows.
    pub(super) rows: usize,
    /// The largest of the functions that are called.
    pub(super) call: usize,
}

impl OnStack {
    /// How many calls inside of each other the room allows. One that is put into another's code
    /// takes no more room, but counts.
    pub(super) fn depth(self, room: usize) -> i64 {
        let calls = room.saturating_sub(self.rows) / self.call.max(1);
        DEPTH.min(i64::try_from(calls).unwrap_or(DEPTH))
    }
}

/// How many bytes below here compiled code may use.
pub(super) fn room() -> usize {
    let here = 0_u8;
    let here = std::ptr::from_ref(&here).addr();
    let lowest = LOWEST.get().unwrap_or_else(|| {
        let lowest = lowest();
        LOWEST.set(Some(lowest));
        lowest
    });
    // Code may run on a stack that the thread did not begin with; that one's end is unknown.
    let is_on_own = lowest != 0 && lowest < here;
    if !is_on_own || here - lowest > 1 << 30 {
        return UNKNOWN;
    }
    (here - lowest).saturating_sub(RESERVE).min(MOST)
}

/// Where this thread's stack ends; 0 where that is unknown.
#[cfg(target_os = "linux")]
fn lowest() -> usize {
    let mut attributes = std::mem::MaybeUninit::<libc::pthread_attr_t>::uninit();
    let (mut address, mut size) = (std::ptr::null_mut(), 0);
    // SAFETY: the attributes are set by the first call before the others read them, and the others
    // are only made where it says so.
    let failed = unsafe {
        let failed = libc::pthread_getattr_np(libc::pthread_self(), attributes.as_mut_ptr()) != 0;
        if !failed {
            libc::pthread_attr_getstack(attributes.as_ptr(), &raw mut address, &raw mut size);
            libc::pthread_attr_destroy(attributes.as_mut_ptr());
        }
        failed
    };
    if failed { 0 } else { address.addr() }
}

#[cfg(not(target_os = "linux"))]
fn lowest() -> usize {
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_room_lies_within_the_stack_of_the_thread() {
        let child = std::thread::Builder::new().stack_size(256 << 10).spawn(room);
        let room = child.unwrap().join().unwrap();
        assert!(room > 32 << 10 && room < 256 << 10, "{room}");
    }

    #[test]
    fn the_depth_is_what_the_room_allows_and_no_more_than_the_limit() {
        let on_stack = OnStack { rows: 1000, call: 100 };
        assert_eq!(on_stack.depth(999), 0);
        assert_eq!(on_stack.depth(1399), 3);
        assert_eq!(on_stack.depth(1 << 20), DEPTH);
        assert_eq!(OnStack { rows: 0, call: 0 }.depth(1 << 20), DEPTH);
    }
}
