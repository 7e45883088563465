//! Strategies for columns with NULLs and with the values that break things.

use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, Int64Array, StringArray};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

/// Any floats, NaN, infinities and signed zeros among them.
pub fn float_column(rows: usize) -> impl Strategy<Value = ArrayRef> {
    vec(option::of(any::<f64>()), rows).prop_map(|v| Arc::new(Float64Array::from(v)) as ArrayRef)
}

/// Any integers, with the ends of the range and the edge of exact floats more often.
pub fn int_column(rows: usize) -> impl Strategy<Value = ArrayRef> {
    let edges = prop_oneof![Just(i64::MIN), Just(i64::MAX), Just(0), Just(1 << 53)];
    let value = prop_oneof![3 => any::<i64>(), 1 => edges];
    vec(option::of(value), rows).prop_map(|v| Arc::new(Int64Array::from(v)) as ArrayRef)
}

/// Any text, the empty string and characters beyond the first plane among it.
pub fn string_column(rows: usize) -> impl Strategy<Value = ArrayRef> {
    vec(option::of(any::<String>()), rows).prop_map(|v| Arc::new(StringArray::from(v)) as ArrayRef)
}
