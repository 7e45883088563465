#![cfg_attr(target_os = "linux", expect(unsafe_code, reason = "asks the C library for the stack"))]
//! How far down compiled calls may go on this thread's stack.

use std::cell::Cell;

/// For host functions and signal handlers below the deepest call.
const RESERVE: usize = 96 << 10;

/// The most that compiled calls use, and what they use where nobody knows the stack's end.
const MOST: usize = 512 << 10;
const UNKNOWN: usize = 64 << 10;

thread_local! {
    static LOWEST: Cell<Option<usize>> = const { Cell::new(None) };
}

/// An address that the stack pointer must not fall below.
pub(super) fn limit() -> usize {
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
        return here.saturating_sub(UNKNOWN);
    }
    (lowest + RESERVE).max(here.saturating_sub(MOST))
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
    fn the_limit_lies_below_and_within_the_stack_of_the_thread() {
        let child = std::thread::Builder::new().stack_size(256 << 10).spawn(|| {
            let here = 0_u8;
            let here = std::ptr::from_ref(&here).addr();
            (here, limit())
        });
        let (here, limit) = child.unwrap().join().unwrap();
        let room = here - limit;
        assert!(room > 32 << 10 && room < 256 << 10, "{room}");
    }
}
