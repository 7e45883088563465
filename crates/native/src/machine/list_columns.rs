//! Columns of lists, as machine code reads and gives them.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, ListArray, PrimitiveArray};
use arrow::buffer::{NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow::datatypes::{ArrowPrimitiveType, DataType, Field, Float64Type, Int64Type};

use crate::ir::Type;

/// A list of items that are all there.
pub(super) fn list_type(item: DataType) -> DataType {
    DataType::List(Arc::new(Field::new(Field::LIST_FIELD_DEFAULT_NAME, item, false)))
}

/// Where the items of all rows are. What is NULL among them is anything.
pub(super) fn items(array: &dyn Array) -> *const u8 {
    let items = array.as_list::<i32>().values();
    match items.data_type() {
        DataType::Float64 => items.as_primitive::<Float64Type>().values().as_ptr().cast(),
        _ => items.as_primitive::<Int64Type>().values().as_ptr().cast(),
    }
}

/// Where the offsets of the rows are from one on; anything for other columns.
pub(super) fn offsets(array: &dyn Array, begin: usize) -> *const u8 {
    match array.as_list_opt::<i32>() {
        Some(lists) => lists.value_offsets()[begin..].as_ptr().cast(),
        None => std::ptr::null(),
    }
}

/// What rows returned, as a column: how many items each of them, none where it left, and all items.
pub(super) fn answer(
    ty: Type,
    lengths: &[u64],
    mut items: Vec<u64>,
    nulls: Option<NullBuffer>,
) -> ArrayRef {
    if items.len() < items.capacity() / 2 {
        items.shrink_to_fit();
    }
    let offsets = OffsetBuffer::<i32>::from_lengths(lengths.iter().map(|length| *length as usize));
    let item = if ty == Type::NewInts { DataType::Int64 } else { DataType::Float64 };
    let values: ArrayRef = match ty {
        Type::NewInts => Arc::new(numbers::<Int64Type>(items)),
        _ => Arc::new(numbers::<Float64Type>(items)),
    };
    let field = Arc::new(Field::new(Field::LIST_FIELD_DEFAULT_NAME, item, false));
    Arc::new(ListArray::new(field, offsets, values, nulls))
}

fn numbers<T: ArrowPrimitiveType>(bits: Vec<u64>) -> PrimitiveArray<T> {
    let length = bits.len();
    PrimitiveArray::new(ScalarBuffer::new(bits.into(), 0, length), None)
}
