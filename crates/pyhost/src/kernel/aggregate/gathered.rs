//! Rows that wait for a vectorized function until there are enough for a call a group.

use arrow::array::{Array, ArrayRef, UInt32Array};
use arrow::compute::{concat, take};
use arrowsmith_contract::{Error, Result};

use crate::kernel::array_form;
use crate::kernel::callee::Callee;

/// Fewer rows than this are not worth the calls.
const ROWS: usize = 8 * 8192;
/// How many rows a group should have on average.
const ROWS_A_GROUP: usize = 256;
/// More than this isn't held for that, whatever the calls cost.
const BYTES: usize = 32 << 20;

/// A group that has left.
const GONE: usize = usize::MAX;

#[derive(Debug, Default)]
pub(super) struct Gathered {
    batches: Vec<Vec<ArrayRef>>,
    group_ids: Vec<usize>,
    bytes: usize,
}

/// Rows by group, in the order in which they came within each.
pub(super) struct Sorted {
    pub(super) columns: Vec<ArrayRef>,
    pub(super) runs: Vec<Run>,
}

/// The rows of one group.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) group: usize,
    pub(super) start: usize,
    pub(super) rows: usize,
}

impl Gathered {
    /// Keeps the rows that are not skipped.
    pub(super) fn add(
        &mut self,
        callee: &Callee,
        group_ids: &[usize],
        columns: &[ArrayRef],
    ) -> Result<()> {
        let called = callee.called_rows(columns);
        let batch = array_form::prepared(callee, columns, called.as_ref())?;
        match called {
            None => self.group_ids.extend_from_slice(group_ids),
            Some(called) => self.group_ids.extend(called.valid_indices().map(|row| group_ids[row])),
        }
        let size = |column: &ArrayRef| column.to_data().get_slice_memory_size();
        for column in &batch {
            self.bytes += size(column)?;
        }
        self.batches.push(batch);
        Ok(())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.group_ids.is_empty()
    }

    pub(super) fn is_worth_a_call(&self, groups: usize) -> bool {
        self.group_ids.len() >= ROWS.max(ROWS_A_GROUP * groups) || self.bytes >= BYTES
    }

    pub(super) fn size(&self) -> usize {
        self.bytes + self.group_ids.capacity() * size_of::<usize>()
    }

    /// Forgets the rows of the first groups, which leave; the others move up.
    pub(super) fn release(&mut self, count: usize) {
        for group in self.group_ids.iter_mut().filter(|group| **group != GONE) {
            *group = group.checked_sub(count).unwrap_or(GONE);
        }
    }

    /// All rows, bucketed by group.
    pub(super) fn sort(self) -> Result<Sorted> {
        let columns = self.columns()?;
        let ids = &self.group_ids;
        let first = ids.first().copied().unwrap_or(GONE);
        if first != GONE && ids.iter().all(|id| *id == first) {
            let runs = vec![Run { group: first, start: 0, rows: ids.len() }];
            return Ok(Sorted { columns, runs });
        }
        let (order, runs) = bucketed(ids)?;
        let sorted = columns.iter().map(|column| Ok(take(column, &order, None)?));
        Ok(Sorted { columns: sorted.collect::<Result<_>>()?, runs })
    }

    fn columns(&self) -> Result<Vec<ArrayRef>> {
        let count = self.batches.first().map_or(0, Vec::len);
        let column = |index: usize| -> Result<ArrayRef> {
            let pieces: Vec<&dyn Array> =
                self.batches.iter().map(|batch| batch[index].as_ref()).collect();
            Ok(concat(&pieces)?)
        };
        (0..count).map(column).collect()
    }
}

/// The rows in the order of their groups, by counting.
fn bucketed(group_ids: &[usize]) -> Result<(UInt32Array, Vec<Run>)> {
    if u32::try_from(group_ids.len()).is_err() {
        return Err(Error::Internal("more than 2**32 rows were gathered".to_owned()));
    }
    let here = || group_ids.iter().enumerate().filter(|(_, group)| **group != GONE);
    let groups = here().map(|(_, group)| *group + 1).max().unwrap_or(0);
    let mut ends = vec![0_usize; groups];
    for (_, group) in here() {
        ends[*group] += 1;
    }
    let mut runs = Vec::new();
    let mut start = 0;
    for (group, end) in ends.iter_mut().enumerate() {
        let rows = *end;
        if rows > 0 {
            runs.push(Run { group, start, rows });
        }
        *end = start;
        start += rows;
    }
    let mut order = vec![0_u32; start];
    for (row, group) in here() {
        order[ends[*group]] = row as u32;
        ends[*group] += 1;
    }
    Ok((order.into(), runs))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_keep_their_order_within_their_group() {
        let (order, runs) = bucketed(&[2, 0, GONE, 2, 0, 5]).unwrap();
        assert_eq!(order.values(), &[1, 4, 0, 3, 5]);
        let wanted = [(0, 0, 2), (2, 2, 2), (5, 4, 1)];
        assert_eq!(runs, wanted.map(|(group, start, rows)| Run { group, start, rows }));
        assert!(bucketed(&[GONE]).unwrap().1.is_empty());
    }
}
