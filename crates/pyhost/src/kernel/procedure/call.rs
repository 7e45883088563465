//! One call of the function, for one row of the arguments, and the rows that it gives bit by bit.

use arrow::array::RecordBatch;
use arrowsmith_contract::{CancelToken, Error, RowNumber, RowScope};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyIterator, PyString};

use super::Procedure;
use super::enough::Enough;
use super::frames::{Frames, Yielder, is_frame};
use super::rows::{Rows, Taken, Unfit};
use crate::door::{self, parked_at_exit};
use crate::errors;
use crate::interrupt::{self, Stay};
use crate::kernel::call::{next, timed};
use crate::kernel::capsule::Refused;
use crate::kernel::failure::Failure;
use crate::kernel::note;

const NO_ROWS: &str =
    "a procedure yields its rows, or returns an iterable of them, a frame or None";

/// A call that has begun.
pub(super) struct Call {
    /// Gives what the function yields; none where it returned one frame.
    iterator: Option<Py<PyIterator>>,
    /// What is left of a frame that it gave.
    frames: Option<Frames>,
    /// Which row of the arguments it is for.
    pub(super) row: usize,
    /// The same within errors, where there are several.
    origin: String,
    yielded: u64,
}

/// What a call has given.
pub(super) enum Pulled {
    /// As many rows as were wanted for now.
    Enough,
    /// A batch, behind the rows that were added.
    Batch(RecordBatch),
    /// All its rows.
    End,
}

impl Call {
    /// Of what the function returned.
    pub(super) fn new(
        procedure: &Procedure,
        returned: &Bound<'_, PyAny>,
        row: usize,
        origin: String,
    ) -> Result<Option<Self>, Failure> {
        let mut call = Self { iterator: None, frames: None, row, origin, yielded: 0 };
        if returned.is_none() {
            return Ok(None);
        }
        if is_frame(&returned.get_type()).map_err(Failure::Raised)? {
            call.open(procedure, returned)?;
            return Ok(Some(call));
        }
        let is_one = returned.is_instance_of::<PyDict>()
            || returned.is_instance_of::<PyString>()
            || returned.is_instance_of::<PyBytes>();
        if is_one {
            return Err(call.unfit(procedure, note::short_repr(returned), NO_ROWS));
        }
        match parked_at_exit(|| returned.try_iter()) {
            Ok(iterator) => call.iterator = Some(iterator.unbind()),
            Err(error) if is_no_iterable(returned, &error) => {
                return Err(call.unfit(procedure, note::short_repr(returned), NO_ROWS));
            }
            Err(error) => return Err(Failure::Raised(error)),
        }
        Ok(Some(call))
    }

    /// The row of the output that comes next.
    pub(super) fn place(&self) -> RowNumber {
        RowNumber { number: self.yielded, scope: RowScope::Input }
    }

    /// Adds rows, until there are enough, or a batch comes, or the end.
    pub(super) fn pull<'py>(
        &mut self,
        procedure: &Procedure,
        rows: &mut Rows<'_, 'py>,
        until: &Enough,
        token: &CancelToken,
        (py, stay): (Python<'py>, &Stay),
    ) -> Result<Pulled, Failure> {
        loop {
            if self.frames.is_some() {
                if let Some(batch) = self.next_batch(procedure, py, stay)? {
                    return Ok(Pulled::Batch(batch));
                }
                self.frames = None;
            }
            let Some(iterator) = &self.iterator else { return Ok(Pulled::End) };
            let iterator = iterator.bind(py).clone();
            while !until.is_reached(rows.len()) {
                token.check().map_err(Failure::Other)?;
                let Some(item) = next(stay, &iterator, None)? else { return Ok(Pulled::End) };
                match self.take(procedure, rows, &item, stay)? {
                    Taken::Row => self.yielded += 1,
                    Taken::Frame => {
                        self.open(procedure, &item)?;
                        break;
                    }
                }
            }
            if self.frames.is_none() {
                return Ok(Pulled::Enough);
            }
        }
    }

