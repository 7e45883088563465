//! Columns of lists between their declared types and what the code takes and gives.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, ListArray, make_array};
use arrow::buffer::{BooleanBuffer, NullBuffer};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field};
use arrowsmith_contract::{Error, Result};

/// The type of the items of a list.
pub(super) fn item_type(list: &DataType) -> Option<&DataType> {
    match list {
        DataType::List(item) => Some(item.data_type()),
        _ => None,
    }
}

/// Lists as the code takes them. A NULL item becomes anything: rows with such are not asked for.
pub(super) fn argument(column: &ArrayRef, wanted: &DataType) -> Result<ArrayRef> {
    let lists = as_lists(column)?;
    let DataType::List(field) = wanted else {
        return Err(Error::Internal(format!("{wanted} is no type of lists")));
    };
    let items = if lists.values().data_type() == field.data_type() {
        Arc::clone(lists.values())
    } else {
        cast(lists.values(), field.data_type())?
    };
    let items = match items.nulls() {
        None => items,
        Some(_) => make_array(items.to_data().into_builder().nulls(None).build()?),
    };
    rebuilt(lists, field, items)
}

/// Lists under the declared field, whose name and nullability are others.
pub(super) fn declared(column: &ArrayRef, field: &Arc<Field>) -> Result<ArrayRef> {
    let lists = as_lists(column)?;
    rebuilt(lists, field, Arc::clone(lists.values()))
}

fn rebuilt(lists: &ListArray, field: &Arc<Field>, items: ArrayRef) -> Result<ArrayRef> {
    let (offsets, nulls) = (lists.offsets().clone(), lists.nulls().cloned());
    Ok(Arc::new(ListArray::try_new(Arc::clone(field), offsets, items, nulls)?))
}

fn as_lists(column: &ArrayRef) -> Result<&ListArray> {
    let no_list = || Error::Internal(format!("{} is no list", column.data_type()));
    column.as_list_opt::<i32>().ok_or_else(no_list)
}

/// The rows whose lists have no NULL item; None for all of them.
pub(super) fn complete(columns: &[ArrayRef]) -> Option<NullBuffer> {
    let of_column = |column: &ArrayRef| {
        let lists = column.as_list_opt::<i32>()?;
        let items = lists.values().logical_nulls().filter(|nulls| nulls.null_count() > 0)?;
        let is_complete = |row: usize| {
            if lists.is_null(row) {
                return true;
            }
            let (begin, end) = (lists.value_offsets()[row], lists.value_offsets()[row + 1]);
            items.slice(begin as usize, (end - begin) as usize).null_count() == 0
        };
        Some(NullBuffer::new(BooleanBuffer::collect_bool(lists.len(), is_complete)))
    };
    let all = columns.iter().map(of_column);
    let all = all.fold(None, |all, nulls| NullBuffer::union(all.as_ref(), nulls.as_ref()));
    all.filter(|nulls| nulls.null_count() > 0)
}
