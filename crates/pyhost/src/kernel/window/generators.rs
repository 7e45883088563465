//! Windows that are generators over the rows of a partition: the state is the generator, suspended
//! where it gave the value of the last row.

use std::sync::Arc;

use arrow::array::ArrayRef;
use arrowsmith_contract::{CallContext, Error, Result, RowNumber, WindowEvaluator};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyIterator, PyTuple};

use super::rows::{Offered, Rows};
use crate::door::{self, Frame};
use crate::interrupt::Stay;
use crate::kernel::arguments::Arguments;
use crate::kernel::call::{call, look, next, push, timed};
use crate::kernel::callee::{Callee, FAREWELL};
use crate::kernel::failure::{Failure, Failures, Place};
use crate::kernel::note;
use crate::kernel::result::{ResultBuilder, builder};
use crate::kernel::target::Target;

pub(super) struct Generators {
    callee: Arc<Callee>,
    target: Arc<Target>,
    /// That of the partition which goes on.
    current: Current,
}

#[derive(Default)]
enum Current {
    /// Not started yet.
    #[default]
    None,
    Running(Running),
    /// It failed, so the rest of the partition is NULL.
    Failed,
}

struct Running {
    generator: Py<PyIterator>,
    rows: Py<Rows>,
}

impl Generators {
    pub(super) fn new(callee: Arc<Callee>, target: Arc<Target>) -> Self {
        Self { callee, target, current: Current::None }
    }
}

impl WindowEvaluator for Generators {
    fn evaluate(
        &mut self,
        columns: &[ArrayRef],
        rows: usize,
        partition_starts: &[usize],
        context: &CallContext,
    ) -> Result<ArrayRef> {
        let callee = &self.callee;
        callee.check_shape(columns, rows)?;
        let current = &mut self.current;
        callee.enter(context, |py, stay| {
            let called = callee.called_rows(columns);
            let columns = callee.readable(columns)?;
            let arguments = Arguments::new(callee, &columns, &context.rows)?;
            let mut values = Frame::new(py, columns.len());
            let mut failures = Failures::new(callee, context, stay);
            let mut results = builder(callee.returns(), rows)?;
            let mut walk = Walk {
                callee,
                stay,
                start: self.target.callable(py, callee)?,
                start_frame: Frame::new(py, 1),
                current,
            };
            let mut starts = partition_starts.iter().peekable();
            for row in 0..rows {
                look(&context.token, row)?;
                let number = context.rows.number(row);
                if starts.next_if(|start| **start == row).is_some() {
                    walk.end(py);
                    context.token.check()?;
                }
                let is_skipped = called.as_ref().is_some_and(|called| called.is_null(row));
                if is_skipped || matches!(walk.current, Current::Failed) {
                    results.push_null();
                    continue;
                }
                arguments.set(py, &mut values, 0, row)?;
                let values = values.arguments();
                if let Err(failure) = walk.step(py, row, number, values, results.as_mut()) {
                    let arguments = || note::arguments(values);
                    failures.settle(py, failure, &Place::of_row(number, &arguments))?;
                    results.push_null();
                    walk.give_up(py);
                }
            }
            Ok(results.finish())
        })
    }
}

impl Drop for Generators {
    fn drop(&mut self) {
        let Current::Running(running) = std::mem::take(&mut self.current) else { return };
        let function = &self.callee.function;
        let left = self.callee.leave_behind(FAREWELL, |py| {
            if let Err(exception) = close(running.generator.bind(py)) {
                warn_of_end(function, &exception);
            }
        });
        if let Err(error) = left {
            log::debug!("the generator of {function} went with {error}");
        }
    }
}

/// All values are there when a generator ends, and no row is to blame: what it raises then doesn't fail
/// the query.
fn warn_of_end(function: &str, exception: &dyn std::fmt::Display) {
    log::warn!("the generator of {function} raised when it was closed: {exception}");
}

/// Ends a generator where it is suspended; its `finally` runs.
fn close(generator: &Bound<'_, PyIterator>) -> PyResult<()> {
    let py = generator.py();
    // Another iterator than a generator may have none.
    let Some(close) = generator.getattr_opt("close")? else { return Ok(()) };
    door::call(&close, &PyTuple::empty(py), None).map(drop)
}

/// One walk over the rows of a batch.
struct Walk<'a, 'py> {
    callee: &'a Callee,
    stay: &'a Stay,
    start: Bound<'py, PyAny>,
    start_frame: Frame<'py>,
    current: &'a mut Current,
}

impl<'py> Walk<'_, 'py> {
    fn step(
        &mut self,
        py: Python<'py>,
        row: usize,
        number: RowNumber,
        values: &[Bound<'py, PyAny>],
        results: &mut dyn ResultBuilder,
    ) -> Result<(), Failure> {
        if matches!(self.current, Current::None) {
            *self.current = Current::Running(self.started(py, row)?);
        }
        let Current::Running(running) = &*self.current else { return Ok(()) };
        let object = match values {
            [value] => value.clone(),
            values => PyTuple::new(py, values).map_err(Failure::Raised)?.into_any(),
        };
        running.rows.get().offer(object.unbind());
        let answer = next(self.stay, running.generator.bind(py), Some(row));
        match (running.rows.get().outcome(), answer) {
            (Offered::Overrun, _) => {
                Err(self.misuse(number, "it asked for a row before it gave the value of the last"))
            }
            (Offered::Ignored, Ok(Some(_))) => {
                Err(self.misuse(number, "it gave one more value before it took the row"))
            }
            (_, Ok(None)) => {
                Err(self.misuse(number, "it ended before the rows of the partition did"))
            }
            (_, Err(failure)) => Err(failure),
            (Offered::Taken, Ok(Some(value))) => push(self.stay, &value, Some(row), results),
        }
    }

    fn started(&mut self, py: Python<'py>, row: usize) -> Result<Running, Failure> {
        let rows = Bound::new(py, Rows::default()).map_err(Failure::Raised)?;
        self.start_frame.set(0, rows.clone().into_any());
        let generator = call(self.stay, &mut self.start_frame, &self.start, Some(row))?;
        match generator.cast_into::<PyIterator>() {
            Ok(generator) => Ok(Running { generator: generator.unbind(), rows: rows.unbind() }),
            Err(other) => {
                let class = other.into_inner().get_type();
                let class = class.name().map_err(Failure::Raised)?;
                let message = format!("'{class}' object is not an iterator");
                Err(Failure::Raised(PyTypeError::new_err(message)))
            }
        }
    }

    /// Closes the generator of the partition that is over.
    fn end(&mut self, py: Python<'py>) {
        let Current::Running(running) = std::mem::take(self.current) else { return };
        let function = &self.callee.function;
        match timed(self.stay, py, None, || close(running.generator.bind(py))) {
            Ok(Ok(())) => {}
            Ok(Err(exception)) => warn_of_end(function, &exception),
            Err(_) => warn_of_end(function, &"it took longer than its timeout"),
        }
    }

    /// Closes a generator that failed, whose second failure nobody asks for.
    fn give_up(&mut self, py: Python<'py>) {
        self.end(py);
        *self.current = Current::Failed;
    }

    #[cold]
    fn misuse(&self, row: RowNumber, hint: &str) -> Failure {
        Failure::Other(Error::Conversion {
            function: Arc::clone(&self.callee.function),
            row: Some(row),
            what: "what the generator did".to_owned(),
            expected: "one value for each row".to_owned(),
            value: "a generator over the rows".to_owned(),
            hint: hint.to_owned(),
        })
    }
}
