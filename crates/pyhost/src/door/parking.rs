//! Threads that come back to an interpreter which is shutting down.
//!
//! Before 3.14 CPython ends such a thread by `pthread_exit`, in the middle of whatever it does, which
//! unwinds through Rust and takes the whole process along. From 3.14 on the thread waits for ever
//! instead, and this does the same for the versions before.

use std::mem;
use std::time::Duration;

/// Calls something that may release the interpreter's lock and want it back. If the thread is ended
/// there, it stays there.
pub(crate) fn parked_at_exit<T>(call: impl FnOnce() -> T) -> T {
    let parking = Parking;
    let outcome = called(call);
    mem::forget(parking);
    outcome
}

/// A frame of its own, so that unwinding finds `Parking` in the frame above.
#[inline(never)]
fn called<T>(call: impl FnOnce() -> T) -> T {
    call()
}

/// Dropped by unwinding only.
struct Parking;

impl Drop for Parking {
    fn drop(&mut self) {
        // A panic of our own goes on to who catches it.
        if std::thread::panicking() {
            return;
        }
        loop {
            std::thread::sleep(Duration::MAX);
        }
    }
}
