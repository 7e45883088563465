//! Loops written by hand, as a module for Python: `benches.native` times them beside compiled
//! functions, in one process and over the same arrays. They take Arrow arrays without NULLs.

#![expect(clippy::needless_pass_by_value, reason = "pyo3 gives arguments so")]

mod libm;
mod loops;

use std::sync::Arc;

use arrow::array::{Array, AsArray, Float64Array};
use arrow::datatypes::{Float64Type, Int64Type};
use pyo3::exceptions::PyArithmeticError;
use pyo3::prelude::*;
use pyo3_arrow::PyArray;

fn floats(array: &PyArray) -> &Float64Array {
    array.array().as_primitive::<Float64Type>()
}

fn given(array: impl Array + 'static) -> PyArray {
    PyArray::from_array_ref(Arc::new(array))
}

/// Where Python would raise.
fn raised() -> PyErr {
    PyArithmeticError::new_err("a number is too large")
}

#[pyfunction]
fn haversine(lat1: PyArray, lon1: PyArray, lat2: PyArray, lon2: PyArray) -> PyArray {
    given(loops::haversine([&lat1, &lon1, &lat2, &lon2].map(floats)))
}

#[pyfunction]
fn haversine_by_product(lat1: PyArray, lon1: PyArray, lat2: PyArray, lon2: PyArray) -> PyArray {
    given(loops::haversine_by_product([&lat1, &lon1, &lat2, &lon2].map(floats)))
}

#[pyfunction]
fn linear(x: PyArray, y: PyArray) -> PyArray {
    given(loops::linear(floats(&x), floats(&y)))
}

#[pyfunction]
fn score_series(values: PyArray) -> PyArray {
    given(loops::score_series(floats(&values)))
}

#[pyfunction]
fn score(values: PyArray) -> PyResult<f64> {
    loops::score(floats(&values)).ok_or_else(raised)
}

#[pyfunction]
fn weighted(values: PyArray, weights: PyArray) -> f64 {
    loops::weighted(floats(&values), floats(&weights))
}

/// Keys and their scores, in the order of the keys.
#[pyfunction]
fn grouped_score(keys: PyArray, values: PyArray) -> PyResult<(PyArray, PyArray)> {
    let keys = keys.array().as_primitive::<Int64Type>();
    let (keys, scores) = loops::grouped_score(keys, floats(&values)).ok_or_else(raised)?;
    Ok((given(keys), given(scores)))
}

#[pymodule]
mod rust_loops {
    #[pymodule_export]
    use super::{
        grouped_score, haversine, haversine_by_product, linear, score, score_series, weighted,
    };
}
