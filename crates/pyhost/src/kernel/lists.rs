//! Lists of values as Python lists, and Python lists and tuples as lists of values.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, ListArray, MutableArrayData, make_array};
use arrow::buffer::{NullBuffer, OffsetBuffer};
use arrow::datatypes::FieldRef;
use arrowsmith_contract::Result;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyTuple};

use super::column::{Column, Unheld};
use super::note;
use super::result::{ResultBuilder, builder};
use super::value::{self, Misfit};

/// A column of lists.
pub(super) struct Lists<'a> {
    offsets: &'a [i32],
    items: Column<'a>,
}

impl<'a> Lists<'a> {
    pub(super) fn new(lists: &'a ListArray) -> Result<Self> {
        Ok(Self { offsets: lists.value_offsets(), items: Column::new(lists.values())? })
    }

    fn places(&self, row: usize) -> Range<usize> {
        self.offsets[row] as usize..self.offsets[row + 1] as usize
    }

    /// As [`Column::object`].
    pub(super) fn object<'py>(&self, py: Python<'py>, row: usize) -> Option<Bound<'py, PyAny>> {
        let items = self.places(row).map(|place| self.items.object(py, place));
        let list = PyList::new(py, items.collect::<Option<Vec<_>>>()?);
        list.map_or_else(
            |exception| {
                exception.restore(py);
                None
            },
            |list| Some(list.into_any()),
        )
    }

    /// As [`Column::refused`].
    pub(super) fn refused(&self, row: usize) -> Option<Unheld> {
        self.places(row).find_map(|place| self.items.refused(place))
    }
}

/// Collects lists and tuples. What a row pushed before one of its items was refused stays among the
/// items until the end.
pub(super) struct ListBuilder {
    item: FieldRef,
    items: Box<dyn ResultBuilder>,
    /// How many items were pushed.
    pushed: usize,
    rows: Vec<Range<usize>>,
    is_there: Vec<bool>,
    /// Of the rows.
    total: usize,
}

impl ListBuilder {
    pub(super) fn new(item: &FieldRef) -> Result<Self> {
        let items = builder(item.data_type(), 0)?;
        let (rows, is_there) = (Vec::new(), Vec::new());
        Ok(Self { item: Arc::clone(item), items, pushed: 0, rows, is_there, total: 0 })
    }

    fn add(&mut self, row: Option<Range<usize>>) {
        self.is_there.push(row.is_some());
        let row = row.unwrap_or(self.pushed..self.pushed);
        self.total += row.len();
        self.rows.push(row);
    }

    fn push_item(&mut self, index: usize, item: &Bound<'_, PyAny>) -> Result<(), Misfit> {
        let refused = |hint| {
            let shown = format!("{} at index {index}", note::short_repr(item));
            Misfit::Part(Box::new((shown, hint)))
        };
        let may_be_missing = item.is_none() || !value::is_plain(item);
        if may_be_missing && !self.item.is_nullable() && value::is_missing(item)? {
            return Err(refused("no item may be None"));
        }
        match self.items.push(item) {
            Err(Misfit::Value(hint)) => Err(refused(hint)),
            other => other,
        }?;
        self.pushed += 1;
        Ok(())
    }

    /// The lists, with what was pushed in vain left out.
    fn lists(&mut self) -> ListArray {
        let mut items = self.items.finish();
        if self.total != items.len() {
            let data = items.to_data();
            let mut kept = MutableArrayData::new(vec![&data], false, self.total);
            self.rows.iter().for_each(|row| kept.extend(0, row.start, row.end));
            items = make_array(kept.freeze());
        }
        let lengths = self.rows.iter().map(ExactSizeIterator::len);
        let is_there = std::mem::take(&mut self.is_there);
        let nulls = Some(NullBuffer::from(is_there)).filter(|nulls| nulls.null_count() > 0);
        let offsets = OffsetBuffer::from_lengths(lengths);
        // Each item was checked against the field.
        ListArray::new(Arc::clone(&self.item), offsets, items, nulls)
    }
}

impl ResultBuilder for ListBuilder {
    fn push(&mut self, value: &Bound<'_, PyAny>) -> Result<(), Misfit> {
        // The conversion of an item may change the list.
        let items = if let Ok(list) = value.cast::<PyList>() {
            list.to_tuple()
        } else if let Ok(tuple) = value.cast::<PyTuple>() {
            tuple.clone()
        } else if value::is_missing(value)? {
            self.add(None);
            return Ok(());
        } else {
            return Err(Misfit::Value("a list or a tuple is wanted"));
        };
        let begin = self.pushed;
        if i32::try_from(begin + items.len()).is_err() {
            return Err(Misfit::Value("the lists of one batch have more than 2147483647 items"));
        }
        for (index, item) in items.iter().enumerate() {
            self.push_item(index, &item)?;
        }
        self.add(Some(begin..self.pushed));
        Ok(())
    }

    fn push_null(&mut self) {
        self.add(None);
    }

    fn finish(&mut self) -> ArrayRef {
        Arc::new(self.lists())
    }
}
