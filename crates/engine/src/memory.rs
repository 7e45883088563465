//! The memory limit of a database.

use std::fmt;

use datafusion::common::{DataFusionError, Result};
use datafusion::execution::memory_pool::{
    MemoryConsumer, MemoryLimit, MemoryPool, MemoryReservation, human_readable_size,
};
use parking_lot::Mutex;

/// Each consumer that can spill may hold its even share of three fifths of the limit; the rest is
/// kept for what cannot spill, of which merges leave one fifth to the operators above them.
/// `DataFusion`'s fair pool keeps nothing back, so that sorts fill it and then cannot merge what they
/// spilled.
#[derive(Debug)]
pub(crate) struct SharedPool {
    limit: usize,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    spillers: usize,
    spillable: usize,
    fixed: usize,
}

impl SharedPool {
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, state: Mutex::default() }
    }

    fn headroom(&self) -> usize {
        self.limit / 5 * 2
    }

    /// A sort that merges spilled files opens as many as the pool lets it, so it must leave room
    /// for the operators above it.
    fn limit_for(&self, reservation: &MemoryReservation) -> usize {
        if reservation.consumer().name().starts_with("ExternalSorterMerge") {
            self.limit - self.limit / 5
        } else {
            self.limit
        }
    }

    fn exhausted(&self, reservation: &MemoryReservation, additional: usize) -> DataFusionError {
        DataFusionError::ResourcesExhausted(format!(
            "the memory limit of {} was reached: {} holds {} and needs {} more, and nothing more \
             can be spilled",
            human_readable_size(self.limit),
            reservation.consumer().name(),
            human_readable_size(reservation.size()),
            human_readable_size(additional)
        ))
    }
}

impl MemoryPool for SharedPool {
    fn name(&self) -> &'static str {
        "shared"
    }

    fn register(&self, consumer: &MemoryConsumer) {
        if consumer.can_spill() {
            self.state.lock().spillers += 1;
        }
    }

    fn unregister(&self, consumer: &MemoryConsumer) {
        if consumer.can_spill() {
            let mut state = self.state.lock();
            state.spillers = state.spillers.saturating_sub(1);
        }
    }

    fn grow(&self, reservation: &MemoryReservation, additional: usize) {
        let mut state = self.state.lock();
        if reservation.consumer().can_spill() {
            state.spillable += additional;
        } else {
            state.fixed += additional;
        }
    }

    fn shrink(&self, reservation: &MemoryReservation, bytes: usize) {
        let mut state = self.state.lock();
        if reservation.consumer().can_spill() {
            state.spillable = state.spillable.saturating_sub(bytes);
        } else {
            state.fixed = state.fixed.saturating_sub(bytes);
        }
    }

    fn try_grow(&self, reservation: &MemoryReservation, additional: usize) -> Result<()> {
        let mut state = self.state.lock();
        if reservation.consumer().can_spill() {
            let shared = self.limit.saturating_sub(state.fixed.max(self.headroom()));
            let share = shared / state.spillers.max(1);
            if reservation.size() + additional > share {
                return Err(self.exhausted(reservation, additional));
            }
            state.spillable += additional;
        } else {
            if state.fixed + state.spillable + additional > self.limit_for(reservation) {
                return Err(self.exhausted(reservation, additional));
            }
            state.fixed += additional;
        }
        Ok(())
    }

    fn reserved(&self) -> usize {
        let state = self.state.lock();
        state.spillable + state.fixed
    }

    fn memory_limit(&self) -> MemoryLimit {
        MemoryLimit::Finite(self.limit)
    }
}

impl fmt::Display for SharedPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({})", self.name(), human_readable_size(self.limit))
    }
}
