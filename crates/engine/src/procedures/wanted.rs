//! How many rows are still wanted of an operator.

use arrow::array::RecordBatch;

/// Without `rest` all that come.
pub(super) struct Wanted {
    batch_size: usize,
    rest: Option<usize>,
}

impl Wanted {
    pub(super) fn new(batch_size: usize, fetch: Option<usize>) -> Self {
        Self { batch_size, rest: fetch }
    }

    pub(super) fn is_nothing(&self) -> bool {
        self.rest == Some(0)
    }

    /// The most rows for the next batch.
    pub(super) fn next_batch(&self) -> usize {
        self.rest.map_or(self.batch_size, |rest| rest.min(self.batch_size))
    }

    /// The rows that are wanted of these, which count from now on.
    pub(super) fn take(&mut self, rows: RecordBatch) -> RecordBatch {
        let Some(rest) = &mut self.rest else {
            return rows;
        };
        let rows = rows.slice(0, rows.num_rows().min(*rest));
        *rest -= rows.num_rows();
        rows
    }
}
