//! What ends a run early, and for which files.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use parking_lot::Mutex;

use crate::{Error, Result};

/// The error that ends the run. If several files have one, that of the first file in the order of
/// the input counts, so files before it go on.
#[derive(Debug)]
pub(super) struct Halt {
    is_stopped: AtomicBool,
    /// Files behind this one are no longer wanted.
    last: AtomicUsize,
    error: Mutex<Option<Error>>,
}

impl Halt {
    pub(super) fn new() -> Self {
        Self {
            is_stopped: AtomicBool::new(false),
            last: AtomicUsize::new(usize::MAX),
            error: Mutex::new(None),
        }
    }

    /// Ends everything.
    pub(super) fn stop(&self) {
        self.is_stopped.store(true, Ordering::Relaxed);
    }

    /// Ends this file, and those behind it. Once everything has ended, that is no news.
    pub(super) fn at(&self, file: usize, error: Error) {
        let mut slot = self.error.lock();
        let is_wanted = !self.is_stopped.load(Ordering::Relaxed);
        if is_wanted && file < self.last.load(Ordering::Relaxed) {
            self.last.store(file, Ordering::Relaxed);
            *slot = Some(error);
        }
    }

    pub(super) fn covers(&self, file: usize) -> bool {
        self.is_stopped.load(Ordering::Relaxed) || file >= self.last.load(Ordering::Relaxed)
    }

    pub(super) fn finish(self) -> Result<()> {
        match self.error.into_inner() {
            Some(error) => Err(error),
            None if self.is_stopped.into_inner() => Err(Error::Stopped),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_that_came_first_is_told() {
        let halt = Halt::new();
        halt.at(3, Error::TooMuchText);
        halt.stop();
        assert!(matches!(halt.finish(), Err(Error::TooMuchText)));
        let halt = Halt::new();
        halt.stop();
        halt.at(3, Error::TooMuchText);
        assert!(matches!(halt.finish(), Err(Error::Stopped)));
    }
}
