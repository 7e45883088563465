//! A procedure at work: its calls one after the other, as many rows at a time as are wanted.

use std::sync::Arc;
use std::time::Duration;

use arrow::array::{RecordBatch, UInt32Array};
use arrowsmith_contract::{BatchStream, CallContext, CancelToken, Error, Result, Yielded};
use pyo3::prelude::*;

use super::Procedure;
use super::call::{Call, Pulled};
use super::enough::Enough;
use super::inputs::Inputs;
use super::rows::Rows;
use crate::interrupt::Stay;
use crate::kernel::arguments::Arguments;
use crate::kernel::call::{call, timed};
use crate::kernel::failure::{Failure, Failures, Place};

/// What a call that is ended early may still take, for its `finally`; less where the query was
/// stopped, which somebody waits for.
const CLOSING: Duration = Duration::from_secs(5);
const CLOSING_STOPPED: Duration = Duration::from_secs(1);

pub(super) struct Stream {
    procedure: Arc<Procedure>,
    inputs: Arc<Inputs>,
    /// The next row of the arguments.
    next: usize,
    call: Option<Call>,
    /// What is left of a batch, and the row of the arguments that it is for.
    batch: Option<(RecordBatch, u32)>,
    has_failed: bool,
    token: CancelToken,
}

impl Stream {
    pub(super) fn new(procedure: Arc<Procedure>, inputs: Inputs, token: &CancelToken) -> Self {
        let (inputs, token) = (Arc::new(inputs), token.clone());
        Self { procedure, inputs, next: 0, call: None, batch: None, has_failed: false, token }
    }

    /// The next rows of a batch that came as a whole.
    fn slice(&mut self, most: usize) -> Option<Yielded> {
        let (batch, origin) = self.batch.take()?;
        let count = batch.num_rows().min(most);
        if count < batch.num_rows() {
            let rest = batch.slice(count, batch.num_rows() - count);
            self.batch = Some((rest, origin));
        }
        let origins = UInt32Array::from_value(origin, count);
        Some(Yielded { batch: batch.slice(0, count), origins })
    }

    /// Gathers rows, from several calls where one has too few.
    fn gather(
        &mut self,
        py: Python<'_>,
        most: usize,
        context: &CallContext,
        stay: &Stay,
    ) -> Result<Option<Yielded>> {
        let (procedure, inputs) = (Arc::clone(&self.procedure), Arc::clone(&self.inputs));
        let arguments = inputs.arguments(&procedure.callee, &context.rows)?;
        let mut rows = Rows::new(&procedure.columns, most)?;
        let mut failures = Failures::new(&procedure.callee, context, stay);
        let until = Enough::new(most);
        while !until.is_reached(rows.len())
            && self.begin(py, &arguments, &mut failures, context, stay)?
        {
            let Some(call) = &mut self.call else { continue };
            match call.pull(&procedure, &mut rows, &until, &context.token, (py, stay)) {
                Ok(Pulled::Enough) => {}
                Ok(Pulled::End) => self.call = None,
                Ok(Pulled::Batch(batch)) => {
                    self.batch = Some((batch, call.row as u32));
                    break;
                }
                Err(failure) => self.fail(py, failure, &mut failures, stay)?,
            }
        }
        match rows.finish()? {
            Some(rows) => Ok(Some(rows)),
            None => Ok(self.slice(most)),
        }
    }

    /// Calls for the next row of the arguments, unless a call is under way. Gives whether there may
    /// be more rows.
    fn begin(
        &mut self,
        py: Python<'_>,
        arguments: &Arguments<'_>,
        failures: &mut Failures<'_>,
        context: &CallContext,
        stay: &Stay,
    ) -> Result<bool> {
        if self.call.is_some() {
            return Ok(true);
        }
        let inputs = &self.inputs;
        let Some(row) = (self.next..inputs.rows).find(|row| inputs.is_called(*row)) else {
            self.next = inputs.rows;
            return Ok(false);
        };
        self.next = row + 1;
        context.token.check()?;
        let callable = self.procedure.target.callable(py, &self.procedure.callee)?;
        let mut frame = inputs.frame(py, &self.procedure.callee, arguments, row)?;
        let begun = call(stay, &mut frame, &callable, None).and_then(|returned| {
            let origin = if inputs.rows > 1 {
                format!(" for {} of the arguments", context.rows.number(row))
            } else {
                String::new()
            };
            Call::new(&self.procedure, &returned, row, origin)
        });
        match begun {
            Ok(call) => self.call = call,
            Err(failure) => {
                let arguments = || inputs.told(py, &self.procedure.callee, row);
                failures.settle(py, failure, &Place::of_batch(&arguments))?;
            }
        }
        Ok(true)
    }

    /// Ends the call by the function's policy; the rows that it gave before stay.
    fn fail(
        &mut self,
        py: Python<'_>,
        failure: Failure,
        failures: &mut Failures<'_>,
        stay: &Stay,
    ) -> Result<()> {
        let Some(call) = &self.call else { return Ok(()) };
        let arguments = || self.inputs.told(py, &self.procedure.callee, call.row);
        failures.settle(py, failure, &Place::of_row(call.place(), &arguments))?;
        if let Some(call) = self.call.take() {
            // What it raises is logged, and that it takes too long is no news.
            let _ = timed(stay, py, None, || call.close(&self.procedure, py));
        }
        Ok(())
    }
}

impl BatchStream for Stream {
    fn next_batch(&mut self, most: usize, context: &CallContext) -> Result<Option<Yielded>> {
        context.token.check()?;
        if let Some(rows) = self.slice(most) {
            return Ok(Some(rows));
        }
        if self.has_failed || (self.call.is_none() && self.next >= self.inputs.rows) {
            return Ok(None);
        }
        let procedure = Arc::clone(&self.procedure);
        let gathered =
            procedure.callee.enter(context, |py, stay| self.gather(py, most, context, stay));
        self.has_failed = gathered.is_err();
        gathered
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        let Some(call) = self.call.take() else { return };
        let procedure = Arc::clone(&self.procedure);
        let limit = if self.token.is_stopped() { CLOSING_STOPPED } else { CLOSING };
        let closed =
            self.procedure.callee.leave_behind(limit, move |py| call.close(&procedure, py));
        match closed {
            Ok(()) => {}
            // At the interpreter's exit there is nobody to tell.
            Err(Error::Closed(reason)) => log::debug!("a procedure was not ended: {reason}"),
            Err(error) => {
                log::warn!("{} was not ended well: {error}", self.procedure.callee.function);
            }
        }
    }
}
