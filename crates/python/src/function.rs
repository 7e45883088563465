//! `_native.Function`: a function of a registry, called on arrays.

use std::sync::Arc;

use arrow::array::ArrayRef;
use arrowsmith_contract as contract;
use arrowsmith_engine as engine;
use arrowsmith_pyhost::{door, exchange, to_pyerr};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyTuple};

use crate::column::Column;
use crate::error::{raising, wait};
use crate::explanation;
use crate::lists;

#[derive(Debug)]
#[pyclass(frozen, module = "arrowsmith._native")]
pub(crate) struct Function {
    session: engine::Session,
    function: Arc<contract::Function>,
}

impl Function {
    pub(crate) fn new(session: engine::Session, function: Arc<contract::Function>) -> Self {
        Self { session, function }
    }

    /// An argument as a column of its declared type; a constant as a column of one row. For a
    /// parameter of lists a constant is the items of one list.
    fn column(
        &self,
        parameter: &contract::Parameter,
        argument: Bound<'_, PyAny>,
        constant: bool,
    ) -> PyResult<ArrayRef> {
        let py = argument.py();
        let name = self.function.qualified_name().to_shared();
        let what = format!("argument {:?}", parameter.name);
        let raise = |error| to_pyerr(py, &error);
        if constant
            && !argument.is_none()
            && let Some(item) = lists::item_of(parameter.ty.data_type())
        {
            let ty = contract::Type::from_field(item);
            let items = exchange::array_from(&argument, Some(&ty), &name, &what).map_err(raise)?;
            return lists::one_list(items, item).map_err(raise);
        }
        let argument = if constant { PyList::new(py, [argument])?.into_any() } else { argument };
        exchange::array_from(&argument, Some(&parameter.ty), &name, &what).map_err(raise)
    }
}

impl Function {
    fn answer(&self, py: Python<'_>, columns: Vec<ArrayRef>, rows: usize) -> PyResult<ArrayRef> {
        let Self { session, function } = self;
        let here = || session.invoke_here(function, &columns, rows);
        let is_short = session.is_short(function, &columns, rows).map_err(raising(py));
        let answer = is_short
            .and_then(
                |is_short| if is_short { door::leave(py, |_| Some(here())) } else { Ok(None) },
            )
            .inspect_err(|_| door::came_back_failed(py))?;
        match answer {
            Some(answer) => Ok(answer),
            None => wait(py, session.invoke(function, columns, rows)),
        }
    }
}

#[pymethods]
impl Function {
    #[getter]
    fn name(&self) -> String {
        self.function.qualified_name().to_string()
    }

    #[getter]
    fn kind(&self) -> &'static str {
        self.function.kind().as_str()
    }

    #[getter]
    fn mode(&self) -> &'static str {
        self.function.mode.as_str()
    }

    #[getter]
    fn tier(&self) -> &'static str {
        self.function.tier().as_str()
    }

    /// Why it runs there.
    #[getter]
    fn tier_reason(&self) -> Option<String> {
        explanation::reason(&self.function, explanation::report(&self.function).as_ref())
    }

    fn explain(&self, ir: bool) -> String {
        explanation::explain(&self.function, ir)
    }

    #[getter]
    fn signature(&self) -> String {
        self.function.signature.to_string()
    }

    #[getter]
    fn version(&self) -> &str {
        &self.function.version
    }

    #[getter]
    fn documentation(&self) -> Option<&str> {
        self.function.documentation.as_deref()
    }

    /// Whether this thread is in a call of this function.
    #[getter]
    fn is_called_inside(&self) -> bool {
        contract::CancelToken::is_in_call_of(&self.name())
    }

    /// Whether it takes lists at this place.
    fn takes_list(&self, index: usize) -> bool {
        let parameter = self.function.signature.parameter(index);
        parameter.is_some_and(|parameter| lists::item_of(parameter.ty.data_type()).is_some())
    }

    /// Calls the function on arrays of one length; `constants` tells which arguments are one value
    /// that counts for each row.
    fn invoke(
        &self,
        py: Python<'_>,
        arguments: &Bound<'_, PyTuple>,
        constants: Vec<bool>,
    ) -> PyResult<Column> {
        let signature = &self.function.signature;
        let name = self.function.qualified_name().to_shared();
        signature.check_count(&name, arguments.len()).map_err(|error| to_pyerr(py, &error))?;
        let parameters = (0..).map_while(|index| signature.parameter(index));
        let columns = arguments
            .iter()
            .zip(&constants)
            .zip(parameters)
            .map(|((argument, constant), parameter)| self.column(parameter, argument, *constant))
            .collect::<PyResult<Vec<_>>>()?;
        let mut rows = None;
        for (index, (column, constant)) in columns.iter().zip(&constants).enumerate() {
            match rows {
                _ if *constant => {}
                None => rows = Some(column.len()),
                Some(rows) if rows != column.len() => {
                    return Err(PyValueError::new_err(format!(
                        "argument {} has {} values, but the arrays before it have {rows}",
                        index + 1,
                        column.len(),
                    )));
                }
                Some(_) => {}
            }
        }
        let rows = rows.unwrap_or(1);
        let columns = columns
            .into_iter()
            .zip(constants)
            .map(
                |(column, constant)| {
                    if constant && rows != 1 { engine::repeat(&column, rows) } else { Ok(column) }
                },
            )
            .collect::<Result<Vec<_>, _>>()
            .map_err(raising(py))?;
        self.answer(py, columns, rows).map(Column::new)
    }
}
