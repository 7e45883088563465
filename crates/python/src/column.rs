//! `_native.Column`: an Arrow array on its way to a Python library.

use std::sync::Arc;

use arrow::array::ArrayRef;
use arrow::datatypes::Field;
use arrowsmith_contract::Type;
use arrowsmith_pyhost::exchange;
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyList, PyTuple};
use pyo3_arrow::ffi::{to_array_pycapsules, to_schema_pycapsule};

use crate::lists;

#[derive(Debug)]
#[pyclass(frozen, module = "arrowsmith._native")]
pub(crate) struct Column(ArrayRef);

impl Column {
    pub(crate) fn new(array: ArrayRef) -> Self {
        Self(array)
    }

    fn field(&self) -> Arc<Field> {
        Arc::new(Field::new("", self.0.data_type().clone(), true))
    }
}

#[pymethods]
impl Column {
    #[getter]
    fn null_count(&self) -> usize {
        self.0.null_count()
    }

    /// The type by its name.
    #[getter]
    fn type_name(&self) -> String {
        Type::from(self.0.data_type().clone()).to_string()
    }

    /// The items of the first list; None where there is none.
    fn items(&self) -> Option<Self> {
        lists::items_of(&self.0).map(Self)
    }

    fn __len__(&self) -> usize {
        self.0.len()
    }

    fn to_list<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        exchange::to_list(py, &self.0)
    }

    /// A NumPy array, a masked one if there are NULLs.
    fn to_numpy<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        exchange::to_numpy(py, &self.0)
    }

    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        Ok(to_schema_pycapsule(py, self.field().as_ref())?)
    }

    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_array__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyCapsule>>,
    ) -> PyResult<Bound<'py, PyTuple>> {
        Ok(to_array_pycapsules(py, self.field(), &self.0, requested_schema)?)
    }

    fn __repr__(&self) -> String {
        format!("<arrowsmith._native.Column: {} of {}>", self.0.len(), self.0.data_type())
    }
}
