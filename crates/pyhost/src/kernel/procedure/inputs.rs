//! The arguments of a procedure: columns of values, and perhaps a table.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef};
use arrow::buffer::NullBuffer;
use arrowsmith_contract::{Error, ProcedureArguments, Result, RowNumbers};
use pyo3::prelude::*;

use super::table::{Source, TableArgument};
use crate::door::Frame;
use crate::kernel::arguments::Arguments;
use crate::kernel::callee::Callee;
use crate::kernel::note;

pub(super) struct Inputs {
    /// Each with the parameter that it is for.
    columns: Vec<(usize, ArrayRef)>,
    /// The table's parameter and its rows.
    table: Option<(usize, Arc<Source>)>,
    /// Set where a NULL keeps rows from being called.
    called: Option<NullBuffer>,
    pub(super) rows: usize,
}

impl Inputs {
    pub(super) fn new(callee: &Callee, arguments: ProcedureArguments) -> Result<Self> {
        let ProcedureArguments { columns, rows, table } = arguments;
        let count = columns.len() + usize::from(table.is_some());
        callee.signature.check_count(&callee.function, count)?;
        let table_place = callee.signature.table().filter(|place| *place < count);
        let is_sound = table_place.is_some() == table.is_some()
            && columns.iter().all(|column| column.len() == rows)
            && (table.is_none() || rows == 1);
        if !is_sound {
            return Err(Error::Internal(format!("{} got no sound arguments", callee.function)));
        }
        let places = (0..count).filter(|place| Some(*place) != table_place);
        let columns = places
            .zip(&columns)
            .map(|(place, column)| Ok((place, callee.readable_as(place, column)?)))
            .collect::<Result<Vec<_>>>()?;
        let table = table_place.zip(table);
        let table = table.map(|(place, input)| (place, Arc::new(Source::new(input))));
        let called = callee.called_rows_of(columns.iter().map(|(place, column)| (*place, column)));
        Ok(Self { columns, table, called, rows })
    }

    /// Whether the function is called for a row.
    pub(super) fn is_called(&self, row: usize) -> bool {
        self.called.as_ref().is_none_or(|called| called.is_valid(row))
    }

    /// The columns, ready to be read.
    pub(super) fn arguments<'a>(
        &'a self,
        callee: &'a Callee,
        numbers: &'a RowNumbers,
    ) -> Result<Arguments<'a>> {
        let columns = self.columns.iter().map(|(place, column)| (*place, column));
        Arguments::of(callee, columns, numbers)
    }

    /// The arguments for a row.
    ///
    /// # Errors
    /// A value that no Python value is.
    pub(super) fn frame<'py>(
        &self,
        py: Python<'py>,
        callee: &Callee,
        arguments: &Arguments<'_>,
        row: usize,
    ) -> Result<Frame<'py>> {
        let mut frame = Frame::new(py, self.columns.len() + usize::from(self.table.is_some()));
        arguments.set(py, &mut frame, 0, row)?;
        if let Some((place, source)) = &self.table {
            let table = TableArgument::new(&callee.function, source);
            let table = Bound::new(py, table).map_err(|exception| {
                crate::errors::raised(py, exception, &callee.function, None)
            })?;
            frame.set(*place, table.into_any());
        }
        Ok(frame)
    }

    /// The arguments for a row as errors show them.
    pub(super) fn told(&self, py: Python<'_>, callee: &Callee, row: usize) -> String {
        let numbers = RowNumbers::default();
        let arguments = self.arguments(callee, &numbers);
        match arguments.and_then(|arguments| self.frame(py, callee, &arguments, row)) {
            Ok(frame) => note::arguments(frame.arguments()),
            Err(error) => error.to_string(),
        }
    }
}

impl Drop for Inputs {
    /// Gives the table's rows up.
    fn drop(&mut self) {
        if let Some((_, source)) = &self.table {
            source.close();
        }
    }
}
