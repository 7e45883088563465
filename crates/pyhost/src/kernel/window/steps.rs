//! Windows of `init` and `step`.

use std::sync::Arc;

use arrow::array::ArrayRef;
use arrowsmith_contract::{CallContext, Error, Result, RowNumber, StateExchange, WindowEvaluator};
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::interrupt::Stay;
use crate::kernel::arguments::Arguments;
use crate::kernel::call::{look, push};
use crate::kernel::callee::Callee;
use crate::kernel::failure::{Failure, Failures, Place};
use crate::kernel::note;
use crate::kernel::parts::{PartCall, Parts};
use crate::kernel::result::{ResultBuilder, builder};

pub(super) struct Steps {
    pub(super) callee: Arc<Callee>,
    pub(super) parts: Arc<Parts>,
    /// That of the partition which goes on; none before its first call.
    pub(super) state: Option<Py<PyAny>>,
}

impl Steps {
    pub(super) fn new(callee: Arc<Callee>, parts: Arc<Parts>) -> Self {
        Self { callee, parts, state: None }
    }
}

impl WindowEvaluator for Steps {
    fn evaluate(
        &mut self,
        columns: &[ArrayRef],
        rows: usize,
        partition_starts: &[usize],
        context: &CallContext,
    ) -> Result<ArrayRef> {
        let callee = &self.callee;
        callee.check_shape(columns, rows)?;
        let state = &mut self.state;
        callee.enter(context, |py, stay| {
            let called = callee.called_rows(columns);
            let columns = callee.readable(columns)?;
            let arguments = Arguments::new(callee, &columns, &context.rows)?;
            let mut failures = Failures::new(callee, context, stay);
            let mut results = builder(callee.returns(), rows)?;
            let mut walk = Walk {
                callee,
                stay,
                init: self.parts.part(py, callee, "init", 0)?,
                step: self.parts.part(py, callee, "step", columns.len() + 1)?,
                state: state.take().map(|state| state.into_bound(py)),
            };
            let mut starts = partition_starts.iter().peekable();
            for row in 0..rows {
                look(&context.token, row)?;
                if starts.next_if(|start| **start == row).is_some() {
                    walk.state = None;
                }
                if called.as_ref().is_some_and(|called| called.is_null(row)) {
                    results.push_null();
                    continue;
                }
                arguments.set(py, &mut walk.step.frame, 1, row)?;
                let number = context.rows.number(row);
                if let Err((part, failure)) = walk.step(row, number, results.as_mut()) {
                    let arguments = || note::arguments(&walk.step.frame.arguments()[1..]);
                    let place = Place { part, row: Some(number), arguments: &arguments };
                    failures.settle(py, failure, &place)?;
                    results.push_null();
                }
            }
            *state = walk.state.map(Bound::unbind);
            Ok(results.finish())
        })
    }

    fn exchange(&mut self) -> Option<&mut dyn StateExchange> {
        Some(self)
    }
}

impl Drop for Steps {
    fn drop(&mut self) {
        self.callee.drop_attached(self.state.take().into_iter().collect());
    }
}

/// One walk over the rows of a batch.
struct Walk<'a, 'py> {
    callee: &'a Callee,
    stay: &'a Stay,
    init: PartCall<'py>,
    /// The arguments behind the state are in its frame.
    step: PartCall<'py>,
    state: Option<Bound<'py, PyAny>>,
}

/// What failed, and how; of `step` nobody needs to be told.
type StepFailure = (Option<&'static str>, Failure);

impl Walk<'_, '_> {
    /// Makes one step. The state changes only if all of it succeeds.
    #[inline]
    fn step(
        &mut self,
        row: usize,
        number: RowNumber,
        results: &mut dyn ResultBuilder,
    ) -> Result<(), StepFailure> {
        let state = match &self.state {
            Some(state) => state.clone(),
            None => {
                let state = self.init.call(self.stay, Some(row));
                state.map_err(|failure| (Some("init"), failure))?
            }
        };
        self.step.frame.set(0, state);
        let answer = self.step.call(self.stay, Some(row)).map_err(|failure| (None, failure))?;
        let (state, value) = self.pair(&answer, number).map_err(|failure| (None, failure))?;
        push(self.stay, &value, Some(row), results).map_err(|failure| (None, failure))?;
        self.state = Some(state);
        Ok(())
    }

    #[inline]
    fn pair<'py>(
        &self,
        answer: &Bound<'py, PyAny>,
        row: RowNumber,
    ) -> Result<(Bound<'py, PyAny>, Bound<'py, PyAny>), Failure> {
        if let Ok(pair) = answer.cast::<PyTuple>()
            && pair.len() == 2
        {
            let item = |index| pair.get_item(index).map_err(Failure::Raised);
            return Ok((item(0)?, item(1)?));
        }
        Err(Failure::Other(Error::Conversion {
            function: Arc::clone(&self.callee.function),
            row: Some(row),
            what: "what step returned".to_owned(),
            expected: "a tuple of the new state and the row's value".to_owned(),
            value: note::short_repr(answer),
            hint: String::new(),
        }))
    }
}
