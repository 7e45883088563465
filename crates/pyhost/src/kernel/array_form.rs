//! Arguments as arrays, in the form that the function is declared for.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray};
use arrow::buffer::NullBuffer;
use arrow::compute::filter;
use arrowsmith_contract::{Mode, NullPolicy, Result};
use pyo3::prelude::*;

use super::callee::Callee;
use super::{arrow_form, numpy_form};

/// The columns in their declared layouts, without the rows that are skipped.
pub(super) fn prepared(
    callee: &Callee,
    columns: &[ArrayRef],
    called: Option<&NullBuffer>,
) -> Result<Vec<ArrayRef>> {
    let mask = called.map(|called| BooleanArray::new(called.inner().clone(), None));
    let prepare = |(index, column): (usize, &ArrayRef)| {
        let column = match &mask {
            None => Arc::clone(column),
            Some(mask) => filter(column, mask)?,
        };
        callee.declared_layout(index, &column)
    };
    columns.iter().enumerate().map(prepare).collect()
}

/// An array as the function's argument of that index.
pub(super) fn argument<'py>(
    callee: &Callee,
    py: Python<'py>,
    index: usize,
    column: ArrayRef,
) -> PyResult<Bound<'py, PyAny>> {
    let parameter = callee.signature.parameter(index);
    if callee.mode == Mode::VectorizedNumpy {
        let nulls = parameter.map_or(NullPolicy::Skip, |parameter| parameter.nulls);
        return numpy_form::argument(py, &column, nulls);
    }
    let ty = parameter.map_or_else(|| column.data_type().clone().into(), |p| p.ty.clone());
    let name = parameter.map_or("", |parameter| parameter.name.as_ref());
    arrow_form::argument(py, column, name, &ty)
}
