//! Lists of values as Python lists, and Python lists and tuples as lists of values.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::{ArrayRef, ListArray};
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

/// Collects lists and tuples. What a row pushed before one of its items was refused is followed by
/// `push_null`, as each row has one entry, and stays among the items that a NULL hides.
pub(super) struct ListBuilder {
    item: FieldRef,
    items: Box<dyn ResultBuilder>,
    /// How many items were pushed.
    pushed: usize,
    /// Where each row ends among the items.
    ends: Vec<usize>,
    is_there: Vec<bool>,
}

impl ListBuilder {
    pub(super) fn new(item: &FieldRef) -> Result<Self> {
        let items = builder(item.data_type(), 0)?;
        let (ends, is_there) = (Vec::new(), Vec::new());
        Ok(Self { item: Arc::clone(item), items, pushed: 0, ends, is_there })
    }

    fn add(&mut self, is_there: bool) {
        self.is_there.push(is_there);
        self.ends.push(self.pushed);
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
}

impl ResultBuilder for ListBuilder {
    fn push(&mut self, value: &Bound<'_, PyAny>) -> Result<(), Misfit> {
        // The conversion of an item may change the list.
        let items = if let Ok(list) = value.cast::<PyList>() {
            list.to_tuple()
        } else if let Ok(tuple) = value.cast::<PyTuple>() {
            tuple.clone()
        } else if value::is_missing(value)? {
            self.add(false);
            return Ok(());
        } else {
            return Err(Misfit::Value("a list or a tuple is wanted"));
        };
        if i32::try_from(self.pushed + items.len()).is_err() {
            return Err(Misfit::Value("the lists of one batch have more than 2147483647 items"));
        }
        for (index, item) in items.iter().enumerate() {
            self.push_item(index, &item)?;
        }
        self.add(true);
        Ok(())
    }

    fn push_null(&mut self) {
        self.add(false);
    }

    fn finish(&mut self) -> ArrayRef {
        let ends = std::mem::take(&mut self.ends);
        let begins = std::iter::once(0).chain(ends.iter().copied());
        let lengths = ends.iter().zip(begins).map(|(end, begin)| end - begin);
        let offsets = OffsetBuffer::from_lengths(lengths);
        let nulls = NullBuffer::from(std::mem::take(&mut self.is_there));
        let nulls = Some(nulls).filter(|nulls| nulls.null_count() > 0);
        self.pushed = 0;
        // Each item was checked against the field.
        let item = Arc::clone(&self.item);
        Arc::new(ListArray::new(item, offsets, self.items.finish(), nulls))
    }
}
