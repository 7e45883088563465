//! States that stay in memory while a column of handles travels.

use std::collections::HashMap;

use parking_lot::Mutex;
use pyo3::prelude::*;

use super::Objects;

/// Numbers are not used again, so that a handle never finds somebody else's state. The lock is held
/// for moving objects only: no Python code runs meanwhile.
#[derive(Default)]
pub(super) struct Store(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    next: u64,
    states: HashMap<u64, Py<PyAny>>,
}

impl Store {
    /// Keeps a state, and gives its handle.
    pub(super) fn put(&self, state: Py<PyAny>) -> u64 {
        let mut kept = self.0.lock();
        let handle = kept.next;
        kept.next += 1;
        kept.states.insert(handle, state);
        handle
    }

    /// The state of a handle, unless it was taken before.
    pub(super) fn take(&self, handle: u64) -> Option<Py<PyAny>> {
        self.0.lock().states.remove(&handle)
    }

    pub(super) fn take_all(&self) -> Objects {
        let states = std::mem::take(&mut self.0.lock().states);
        states.into_values().collect()
    }
}
