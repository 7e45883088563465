//! Puts the rows of an input batch beside what was yielded for them.

use arrow::array::{ArrayRef, RecordBatch, UInt32Array, new_null_array};
use arrow::compute::take_arrays;
use arrow::datatypes::SchemaRef;
use arrowsmith_contract::Yielded;
use datafusion::common::Result;

use crate::operators;

pub(super) struct Spread {
    batch: RecordBatch,
    schema: SchemaRef,
    /// Whether a row without yielded ones stays.
    outer: bool,
    /// The first row that nothing was yielded for so far.
    unseen: u32,
}

impl Spread {
    pub(super) fn new(batch: RecordBatch, schema: SchemaRef, outer: bool) -> Self {
        Self { batch, schema, outer, unseen: 0 }
    }

    /// Rows for what was yielded, after those that nothing was yielded for.
    pub(super) fn rows(&mut self, yielded: &Yielded) -> Result<RecordBatch> {
        let Yielded { batch, origins } = yielded;
        let last = origins.values().last().copied().unwrap_or(0);
        if !self.outer || self.follows_closely(origins) {
            self.unseen = self.unseen.max(last + 1);
            return self.join(origins, batch.columns().to_vec());
        }
        let (mut left, mut right) = (Vec::new(), Vec::new());
        for (row, origin) in (0..).zip(origins.values()) {
            for skipped in self.unseen..*origin {
                left.push(skipped);
                right.push(None);
            }
            left.push(*origin);
            right.push(Some(row));
            self.unseen = self.unseen.max(origin + 1);
        }
        let columns = take_arrays(batch.columns(), &UInt32Array::from(right), None)?;
        self.join(&UInt32Array::from(left), columns)
    }

    /// The rows behind the last that something was yielded for.
    pub(super) fn rest(&mut self) -> Result<Option<RecordBatch>> {
        let rows = u32::try_from(self.batch.num_rows()).unwrap_or(u32::MAX);
        if !self.outer || self.unseen >= rows {
            return Ok(None);
        }
        let left: UInt32Array = (self.unseen..rows).collect();
        self.unseen = rows;
        let first = self.batch.num_columns();
        let nulls = self.schema.fields().iter().skip(first);
        let nulls = nulls.map(|field| new_null_array(field.data_type(), left.len())).collect();
        self.join(&left, nulls).map(Some)
    }

    /// Whether no row is left out before or between the origins.
    fn follows_closely(&self, origins: &UInt32Array) -> bool {
        let mut expected = self.unseen;
        origins.values().iter().all(|origin| {
            let is_close = *origin <= expected;
            expected = expected.max(origin + 1);
            is_close
        })
    }

    fn join(&self, left: &UInt32Array, right: Vec<ArrayRef>) -> Result<RecordBatch> {
        let mut columns = take_arrays(self.batch.columns(), left, None)?;
        columns.extend(right);
        operators::batch(&self.schema, columns, left.len())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{Array, AsArray, Int64Array};
    use arrow::datatypes::{DataType, Field, Int64Type, Schema};

    use super::*;

    fn ints(name: &str, values: Vec<i64>) -> RecordBatch {
        let column: ArrayRef = Arc::new(Int64Array::from(values));
        RecordBatch::try_from_iter_with_nullable([(name, column, true)]).unwrap()
    }

    /// What comes for the rows 10 to 14 when pieces with origins are yielded.
    fn spread(outer: bool, pieces: &[(&[u32], &[i64])]) -> Vec<(i64, Option<i64>)> {
        let fields = ["a", "b"].map(|name| Field::new(name, DataType::Int64, true));
        let schema = Arc::new(Schema::new(fields.to_vec()));
        let mut spread = Spread::new(ints("a", vec![10, 11, 12, 13, 14]), schema, outer);
        let mut batches: Vec<RecordBatch> = pieces
            .iter()
            .map(|(origins, values)| {
                let origins = UInt32Array::from(origins.to_vec());
                spread.rows(&Yielded { batch: ints("b", values.to_vec()), origins }).unwrap()
            })
            .collect();
        batches.extend(spread.rest().unwrap());
        assert!(spread.rest().unwrap().is_none());
        batches.iter().flat_map(pairs).collect()
    }

    fn pairs(batch: &RecordBatch) -> Vec<(i64, Option<i64>)> {
        let [left, right] = [0, 1].map(|index| batch.column(index).as_primitive::<Int64Type>());
        let right_at = |row| right.is_valid(row).then(|| right.value(row));
        (0..batch.num_rows()).map(|row| (left.value(row), right_at(row))).collect()
    }

    #[test]
    fn inner_rows_repeat_and_vanish() {
        let rows = spread(false, &[(&[1, 1, 3], &[1, 2, 3]), (&[3], &[4])]);
        assert_eq!(rows, [(11, Some(1)), (11, Some(2)), (13, Some(3)), (13, Some(4))]);
        assert_eq!(spread(false, &[]), []);
    }

    #[test]
    fn outer_rows_without_any_come_in_their_place() {
        let rows = spread(true, &[(&[1, 1, 3], &[1, 2, 3]), (&[3], &[4])]);
        let wanted = [
            (10, None),
            (11, Some(1)),
            (11, Some(2)),
            (12, None),
            (13, Some(3)),
            (13, Some(4)),
            (14, None),
        ];
        assert_eq!(rows, wanted);
        assert_eq!(spread(true, &[]), [10, 11, 12, 13, 14].map(|left| (left, None)));
        let all: [u32; 5] = [0, 1, 2, 3, 4];
        assert_eq!(spread(true, &[(&all, &[1, 2, 3, 4, 5])]).len(), 5);
    }
}
