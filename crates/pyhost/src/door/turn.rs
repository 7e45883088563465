//! Who must get the interpreter's lock soon: a thread that looks at signals, and the interrupter.
//!
//! A thread that releases the lock and takes it again at once, as between two batches of a procedure,
//! keeps others from it: they wake too late each time, and CPython (3.11, `take_gil`) asks the holder
//! to drop the lock only where nobody released it for 5 ms.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::thread_state;

/// Nobody is let past for longer.
const PATIENCE: Duration = Duration::from_millis(2);

static URGENT: AtomicUsize = AtomicUsize::new(0);

/// While it lives, a thread wants the lock that must not wait long.
pub(super) struct Urgent(());

impl Urgent {
    pub(super) fn begin() -> Self {
        URGENT.fetch_add(1, Ordering::SeqCst);
        Self(())
    }
}

impl Drop for Urgent {
    fn drop(&mut self) {
        // In the child of a fork the count began anew.
        let _ =
            URGENT.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |count| count.checked_sub(1));
    }
}

/// Before taking the lock for anything else. Who has it must not sleep: nobody gets it meanwhile.
pub(super) fn let_urgent_first() {
    if URGENT.load(Ordering::SeqCst) == 0 || thread_state::is_attached() {
        return;
    }
    let end = Instant::now() + PATIENCE;
    while URGENT.load(Ordering::SeqCst) > 0 && Instant::now() < end {
        std::thread::sleep(Duration::from_micros(50));
    }
}

/// Starts anew in the child of a fork.
pub(super) fn forget_parent() {
    URGENT.store(0, Ordering::SeqCst);
}
