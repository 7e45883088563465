//! When an engine has waited for enough rows.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use arrowsmith_contract::watchdog::{self, Alarm};

/// Rows that have come don't wait longer for others.
const PATIENCE: Duration = Duration::from_millis(50);

/// So many rows, or some when they took long to come.
pub(super) struct Enough {
    most: usize,
    is_late: Arc<AtomicBool>,
    _alarm: Alarm,
}

impl Enough {
    pub(super) fn new(most: usize) -> Self {
        let is_late = Arc::new(AtomicBool::new(false));
        let late = Arc::clone(&is_late);
        let alarm = watchdog::after(PATIENCE, move || late.store(true, Ordering::Relaxed));
        Self { most, is_late, _alarm: alarm }
    }

    #[inline]
    pub(super) fn is_reached(&self, rows: usize) -> bool {
        rows >= self.most || (rows > 0 && self.is_late.load(Ordering::Relaxed))
    }
}
