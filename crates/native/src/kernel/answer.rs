//! What the code gave as a column of the declared type. A value that has no place there leaves: the
//! interpreter's kernel says what becomes of it.

use std::sync::Arc;

use arrow::array::{Array, AsArray, PrimitiveArray};
use arrow::datatypes::{
    ArrowPrimitiveType, DataType, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type,
    Int64Type, UInt8Type, UInt16Type, UInt32Type,
};
use arrowsmith_contract::{Error, Result};

use super::record::UNFIT;
use crate::ir::{Slot, Type};
use crate::machine::{Answer, Left};

pub(super) fn check(declared: &DataType, slot: Slot) -> Result<(), String> {
    let fits = match slot.ty {
        Type::Float => matches!(declared, DataType::Float32 | DataType::Float64),
        Type::Bool => *declared == DataType::Boolean,
        Type::Int => declared.is_integer() && *declared != DataType::UInt64,
        Type::Ints | Type::Floats | Type::NewInts | Type::NewFloats => false,
    };
    if fits { Ok(()) } else { Err(format!("a result of {declared} from {slot}")) }
}

/// Values as they were computed become those of the declared type, in which `check` found them.
pub(super) fn fit(answer: Answer, declared: &DataType) -> Result<Answer> {
    match declared {
        DataType::Float64 | DataType::Int64 | DataType::Boolean => Ok(answer),
        DataType::Float32 => Ok(narrow::<Float64Type, Float32Type>(answer, small_float)),
        DataType::Int8 => Ok(small_ints::<Int8Type>(answer)),
        DataType::Int16 => Ok(small_ints::<Int16Type>(answer)),
        DataType::Int32 => Ok(small_ints::<Int32Type>(answer)),
        DataType::UInt8 => Ok(small_ints::<UInt8Type>(answer)),
        DataType::UInt16 => Ok(small_ints::<UInt16Type>(answer)),
        DataType::UInt32 => Ok(small_ints::<UInt32Type>(answer)),
        other => Err(Error::Internal(format!("no answers of type {other} from machine code"))),
    }
}

/// To nearest; a number that becomes infinite does not fit.
pub(super) fn small_float(large: f64) -> Option<f32> {
    let small = large as f32;
    (small.is_finite() || !large.is_finite()).then_some(small)
}

fn small_ints<T: ArrowPrimitiveType<Native: TryFrom<i64>>>(answer: Answer) -> Answer {
    narrow::<Int64Type, T>(answer, |wide| T::Native::try_from(wide).ok())
}

fn narrow<From: ArrowPrimitiveType, To: ArrowPrimitiveType>(
    answer: Answer,
    narrow: impl Fn(From::Native) -> Option<To::Native>,
) -> Answer {
    let values = answer.values.as_primitive::<From>();
    let mut unfit = Vec::new();
    let fitted = values.values().iter().enumerate().map(|(row, value)| {
        narrow(*value).unwrap_or_else(|| {
            unfit.push(row as u32);
            To::Native::default()
        })
    });
    let fitted: Vec<To::Native> = fitted.collect();
    unfit.retain(|row| values.is_valid(*row as usize));
    let nulls = values.nulls().cloned();
    let array = PrimitiveArray::<To>::new(fitted.into(), nulls);
    Answer { values: Arc::new(array), left: merge(answer.left, &unfit) }
}

/// Those that left already have no value that could be unfit.
fn merge(mut left: Vec<Left>, unfit: &[u32]) -> Vec<Left> {
    if unfit.is_empty() {
        return left;
    }
    left.extend(unfit.iter().map(|row| Left { row: *row, exit: UNFIT }));
    left.sort_by_key(|left| (left.row, left.exit));
    left.dedup_by_key(|left| left.row);
    left
}
