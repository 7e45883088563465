//! What travels beside the data into each call of a kernel.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::{CancelToken, ErrorLog, RowNumbers};

/// What one function did in one query, added up over all threads.
#[derive(Debug, Default)]
pub struct FunctionMetrics {
    calls: AtomicU64,
    rows: AtomicU64,
    nanoseconds: AtomicU64,
}

impl FunctionMetrics {
    /// Adds one kernel call over `rows` rows that took `elapsed`, waiting included.
    pub fn record(&self, rows: usize, elapsed: Duration) {
        let nanoseconds = u64::try_from(elapsed.as_nanos()).unwrap_or(u64::MAX);
        self.calls.fetch_add(1, Ordering::Relaxed);
        self.rows.fetch_add(rows as u64, Ordering::Relaxed);
        self.nanoseconds.fetch_add(nanoseconds, Ordering::Relaxed);
    }

    /// Kernel calls, one a batch.
    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    pub fn rows(&self) -> u64 {
        self.rows.load(Ordering::Relaxed)
    }

    pub fn elapsed(&self) -> Duration {
        Duration::from_nanos(self.nanoseconds.load(Ordering::Relaxed))
    }
}

/// The circumstances of one kernel call.
#[derive(Debug, Clone, Default)]
pub struct CallContext {
    pub token: CancelToken,
    /// Which rows the user knows the rows of the call as.
    pub rows: RowNumbers,
    /// Where failures go that become NULL.
    pub errors: Arc<ErrorLog>,
}
