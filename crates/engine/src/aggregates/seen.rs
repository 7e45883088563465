//! DISTINCT: which arguments each group has seen.

use std::collections::HashSet;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, ArrowPrimitiveType, AsArray, PrimitiveArray};
use arrow::datatypes::{DataType, FieldRef, Float32Type, Float64Type};
use arrow::row::{RowConverter, SortField};
use arrowsmith_contract::Result;

/// NULLs are equal to each other, and so are NaNs and both zeros.
#[derive(Debug)]
pub(crate) struct Seen {
    converter: RowConverter,
    rows: HashSet<(usize, Box<[u8]>)>,
    bytes: usize,
}

impl Seen {
    pub(crate) fn new(arguments: &[FieldRef]) -> Result<Self> {
        let fields =
            arguments.iter().map(|field| SortField::new(field.data_type().clone())).collect();
        Ok(Self { converter: RowConverter::new(fields)?, rows: HashSet::new(), bytes: 0 })
    }

    /// The places of the rows that are new to their group, which are not from now on.
    pub(crate) fn admit(&mut self, groups: &[usize], arguments: &[ArrayRef]) -> Result<Vec<u32>> {
        let canonical: Vec<ArrayRef> = arguments.iter().map(canonical).collect();
        if canonical.is_empty() {
            return Ok(self.admit_keys(groups, |_| &[]));
        }
        let rows = self.converter.convert_columns(&canonical)?;
        Ok(self.admit_keys(groups, |place| rows.row(place).data()))
    }

    fn admit_keys<'a>(&mut self, groups: &[usize], key: impl Fn(usize) -> &'a [u8]) -> Vec<u32> {
        let mut places = Vec::new();
        for (place, group) in groups.iter().enumerate() {
            let key: Box<[u8]> = key(place).into();
            let bytes = key.len() + size_of::<(usize, Box<[u8]>)>();
            if self.rows.insert((*group, key)) {
                self.bytes += bytes;
                places.push(place as u32);
            }
        }
        places
    }

    /// Forgets the first `count` groups; the others move up.
    pub(crate) fn release(&mut self, count: usize) {
        let rows = std::mem::take(&mut self.rows);
        self.rows = rows
            .into_iter()
            .filter_map(|(group, key)| Some((group.checked_sub(count)?, key)))
            .collect();
        let row = size_of::<(usize, Box<[u8]>)>();
        self.bytes = self.rows.iter().map(|(_, key)| key.len() + row).sum();
    }

    pub(crate) fn size(&self) -> usize {
        self.bytes
    }
}

/// The column with one bit pattern for what is equal.
fn canonical(column: &ArrayRef) -> ArrayRef {
    match column.data_type() {
        DataType::Float32 => {
            map::<Float32Type>(column, |value| if value.is_nan() { f32::NAN } else { value + 0.0 })
        }
        DataType::Float64 => {
            map::<Float64Type>(column, |value| if value.is_nan() { f64::NAN } else { value + 0.0 })
        }
        _ => Arc::clone(column),
    }
}

fn map<T: ArrowPrimitiveType>(column: &ArrayRef, to: impl Fn(T::Native) -> T::Native) -> ArrayRef {
    let mapped: PrimitiveArray<T> = column.as_primitive::<T>().unary(to);
    Arc::new(mapped)
}

#[cfg(test)]
mod tests {
    use arrow::array::{Float64Array, StringArray};
    use arrow::datatypes::Field;

    use super::*;

    fn field(data_type: DataType) -> FieldRef {
        Arc::new(Field::new("", data_type, true))
    }

    #[test]
    fn nan_null_and_zero_are_seen_once_a_group() {
        let mut seen = Seen::new(&[field(DataType::Float64)]).unwrap();
        let column: ArrayRef = Arc::new(Float64Array::from(vec![
            Some(f64::NAN),
            None,
            Some(-0.0),
            Some(-f64::NAN),
            None,
            Some(0.0),
        ]));
        let groups = [0; 6];
        let columns = [column];
        assert_eq!(seen.admit(&groups, &columns).unwrap(), [0, 1, 2]);
        assert!(seen.admit(&groups, &columns).unwrap().is_empty());
        assert_eq!(seen.admit(&[1; 6], &columns).unwrap(), [0, 1, 2]);
    }

    #[test]
    fn groups_that_leave_are_forgotten_and_the_others_move_up() {
        let mut seen = Seen::new(&[field(DataType::Utf8), field(DataType::Utf8)]).unwrap();
        let a: ArrayRef = Arc::new(StringArray::from(vec!["a", "ab", ""]));
        let b: ArrayRef = Arc::new(StringArray::from(vec!["bc", "c", "abc"]));
        let columns = [a, b];
        assert_eq!(seen.admit(&[0, 1, 1], &columns).unwrap(), [0, 1, 2]);
        seen.release(1);
        assert_eq!(seen.admit(&[0, 0, 0], &columns).unwrap(), [0]);
        assert!(seen.size() > 0);
        seen.release(1);
        assert_eq!(seen.size(), 0);
    }
}
