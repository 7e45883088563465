//! The values of a row as the arguments of a call.

use std::sync::Arc;

use arrowsmith_contract::{Error, Result, RowNumbers, Signature};
use pyo3::prelude::*;

use super::column::{Column, Unheld};
use crate::door::Frame;
use crate::errors;

/// The columns of a call's arguments, as `function` declares them.
pub(super) struct Arguments<'a> {
    pub(super) function: &'a Arc<str>,
    pub(super) signature: &'a Signature,
    pub(super) readers: Vec<Column<'a>>,
    pub(super) numbers: &'a RowNumbers,
}

impl Arguments<'_> {
    /// Puts the values of a row into a frame, from its argument `first` on.
    ///
    /// # Errors
    /// A conversion error for a value that no Python value is.
    #[inline]
    pub(super) fn set<'py>(
        &self,
        py: Python<'py>,
        frame: &mut Frame<'py>,
        first: usize,
        row: usize,
    ) -> Result<()> {
        for (index, reader) in self.readers.iter().enumerate() {
            let Some(object) = reader.object(py, row) else {
                return Err(self.unheld(PyErr::fetch(py), py, index, row));
            };
            frame.set(first + index, object);
        }
        Ok(())
    }

    #[cold]
    fn unheld(&self, exception: PyErr, py: Python<'_>, index: usize, row: usize) -> Error {
        let number = self.numbers.number(row);
        let Some(Unheld { value, class, why }) = self.readers[index].refused(row) else {
            return errors::raised(py, exception, self.function, Some(number));
        };
        let name = self.signature.parameter(index).map_or("", |parameter| &parameter.name);
        Error::Conversion {
            function: Arc::clone(self.function),
            row: Some(number),
            what: format!("argument {name:?}"),
            expected: class.to_owned(),
            value,
            hint: why.to_owned(),
        }
    }
}
