//! How much text may be on its way at once.

use parking_lot::{Condvar, Mutex};

/// A number of bytes that chunks take their size from, and give back when they are written.
#[derive(Debug)]
pub(super) struct Budget {
    total: usize,
    taken: Mutex<usize>,
    given_back: Condvar,
}

/// What was taken; dropped, it is given back.
#[derive(Debug)]
pub(super) struct Share<'a> {
    budget: &'a Budget,
    bytes: usize,
}

impl Budget {
    pub(super) fn new(total: usize) -> Self {
        Self { total, taken: Mutex::new(0), given_back: Condvar::new() }
    }

    /// Waits until there is room. A chunk larger than everything goes alone.
    pub(super) fn take(&self, bytes: usize) -> Share<'_> {
        let mut taken = self.taken.lock();
        while *taken > 0 && *taken + bytes > self.total {
            self.given_back.wait(&mut taken);
        }
        *taken += bytes;
        Share { budget: self, bytes }
    }
}

impl Drop for Share<'_> {
    fn drop(&mut self) {
        *self.budget.taken.lock() -= self.bytes;
        self.budget.given_back.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_waits_and_what_never_fits_goes_alone() {
        let budget = Budget::new(10);
        let first = budget.take(8);
        let (sender, receiver) = std::sync::mpsc::channel();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let _all = budget.take(100);
                sender.send(*budget.taken.lock()).unwrap();
            });
            let second = budget.take(2);
            drop(first);
            assert!(receiver.try_recv().is_err());
            drop(second);
            assert_eq!(receiver.recv(), Ok(100));
        });
    }
}
