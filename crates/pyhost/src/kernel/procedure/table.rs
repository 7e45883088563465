//! A table as an argument: an iterator over its batches.

use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use arrowsmith_contract::TableInput;
use parking_lot::Mutex;
use pyo3::prelude::*;
use pyo3::{IntoPyObjectExt, intern};
use pyo3_arrow::{PyRecordBatch, PySchema};

use crate::door;
use crate::errors::{self, ErrorClass};
use crate::kernel::arrow_form::as_pyarrow;
use crate::layout::{plain_batch, plain_schema};

/// The rows, which somebody may be reading.
pub(super) struct Source {
    schema: SchemaRef,
    state: Mutex<State>,
}

enum State {
    Waiting(Box<dyn TableInput>),
    /// Taken out by the thread that reads, so that nobody holds the lock meanwhile.
    Reading,
    /// Read to its end, or to its error.
    Ended,
    /// The query is over.
    Closed,
}

impl Source {
    pub(super) fn new(input: Box<dyn TableInput>) -> Self {
        Self { schema: plain_schema(&input.schema()), state: Mutex::new(State::Waiting(input)) }
    }

    pub(super) fn close(&self) {
        let state = std::mem::replace(&mut *self.state.lock(), State::Closed);
        // It may wait for others when it goes.
        drop(state);
    }

    /// Goes on to a state, unless the query is over meanwhile.
    fn become_unless_closed(&self, next: State) {
        let mut state = self.state.lock();
        let unused = match *state {
            State::Closed => next,
            _ => std::mem::replace(&mut *state, next),
        };
        drop(state);
        drop(unused);
    }
}

/// What plugin code sees of a table.
#[pyclass(frozen, name = "TableArgument", module = "arrowsmith")]
pub(super) struct TableArgument {
    function: Arc<str>,
    source: Arc<Source>,
}

impl TableArgument {
    pub(super) fn new(function: &Arc<str>, source: &Arc<Source>) -> Self {
        Self { function: Arc::clone(function), source: Arc::clone(source) }
    }

    fn refused(&self, py: Python<'_>, class: ErrorClass, why: &str) -> PyErr {
        let message = format!("the table argument of {} {why}", self.function);
        errors::new_error(py, class, &message)
    }

    /// Takes the rows to read on; none at their end.
    fn take(&self, py: Python<'_>) -> PyResult<Option<Box<dyn TableInput>>> {
        let mut state = self.source.state.lock();
        match std::mem::replace(&mut *state, State::Reading) {
            State::Waiting(input) => return Ok(Some(input)),
            other => *state = other,
        }
        let why = match *state {
            State::Closed => Some("is gone: the query that gave it has ended"),
            State::Reading => Some("is being read by another thread"),
            _ => None,
        };
        drop(state);
        why.map_or(Ok(None), |why| Err(self.refused(py, ErrorClass::Closed, why)))
    }

    fn give<'py>(&self, py: Python<'py>, batch: &RecordBatch) -> PyResult<Bound<'py, PyAny>> {
        let batch = plain_batch(batch, &self.source.schema)
            .map_err(|error| errors::to_pyerr(py, &error.into()))?;
        let batch = PyRecordBatch::new(batch).into_bound_py_any(py)?;
        as_pyarrow(batch, intern!(py, "record_batch"))
    }
}

#[pymethods]
impl TableArgument {
    #[getter]
    fn schema<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let schema = PySchema::new(Arc::clone(&self.source.schema)).into_bound_py_any(py)?;
        as_pyarrow(schema, intern!(py, "schema"))
    }

    fn __iter__(slf: Bound<'_, Self>) -> PyResult<Bound<'_, Self>> {
        let this = slf.get();
        let has_ended = matches!(*this.source.state.lock(), State::Ended);
        if has_ended {
            let why = "was read to its end before; its batches come once";
            return Err(this.refused(slf.py(), ErrorClass::Execution, why));
        }
        Ok(slf)
    }

    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let Some(mut input) = self.take(py)? else { return Ok(None) };
        let polled = door::leave(py, |patience| input.poll(patience));
        let is_over = matches!(polled, Ok(Ok(None) | Err(_)));
        let next = if is_over { State::Ended } else { State::Waiting(input) };
        self.source.become_unless_closed(next);
        match polled? {
            Ok(Some(batch)) => self.give(py, &batch).map(Some),
            Ok(None) => Ok(None),
            Err(error) => Err(errors::to_pyerr(py, &error)),
        }
    }

    fn __repr__(&self) -> String {
        let columns: Vec<&str> =
            self.source.schema.fields().iter().map(|field| field.name().as_str()).collect();
        format!("<table of {}>", columns.join(", "))
    }
}
