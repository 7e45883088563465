//! What travels beside the data into each call of a kernel.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::{Error, Result};

/// A flag that many hold and anyone may raise. It stays raised.
#[derive(Debug, Clone, Default)]
pub struct CancelToken(Arc<AtomicBool>);

impl CancelToken {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn cancel(&self) {
        self.0.store(true, Ordering::Release);
    }

    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    /// Whether nobody else holds this flag any more.
    pub fn is_unused(&self) -> bool {
        Arc::strong_count(&self.0) == 1
    }

    /// # Errors
    /// [`Error::Cancelled`] once the flag is raised.
    pub fn check(&self) -> Result<()> {
        if self.is_cancelled() {
            return Err(Error::Cancelled);
        }
        Ok(())
    }
}

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
    /// When the query must have ended.
    pub deadline: Option<Instant>,
    /// Row zero of the batch is this row for the user.
    pub first_row: u64,
}
