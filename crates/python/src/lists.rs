//! An array that is one list, among the arguments and as an answer.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, ListArray};
use arrow::buffer::OffsetBuffer;
use arrow::datatypes::{DataType, Field, FieldRef};
use arrowsmith_contract::{Error, Result};

/// The items of a type of lists.
pub(crate) fn item_of(list: &DataType) -> Option<&FieldRef> {
    match list {
        DataType::List(item) => Some(item),
        _ => None,
    }
}

/// A column of one list, which has all the items.
///
/// # Errors
/// More items than Arrow's lists have.
pub(crate) fn one_list(items: ArrayRef, item: &FieldRef) -> Result<ArrayRef> {
    if i32::try_from(items.len()).is_err() {
        return Err(Error::Internal(format!("{} items are too many for a list", items.len())));
    }
    let is_nullable = item.is_nullable() || items.null_count() > 0;
    let field = Field::clone(item).with_nullable(is_nullable);
    let offsets = OffsetBuffer::from_lengths([items.len()]);
    Ok(Arc::new(ListArray::try_new(Arc::new(field), offsets, items, None)?))
}

/// The items of the first list; None where there is none.
pub(crate) fn items_of(column: &ArrayRef) -> Option<ArrayRef> {
    let lists = column.as_list_opt::<i32>().filter(|lists| !lists.is_empty())?;
    lists.is_valid(0).then(|| lists.value(0))
}
