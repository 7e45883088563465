//! The values of a row as the arguments of a call.

use std::sync::Arc;

use arrow::array::ArrayRef;
use arrowsmith_contract::{Error, Result, RowNumbers};
use pyo3::prelude::*;

use super::callee::Callee;
use super::column::{Column, Unheld};
use crate::door::Frame;
use crate::errors;

/// The columns of a function's arguments, ready to be read row by row.
pub(super) struct Arguments<'a> {
    callee: &'a Callee,
    /// Each with the parameter that it is for.
    readers: Vec<(usize, Column<'a>)>,
    numbers: &'a RowNumbers,
}

impl<'a> Arguments<'a> {
    /// Of columns that [`Callee::readable`] gave.
    pub(super) fn new(
        callee: &'a Callee,
        columns: &'a [ArrayRef],
        numbers: &'a RowNumbers,
    ) -> Result<Self> {
        let columns = columns.iter().enumerate();
        Self::of(callee, columns, numbers)
    }

    /// Of columns with the parameters that they are for.
    pub(super) fn of(
        callee: &'a Callee,
        columns: impl Iterator<Item = (usize, &'a ArrayRef)>,
        numbers: &'a RowNumbers,
    ) -> Result<Self> {
        let reader = |(place, column)| Ok((place, Column::new(column)?));
        let readers = columns.map(reader).collect::<Result<_>>()?;
        Ok(Self { callee, readers, numbers })
    }

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
        for (place, reader) in &self.readers {
            let Some(object) = reader.object(py, row) else {
                return Err(self.unheld(py, PyErr::fetch(py), (*place, reader), row));
            };
            frame.set(first + place, object);
        }
        Ok(())
    }

    #[cold]
    fn unheld(
        &self,
        py: Python<'_>,
        exception: PyErr,
        (place, reader): (usize, &Column<'_>),
        row: usize,
    ) -> Error {
        let number = self.numbers.number(row);
        let Some(Unheld { value, class, why }) = reader.refused(row) else {
            return errors::raised(py, exception, &self.callee.function, Some(number));
        };
        let name = self.callee.signature.parameter(place).map_or("", |parameter| &parameter.name);
        Error::Conversion {
            function: Arc::clone(&self.callee.function),
            row: Some(number),
            what: format!("argument {name:?}"),
            expected: class.to_owned(),
            value,
            hint: why.to_owned(),
        }
    }
}
