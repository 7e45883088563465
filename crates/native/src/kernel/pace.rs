//! How long rows take, for who wants to know before they are computed.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use arrow::array::{Array, ArrayRef, AsArray};

/// What the last call took: picoseconds an item, rows and items of lists together. Zero where no call
/// tells it.
#[derive(Debug, Default)]
pub(super) struct Pace(AtomicU64);

impl Pace {
    pub(super) fn record(&self, items: usize, elapsed: Duration) {
        let each = elapsed.as_nanos() * 1000 / items.max(1) as u128;
        self.0.store(u64::try_from(each).unwrap_or(u64::MAX).max(1), Ordering::Relaxed);
    }

    /// For what a call tells nothing of those after it.
    pub(super) fn forget(&self) {
        self.0.store(0, Ordering::Relaxed);
    }

    /// Whether so many items can be expected to take less than this.
    pub(super) fn is_within(&self, items: usize, limit: Duration) -> bool {
        let each = u128::from(self.0.load(Ordering::Relaxed));
        each > 0 && each * items as u128 / 1000 < limit.as_nanos()
    }
}

/// How many items a call has.
pub(super) fn items(columns: &[ArrayRef], rows: usize) -> usize {
    let of_lists = columns.iter().filter_map(|column| column.as_list_opt::<i32>());
    let items = of_lists.map(|lists| {
        let offsets = lists.value_offsets();
        (offsets[lists.len()] - offsets[0]) as usize
    });
    rows + items.sum::<usize>()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{Int64Array, ListArray};
    use arrow::datatypes::Int64Type;

    use super::*;

    #[test]
    fn a_call_is_expected_to_take_what_the_last_one_took() {
        let (pace, limit) = (Pace::default(), Duration::from_millis(1));
        assert!(!pace.is_within(1, limit));
        pace.record(1000, Duration::from_micros(2));
        assert!(pace.is_within(499_999, limit));
        assert!(!pace.is_within(500_000, limit));
        pace.record(1_000_000, Duration::ZERO);
        assert!(pace.is_within(1_000_000, limit));
        pace.record(0, Duration::from_secs(5));
        assert!(!pace.is_within(1, limit));
        pace.forget();
        assert!(!pace.is_within(1, limit));
    }

    #[test]
    fn items_of_lists_count() {
        let rows = [Some(vec![Some(1), Some(2)]), None, Some(vec![Some(3)])];
        let lists: ArrayRef = Arc::new(ListArray::from_iter_primitive::<Int64Type, _, _>(rows));
        let ints: ArrayRef = Arc::new(Int64Array::from(vec![1, 2, 3]));
        assert_eq!(items(&[Arc::clone(&lists), ints], 3), 6);
        assert_eq!(items(&[lists.slice(1, 2)], 2), 3);
    }
}
