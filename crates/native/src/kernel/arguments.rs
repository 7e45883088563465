//! Columns of declared types as the code takes them.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef};
use arrow::buffer::NullBuffer;
use arrow::compute::cast as cast_column;
use arrow::datatypes::DataType;
use arrowsmith_contract::{NullPolicy, Result, Signature};

use super::lists;
use crate::ir::{Module, Slot, Type};
use crate::machine::column_type;

/// Whether all values of a column's type are values of the code's.
fn is_lossless(column: &DataType, ty: Type) -> bool {
    match ty {
        Type::Int => matches!(
            column,
            DataType::Int8
                | DataType::Int16
                | DataType::Int32
                | DataType::Int64
                | DataType::UInt8
                | DataType::UInt16
                | DataType::UInt32
        ),
        Type::Float => matches!(column, DataType::Float32 | DataType::Float64),
        Type::Bool => *column == DataType::Boolean,
        Type::Ints | Type::Floats => match (lists::item_type(column), ty.item()) {
            (Some(column), Some(ty)) => is_lossless(column, ty),
            _ => false,
        },
        Type::NewInts | Type::NewFloats => false,
    }
}

pub(super) fn check(signature: &Signature, module: &Module) -> Result<(), String> {
    for (index, slot) in module.parameters.iter().enumerate() {
        let Some(parameter) = signature.parameter(index) else {
            return Err("more parameters than were declared".to_owned());
        };
        let (name, ty) = (&parameter.name, parameter.ty.data_type());
        if !is_lossless(ty, slot.ty) {
            return Err(format!("parameter {name} of type {}", parameter.ty));
        }
        if parameter.nulls == NullPolicy::Pass && !slot.nullable {
            return Err(format!("parameter {name}, which may be None"));
        }
    }
    Ok(())
}

/// The rows that are computed: those that have no NULL where one skips the row; None for all of them.
pub(super) fn asked(columns: &[ArrayRef], signature: &Signature) -> Option<NullBuffer> {
    let skips = |index| signature.parameter(index).is_some_and(|p| p.nulls == NullPolicy::Skip);
    let skipping = columns.iter().enumerate().filter(|(index, _)| skips(*index));
    let nulls = skipping.map(|(_, column)| column.logical_nulls());
    nulls.fold(None, |all, nulls| NullBuffer::union(all.as_ref(), nulls.as_ref()))
}

/// Only widens.
pub(super) fn cast(columns: &[ArrayRef], module: &Module) -> Result<Vec<ArrayRef>> {
    let cast = |(column, slot): (&ArrayRef, &Slot)| {
        let wanted = column_type(slot.ty);
        if *column.data_type() == wanted {
            return Ok(Arc::clone(column));
        }
        if slot.ty.item().is_some() {
            return lists::argument(column, &wanted);
        }
        Ok(cast_column(column, &wanted)?)
    };
    columns.iter().zip(&module.parameters).map(cast).collect()
}
