//! Rows that came at once, with the group of each.

use arrow::array::{Array, ArrayRef, UInt32Array};
use arrow::compute::take_arrays;
use arrowsmith_contract::{Result, RowNumbers};

#[derive(Debug)]
pub(crate) struct Piece {
    pub(crate) groups: Vec<usize>,
    pub(crate) columns: Vec<ArrayRef>,
    /// What the user knows the rows as.
    pub(crate) numbers: RowNumbers,
}

impl Piece {
    /// The rows at some places, in ascending order.
    pub(crate) fn choose(&self, places: &[u32]) -> Result<Self> {
        if places.len() == self.groups.len() {
            return Ok(Self {
                groups: self.groups.clone(),
                columns: self.columns.clone(),
                numbers: self.numbers.clone(),
            });
        }
        Ok(Self {
            groups: places.iter().map(|place| self.groups[*place as usize]).collect(),
            columns: take_arrays(&self.columns, &UInt32Array::from(places.to_vec()), None)?,
            numbers: self.numbers.choose(places),
        })
    }

    pub(crate) fn bytes(&self) -> usize {
        bytes_of(&self.columns) + self.groups.len() * size_of::<usize>()
    }
}

/// What the rows of the columns take, not what the columns are slices of.
pub(crate) fn bytes_of(columns: &[ArrayRef]) -> usize {
    let of = |column: &ArrayRef| {
        let data = column.to_data();
        data.get_slice_memory_size().unwrap_or_else(|_| column.get_array_memory_size())
    };
    columns.iter().map(of).sum()
}
