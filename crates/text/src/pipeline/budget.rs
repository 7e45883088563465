//! How much text may be on its way at once.

use parking_lot::{Condvar, Mutex};

/// A number of bytes that chunks take their size from, and give back when they are written.
#[derive(Debug)]
pub(super) struct Budget {
    total: usize,
    taken: Mutex<usize>,
    given_back: Condvar,
}

impl Budget {
    pub(super) fn new(total: usize) -> Self {
        Self { total, taken: Mutex::new(0), given_back: Condvar::new() }
    }

    /// Waits until there is room. A chunk larger than everything goes alone.
    pub(super) fn take(&self, bytes: usize) {
        let mut taken = self.taken.lock();
        while *taken > 0 && *taken + bytes > self.total {
            self.given_back.wait(&mut taken);
        }
        *taken += bytes;
    }

    pub(super) fn give_back(&self, bytes: usize) {
        *self.taken.lock() -= bytes;
        self.given_back.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_waits_and_what_never_fits_goes_alone() {
        let budget = Budget::new(10);
        budget.take(8);
        let (sender, receiver) = std::sync::mpsc::channel();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                budget.take(100);
                sender.send(*budget.taken.lock()).unwrap();
            });
            budget.take(2);
            budget.give_back(8);
            assert!(receiver.try_recv().is_err());
            budget.give_back(2);
            assert_eq!(receiver.recv(), Ok(100));
        });
    }
}
