//! Modules written by hand, run over batches.

mod arithmetic;
mod calls;
mod code;
mod rows;
mod states;
mod vector;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use arrow::array::{Array, ArrayRef, AsArray, Float64Array, Int64Array};
use arrow::datatypes::{Float64Type, Int64Type};

use super::{Answer, Left, compile};
use crate::ir::Module;

/// Runs all rows, and is not stopped.
fn run(module: &Module, columns: &[ArrayRef]) -> Answer {
    let rows = columns.first().map_or(0, Array::len);
    let compiled = compile(module).unwrap();
    compiled.run(columns, None, rows, &AtomicBool::new(false)).unwrap().unwrap()
}

fn ints(values: &[i64]) -> ArrayRef {
    Arc::new(Int64Array::from(values.to_vec()))
}

fn floats(values: &[f64]) -> ArrayRef {
    Arc::new(Float64Array::from(values.to_vec()))
}

/// The ints of an answer; None where the row left or gave None.
fn int_answers(answer: &Answer) -> Vec<Option<i64>> {
    let mut values: Vec<_> = answer.values.as_primitive::<Int64Type>().iter().collect();
    answer.left.iter().for_each(|left| values[left.row as usize] = None);
    values
}

/// The bits of floats, all NaNs the same.
fn float_answers(answer: &Answer) -> Vec<Option<u64>> {
    let values = answer.values.as_primitive::<Float64Type>();
    let mut values: Vec<_> = values.iter().map(|value| value.map(bits)).collect();
    answer.left.iter().for_each(|left| values[left.row as usize] = None);
    values
}

fn bits(value: f64) -> u64 {
    if value.is_nan() { f64::NAN.to_bits() } else { value.to_bits() }
}

fn bool_answers(answer: &Answer) -> Vec<Option<bool>> {
    answer.values.as_boolean().iter().collect()
}

/// Each value with each other.
fn pairs<T: Copy>(values: &[T]) -> (Vec<T>, Vec<T>) {
    let all = || values.iter().flat_map(|left| values.iter().map(|right| (*left, *right)));
    all().unzip()
}
