//! Kept rows as states: one list of rows for each group. They can be merged and spilled as they are.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, ListArray, StructArray, new_empty_array};
use arrow::buffer::OffsetBuffer;
use arrow::compute::interleave;
use arrow::datatypes::{DataType, Field, FieldRef, Fields};
use arrowsmith_contract::{Error, Result, RowNumbers};

use super::piece::Piece;

/// The type of a column of states, over rows of these fields.
pub(crate) fn state_type(fields: &[FieldRef]) -> DataType {
    DataType::List(item(fields))
}

fn item(fields: &[FieldRef]) -> FieldRef {
    Arc::new(Field::new_list_field(DataType::Struct(row(fields)), true))
}

fn row(fields: &[FieldRef]) -> Fields {
    let name = |(index, field): (usize, &FieldRef)| {
        Field::new(format!("c{index}"), field.data_type().clone(), true)
    };
    fields.iter().enumerate().map(name).collect()
}

/// The rows of each of the first `count` groups, as they came.
pub(crate) fn to_lists(pieces: &[Piece], count: usize, fields: &[FieldRef]) -> Result<ArrayRef> {
    let mut lengths = vec![0; count];
    for group in pieces.iter().flat_map(|piece| &piece.groups).filter(|group| **group < count) {
        lengths[*group] += 1;
    }
    if lengths.iter().sum::<usize>() > i32::MAX as usize {
        return Err(Error::Internal("one accumulator keeps more rows than a list can".to_owned()));
    }
    let offsets = OffsetBuffer::<i32>::from_lengths(lengths);
    let columns = gather(pieces, &by_group(pieces, count, &offsets), fields)?;
    let rows = StructArray::try_new(row(fields), columns, None)?;
    Ok(Arc::new(ListArray::try_new(item(fields), offsets, Arc::new(rows), None)?))
}

fn by_group(pieces: &[Piece], count: usize, offsets: &[i32]) -> Vec<(usize, usize)> {
    let mut next: Vec<usize> = offsets.iter().map(|offset| *offset as usize).collect();
    let mut places = vec![(0, 0); next.last().copied().unwrap_or(0)];
    for (index, piece) in pieces.iter().enumerate() {
        for (place, group) in piece.groups.iter().enumerate().filter(|(_, g)| **g < count) {
            places[next[*group]] = (index, place);
            next[*group] += 1;
        }
    }
    places
}

/// The rows at some places, each a piece and a row of it.
pub(crate) fn gather(
    pieces: &[Piece],
    places: &[(usize, usize)],
    fields: &[FieldRef],
) -> Result<Vec<ArrayRef>> {
    let column = |(index, field): (usize, &FieldRef)| -> Result<ArrayRef> {
        if places.is_empty() {
            return Ok(new_empty_array(field.data_type()));
        }
        let columns: Vec<&dyn Array> =
            pieces.iter().map(|piece| piece.columns[index].as_ref()).collect();
        Ok(interleave(&columns, places)?)
    };
    fields.iter().enumerate().map(column).collect()
}

/// The rows of states, each in the group of its state.
pub(crate) fn from_lists(states: &ArrayRef, group_ids: &[usize]) -> Result<Piece> {
    let lists = states.as_list_opt::<i32>().filter(|lists| lists.null_count() == 0);
    let rows = lists.and_then(|lists| Some((lists, lists.values().as_struct_opt()?)));
    let Some((lists, rows)) = rows else {
        return Err(Error::Internal(format!("no states of rows: {}", states.data_type())));
    };
    let offsets = lists.value_offsets();
    let (first, last) = (offsets[0] as usize, offsets[group_ids.len()] as usize);
    let groups = group_ids.iter().zip(offsets.windows(2));
    Ok(Piece {
        groups: groups
            .flat_map(|(group, ends)| std::iter::repeat_n(*group, (ends[1] - ends[0]) as usize))
            .collect(),
        columns: rows.columns().iter().map(|column| column.slice(first, last - first)).collect(),
        numbers: RowNumbers::default(),
    })
}

#[cfg(test)]
mod tests {
    use arrow::array::Int64Array;
    use arrow::datatypes::Int64Type;

    use super::*;

    fn piece(groups: &[usize], values: &[i64]) -> Piece {
        Piece {
            groups: groups.to_vec(),
            columns: vec![Arc::new(Int64Array::from(values.to_vec()))],
            numbers: RowNumbers::default(),
        }
    }

    #[test]
    fn rows_come_back_in_their_groups_and_in_their_order() {
        let fields = [Arc::new(Field::new("x", DataType::Int64, false))];
        let pieces = [piece(&[2, 0, 3], &[1, 2, 3]), piece(&[0, 2], &[4, 5])];
        let states = to_lists(&pieces, 3, &fields).unwrap();
        assert_eq!((states.len(), states.data_type()), (3, &state_type(&fields)));
        let back = from_lists(&states.slice(1, 2), &[7, 8]).unwrap();
        assert_eq!(back.groups, [8, 8]);
        assert_eq!(back.columns[0].as_primitive::<Int64Type>().values().as_ref(), [1, 5]);
        assert!(to_lists(&[], 2, &fields).unwrap().len() == 2);
    }
}