    fn take<'py>(
        &self,
        procedure: &Procedure,
        rows: &mut Rows<'_, 'py>,
        item: &Bound<'py, PyAny>,
        stay: &Stay,
    ) -> Result<Taken, Failure> {
        // Python code of the values' classes may run, on the call's time.
        let taken =
            timed(stay, item.py(), None, || parked_at_exit(|| rows.push(item, self.row as u32)))?;
        taken.map_err(|unfit| match *unfit {
            Unfit::Raised(exception) => Failure::Raised(exception),
            Unfit::Row(value, why) => self.unfit(procedure, value, &why),
            Unfit::Value(column, value, hint) => {
                let columns = &procedure.columns;
                let what = format!("column {:?}{}", columns.name(column), self.origin);
                let expected = columns.ty(column).to_string();
                self.misfit(procedure, what, expected, value, hint)
            }
        })
    }

    fn open(&mut self, procedure: &Procedure, item: &Bound<'_, PyAny>) -> Result<(), Failure> {
        match Frames::open(item) {
            Ok(frames) => {
                self.frames = Some(frames);
                Ok(())
            }
            Err(Refused::Raised(exception)) => Err(Failure::Raised(exception)),
            Err(Refused::Misfit(reason)) => {
                // Its repr would follow the very pointers that were refused.
                let class = item.get_type().qualname().map(|name| name.to_string());
                let class = class.unwrap_or_else(|_| "unknown".to_owned());
                Err(self.unfit(procedure, format!("an object of class {class}"), &reason))
            }
        }
    }

    /// The next batch of a frame that isn't empty.
    fn next_batch(
        &mut self,
        procedure: &Procedure,
        py: Python<'_>,
        stay: &Stay,
    ) -> Result<Option<RecordBatch>, Failure> {
        let Some(frames) = &mut self.frames else { return Ok(None) };
        loop {
            let yielder = Yielder {
                function: &procedure.callee.function,
                columns: &procedure.columns,
                origin: &self.origin,
                yielded: self.yielded,
            };
            let read = timed(stay, py, None, || parked_at_exit(|| frames.next(py, &yielder)))?;
            let Some(batch) = read.map_err(Failure::Raised)?.map_err(Failure::Other)? else {
                return Ok(None);
            };
            if batch.num_rows() > 0 {
                self.yielded += batch.num_rows() as u64;
                return Ok(Some(batch));
            }
        }
    }

    fn unfit(&self, procedure: &Procedure, value: String, why: &str) -> Failure {
        let what = format!("what it gave{}", self.origin);
        self.misfit(procedure, what, procedure.columns.told(), value, why)
    }

    fn misfit(
        &self,
        procedure: &Procedure,
        what: String,
        expected: String,
        value: String,
        hint: &str,
    ) -> Failure {
        Failure::Other(Error::Conversion {
            function: procedure.callee.function.clone(),
            row: Some(self.place()),
            what,
            expected,
            value,
            hint: hint.to_owned(),
        })
    }

    /// Ends it early: a generator is closed, so that its `finally` runs. What goes wrong there is
    /// logged, because nobody waits for it.
    pub(super) fn close(self, procedure: &Procedure, py: Python<'_>) {
        let Some(iterator) = self.iterator else { return };
        let iterator = iterator.into_bound(py);
        let Ok(Some(close)) = iterator.get_type().getattr_opt("close") else { return };
        let is_generator = iterator.get_type().name().is_ok_and(|name| name == "generator");
        if !is_generator {
            return;
        }
        let arguments = pyo3::types::PyTuple::new(py, [iterator.as_any()]);
        let closed = arguments.and_then(|arguments| door::call(&close, &arguments, None));
        if let Err(exception) = closed
            && !interrupt::is_stopping()
        {
            let (class, message) = errors::class_and_message(py, &exception);
            let function = &procedure.callee.function;
            log::warn!("{function} raised {class} when it was ended early: {message}");
        }
    }
}

/// Whether the error only says that the object can't be iterated over.
fn is_no_iterable(returned: &Bound<'_, PyAny>, error: &PyErr) -> bool {
    let class = returned.get_type();
    let has = |name| class.hasattr(name).unwrap_or(true);
    error.is_instance_of::<PyTypeError>(returned.py()) && !has("__iter__") && !has("__getitem__")
}
