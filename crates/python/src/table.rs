//! Tables made of columns that Python has.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::{Field, Schema};
use arrowsmith_pyhost::{exchange, to_pyerr};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use pyo3_arrow::PyTable;

/// Makes a table of a dict of columns: NumPy and Arrow arrays, series, lists. Types come from the
/// values.
#[pyfunction]
pub(crate) fn table_from_columns(py: Python<'_>, columns: &Bound<'_, PyDict>) -> PyResult<PyTable> {
    let mut fields = Vec::new();
    let mut arrays: Vec<ArrayRef> = Vec::new();
    for (name, values) in columns {
        let name: String = name.extract()?;
        let what = format!("column {name:?}");
        let array = exchange::array_from(&values, None, &Arc::from("register"), &what)
            .map_err(|error| to_pyerr(py, &error))?;
        if let Some(first) = arrays.first()
            && first.len() != array.len()
        {
            return Err(PyValueError::new_err(format!(
                "{what} has {} values, but the columns before it have {}",
                array.len(),
                first.len()
            )));
        }
        fields.push(Field::new(name, array.data_type().clone(), true));
        arrays.push(array);
    }
    let schema = Arc::new(Schema::new(fields));
    let batch = RecordBatch::try_new(Arc::clone(&schema), arrays)
        .map_err(|error| PyValueError::new_err(error.to_string()))?;
    PyTable::try_new(vec![batch], schema)
}
