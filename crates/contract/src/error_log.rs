//! What functions with `on_error="collect"` failed with.

use std::sync::Arc;
use std::time::SystemTime;

use parking_lot::Mutex;

use crate::RowNumber;

/// One failure that became NULL.
#[derive(Debug, Clone)]
pub struct CollectedError {
    pub time: SystemTime,
    /// The qualified name.
    pub function: Arc<str>,
    /// None for a whole batch.
    pub row: Option<RowNumber>,
    /// As a note on an exception shows them.
    pub arguments: String,
    /// The class of the exception.
    pub class: String,
    pub message: String,
}

/// The failures of a session. It keeps the first [`Self::BOUND`] and counts all.
#[derive(Debug, Default)]
pub struct ErrorLog(Mutex<Entries>);

#[derive(Debug, Default)]
struct Entries {
    kept: Vec<CollectedError>,
    count: u64,
}

impl ErrorLog {
    /// How many failures are kept.
    pub const BOUND: usize = 10_000;

    /// How many more would be kept.
    pub fn room(&self) -> usize {
        Self::BOUND - self.0.lock().kept.len()
    }

    /// Adds failures, and counts `undescribed` more that nobody described because there was no room.
    pub fn add(&self, errors: Vec<CollectedError>, undescribed: u64) {
        let mut entries = self.0.lock();
        entries.count += errors.len() as u64 + undescribed;
        let room = Self::BOUND - entries.kept.len();
        entries.kept.extend(errors.into_iter().take(room));
    }

    /// All failures so far, those past the bound included.
    pub fn count(&self) -> u64 {
        self.0.lock().count
    }

    /// What is kept, in the order in which it came.
    pub fn entries(&self) -> Vec<CollectedError> {
        self.0.lock().kept.clone()
    }

    /// Forgets everything.
    pub fn clear(&self) {
        *self.0.lock() = Entries::default();
    }
}
