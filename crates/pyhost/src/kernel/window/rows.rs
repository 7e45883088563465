//! The rows of a partition, as a generator takes them: one at a time, each as soon as it is there.

use parking_lot::Mutex;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::{PyTraverseError, PyVisit};

/// What the generator finds when it asks for the next row.
#[derive(Debug, Default)]
enum Next {
    Row(Py<PyAny>),
    /// It has the last row, and hasn't given its value yet.
    #[default]
    Taken,
    /// It asked for a row before it gave the value of the last one.
    Overrun,
}

/// An iterator over the rows of one partition. The lock is held for moving an object only.
#[pyclass(frozen, name = "Rows", module = "arrowsmith")]
#[derive(Debug, Default)]
pub(super) struct Rows(Mutex<Next>);

/// What became of a row that was offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Offered {
    Taken,
    Ignored,
    Overrun,
}

impl Rows {
    /// Lays the next row down.
    pub(super) fn offer(&self, row: Py<PyAny>) {
        let last = std::mem::replace(&mut *self.0.lock(), Next::Row(row));
        drop(last);
    }

    pub(super) fn outcome(&self) -> Offered {
        match *self.0.lock() {
            Next::Row(_) => Offered::Ignored,
            Next::Taken => Offered::Taken,
            Next::Overrun => Offered::Overrun,
        }
    }

    /// Takes back what was laid down and not taken.
    fn clear(&self) {
        let last = std::mem::take(&mut *self.0.lock());
        drop(last);
    }
}

#[pymethods]
impl Rows {
    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__(&self) -> PyResult<Py<PyAny>> {
        let mut next = self.0.lock();
        match std::mem::take(&mut *next) {
            Next::Row(row) => Ok(row),
            Next::Taken | Next::Overrun => {
                *next = Next::Overrun;
                Err(PyRuntimeError::new_err("asked for a row before it gave the value of the last"))
            }
        }
    }

    #[expect(clippy::unused_self, reason = "a method of Python's")]
    fn __repr__(&self) -> &'static str {
        "<arrowsmith.Rows of a partition>"
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        match self.0.try_lock().as_deref() {
            Some(Next::Row(row)) => visit.call(row),
            _ => Ok(()),
        }
    }

    fn __clear__(&self) {
        self.clear();
    }
}
