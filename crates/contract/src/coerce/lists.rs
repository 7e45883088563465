//! Lists: as their items, each by its own rule. A NULL item stays one, whatever was declared; it is
//! for the function to say what becomes of it.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, ListArray};
use arrow::buffer::{OffsetBuffer, ScalarBuffer};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, FieldRef};

use crate::{Error, Result, RowNumbers, Type};

/// The items of a list in any layout.
fn item_of(list: &DataType) -> Option<&FieldRef> {
    match list {
        DataType::List(item)
        | DataType::LargeList(item)
        | DataType::FixedSizeList(item, _)
        | DataType::ListView(item)
        | DataType::LargeListView(item) => Some(item),
        _ => None,
    }
}

pub(super) fn are_coercible(from: &DataType, to: &DataType) -> bool {
    match (item_of(from), to) {
        (Some(from), DataType::List(to)) => {
            super::is_coercible(from.data_type(), &Type::from_field(to))
        }
        _ => false,
    }
}

/// Lists of coercible items. Without NULL items they have exactly the declared type.
pub(super) fn coerce(
    column: &ArrayRef,
    item: &FieldRef,
    function: &Arc<str>,
    argument: &str,
    rows: &RowNumbers,
) -> Result<ArrayRef> {
    let lists = plain(column)?;
    let lists: &ListArray = lists.as_list();
    let offsets = lists.value_offsets();
    let (begin, end) = (offsets[0] as usize, offsets[lists.len()] as usize);
    let items = lists.values().slice(begin, end - begin);
    let row_of = |place: u64| {
        let place = place as i64 + i64::from(offsets[0]);
        offsets.partition_point(|offset| i64::from(*offset) <= place) - 1
    };
    let ty = Type::from_field(item);
    let items = super::coerce(&items, &ty, function, argument, &RowNumbers::default());
    let items = items.map_err(|error| match error {
        Error::Conversion { function, row, what, value, .. } => Error::Conversion {
            function,
            row: row.map(|place| rows.number(row_of(place.number))),
            what,
            expected: ty.to_string(),
            value,
            hint: "in a list".to_owned(),
        },
        other => other,
    })?;
    let has_layout = items.data_type() == item.data_type();
    let items = if has_layout { items } else { cast(&items, item.data_type())? };
    let offsets: ScalarBuffer<i32> = offsets.iter().map(|offset| offset - offsets[0]).collect();
    let has_nulls = items.logical_null_count() > 0;
    let field: FieldRef = if has_nulls && !item.is_nullable() {
        Arc::new(Field::clone(item).with_nullable(true))
    } else {
        Arc::clone(item)
    };
    let nulls = lists.nulls().cloned();
    Ok(Arc::new(ListArray::try_new(field, OffsetBuffer::new(offsets), items, nulls)?))
}

/// In the layout with 32-bit offsets.
fn plain(column: &ArrayRef) -> Result<ArrayRef> {
    match (column.data_type(), item_of(column.data_type())) {
        (DataType::List(_), _) => Ok(Arc::clone(column)),
        (_, Some(item)) => Ok(cast(column, &DataType::List(Arc::clone(item)))?),
        (other, None) => Err(Error::Internal(format!("{other} is no list"))),
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::{FixedSizeListArray, LargeListArray, new_null_array};
    use arrow::datatypes::{Float64Type, Int32Type, Int64Type};

    use super::*;
    use crate::{DeclaredType, RowScope};

    fn coerced(column: &ArrayRef, to: &str) -> Result<ArrayRef> {
        let to: DeclaredType = to.parse()?;
        let rows = RowNumbers::starting_at(100, RowScope::Input);
        super::super::coerce(column, &to.ty, &Arc::from("p.f"), "x", &rows)
    }

    fn ints() -> ListArray {
        let rows =
            [Some(vec![Some(1), Some(2)]), None, Some(vec![]), Some(vec![Some(1 << 53 | 1)])];
        ListArray::from_iter_primitive::<Int64Type, _, _>(rows)
    }

    #[test]
    fn lists_of_any_layout_become_those_declared() {
        let declared: DeclaredType = "list<float>".parse().unwrap();
        let fixed =
            FixedSizeListArray::from_iter_primitive::<Int32Type, _, _>([Some([Some(3)])], 1);
        let large = LargeListArray::from_iter_primitive::<Int64Type, _, _>([Some([Some(3)])]);
        for column in [Arc::new(fixed) as ArrayRef, Arc::new(large), Arc::new(ints().slice(0, 3))] {
            let first = coerced(&column, "list<float>").unwrap();
            assert_eq!(first.data_type(), declared.ty.data_type());
            assert!(first.as_list::<i32>().value(0).as_primitive::<Float64Type>().value(0) > 0.0);
        }
        let empty =
            new_null_array(&DataType::List(Field::new_list_field(DataType::Null, true).into()), 2);
        assert_eq!(coerced(&empty, "list<int>").unwrap().null_count(), 2);
    }

    #[test]
    fn an_item_that_does_not_fit_is_told_with_its_row() {
        let message =
            coerced(&(Arc::new(ints()) as ArrayRef), "list<float>").unwrap_err().to_string();
        assert!(message.contains("row 103") && message.contains("9007199254740993"), "{message}");
        let sliced =
            coerced(&(Arc::new(ints().slice(2, 2)) as ArrayRef), "list<float>").unwrap_err();
        assert!(sliced.to_string().contains("row 101"), "{sliced}");
    }

    #[test]
    fn a_null_item_stays_and_other_types_are_refused() {
        let rows = [Some(vec![Some(1), None])];
        let column: ArrayRef = Arc::new(ListArray::from_iter_primitive::<Int64Type, _, _>(rows));
        let given = coerced(&column, "list<int>").unwrap();
        assert_eq!(given.as_list::<i32>().value(0).null_count(), 1);
        assert!(coerced(&column, "list<string>").is_err());
        assert!(coerced(&column, "int").is_err());
    }
}
