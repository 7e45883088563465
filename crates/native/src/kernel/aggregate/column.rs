//! States as a column: of structs of a tag, the numbers, and the interpreter's own form where it has
//! the state.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Float64Array, Int64Array, StructArray, UInt8Array,
    new_null_array,
};
use arrow::buffer::{BooleanBuffer, ScalarBuffer};
use arrow::compute::nullif;
use arrow::datatypes::{DataType, Field, Fields, Float64Type, Int64Type, UInt8Type};
use arrowsmith_contract::{Error, Result};

use super::Native;
use crate::ir::Type;
use crate::machine::{Cell, Kept, States};

pub(super) fn data_type(native: &Native) -> DataType {
    DataType::Struct(fields(native))
}

fn fields(native: &Native) -> Fields {
    let number =
        |(index, ty): (usize, &Type)| Field::new(format!("number {index}"), type_of(*ty), false);
    let columns = native.parts.codes.layout.columns();
    let mut fields = vec![Field::new("tag", DataType::UInt8, false)];
    fields.extend(columns.iter().enumerate().map(number));
    fields.push(Field::new("interpreted", native.parts.fallback.state_type(), true));
    fields.into()
}

fn type_of(ty: Type) -> DataType {
    if ty == Type::Float { DataType::Float64 } else { DataType::Int64 }
}

/// A column of the bits of ints or floats.
pub(super) fn numbers(ty: Type, bits: Vec<u64>) -> ArrayRef {
    let length = bits.len();
    if ty == Type::Float {
        Arc::new(Float64Array::new(ScalarBuffer::new(bits.into(), 0, length), None))
    } else {
        Arc::new(Int64Array::new(ScalarBuffer::new(bits.into(), 0, length), None))
    }
}

/// The interpreter's column has a value for each state, which counts where the state is there.
pub(super) fn write(
    native: &Native,
    states: States,
    interpreted: Option<ArrayRef>,
) -> Result<ArrayRef> {
    let rows = states.len();
    let interpreted = match interpreted {
        Some(column) => {
            let is_here: BooleanBuffer =
                (0..rows).map(|group| states.kept(group) != Kept::Away).collect();
            nullif(&column, &BooleanArray::new(is_here, None))?
        }
        None => new_null_array(&native.parts.fallback.state_type(), rows),
    };
    let (tags, columns) = states.into_parts();
    let mut arrays: Vec<ArrayRef> = vec![Arc::new(UInt8Array::from(tags))];
    let types = native.parts.codes.layout.columns();
    arrays.extend(columns.into_iter().zip(types).map(|(bits, ty)| numbers(*ty, bits)));
    arrays.push(interpreted);
    Ok(Arc::new(StructArray::try_new(fields(native), arrays, None)?))
}

/// States of another accumulator.
pub(super) struct Incoming {
    pub(super) states: States,
    /// Tags and numbers as the compiled code takes them.
    pub(super) arguments: Vec<ArrayRef>,
    pub(super) interpreted: ArrayRef,
}

pub(super) fn read(native: &Native, array: &ArrayRef) -> Result<Incoming> {
    let broken = |what: &str| Error::Internal(format!("a column of states {what}"));
    if *array.data_type() != data_type(native) || array.null_count() > 0 {
        return Err(broken("of another function, or with NULLs"));
    }
    let children = array.as_struct().columns();
    let [tags, numbers @ .., interpreted] = children else { return Err(broken("without tags")) };
    let tags = tags.as_primitive::<UInt8Type>().values().to_vec();
    let columns = numbers.iter().map(bits).collect();
    let shapes = native.parts.codes.layout.shapes().len();
    let states = States::from_bytes(&native.initial, shapes, tags, columns)
        .ok_or_else(|| broken("with tags that there are not"))?;
    let mut arguments = vec![self::numbers(Type::Int, states.tags().collect())];
    arguments.extend(numbers.iter().map(Arc::clone));
    Ok(Incoming { states, arguments, interpreted: Arc::clone(interpreted) })
}

fn bits(array: &ArrayRef) -> Vec<u64> {
    match array.data_type() {
        DataType::Float64 => {
            array.as_primitive::<Float64Type>().values().iter().map(|f| f.to_bits()).collect()
        }
        _ => {
            let values = array.as_primitive::<Int64Type>().values();
            values.iter().map(|int| int.cast_unsigned()).collect()
        }
    }
}

/// States as arguments of the compiled code: the first so many groups.
pub(super) fn arguments(native: &Native, states: &States, groups: usize) -> Vec<ArrayRef> {
    let mut arguments = vec![numbers(Type::Int, states.tags().take(groups).collect())];
    let types = native.parts.codes.layout.columns();
    let columns = states.columns().iter().zip(types);
    arguments.extend(columns.map(|(bits, ty)| numbers(*ty, bits[..groups].to_vec())));
    arguments
}

impl Incoming {
    pub(super) fn cell(&self, row: usize) -> Cell {
        self.states.load(row)
    }
}
