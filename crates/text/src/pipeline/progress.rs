//! Counters that may be looked at while a pipeline runs.

use std::sync::atomic::{AtomicU64, Ordering};

/// How far a run is. Any thread may look; each number by itself is right.
#[derive(Debug, Default)]
pub struct Progress {
    pub(super) bytes_read: AtomicU64,
    pub(super) bytes_total: AtomicU64,
    pub(super) units: AtomicU64,
    pub(super) files_done: AtomicU64,
    pub(super) files_total: AtomicU64,
}

impl Progress {
    /// Stored bytes that were read, which is before they are unpacked.
    pub fn bytes_read(&self) -> u64 {
        self.bytes_read.load(Ordering::Relaxed)
    }

    /// Stored bytes of all inputs whose size is known.
    pub fn bytes_total(&self) -> u64 {
        self.bytes_total.load(Ordering::Relaxed)
    }

    /// Units that went through all stages.
    pub fn units(&self) -> u64 {
        self.units.load(Ordering::Relaxed)
    }

    /// Files that are complete or have failed.
    pub fn files_done(&self) -> u64 {
        self.files_done.load(Ordering::Relaxed)
    }

    pub fn files_total(&self) -> u64 {
        self.files_total.load(Ordering::Relaxed)
    }
}

pub(super) fn add(counter: &AtomicU64, by: u64) {
    counter.fetch_add(by, Ordering::Relaxed);
}
