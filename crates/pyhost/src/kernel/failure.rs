//! What becomes of a call that failed: an error, or NULL and perhaps a line in the session's log.

use std::sync::Arc;
use std::time::SystemTime;

use arrowsmith_contract::{
    CallContext, CollectedError, Error, OnError, Result, RowNumber, StopReason,
};
use pyo3::exceptions::PyException;
use pyo3::prelude::*;

use super::callee::Callee;
use super::note;
use crate::errors;
use crate::interrupt::Stay;

/// Longer messages are cut in the log.
const MESSAGE: usize = 1000;

/// How a call failed.
pub(super) enum Failure {
    Raised(PyErr),
    /// The result is not of the declared type: the value as text, and why it does not fit.
    Misfit(String, &'static str),
    /// It took longer than it may.
    TimedOut,
    /// An error that names its row itself.
    Other(Error),
}

/// Which call failed: of which part of the function where it has several, for which row unless it was
/// for more than one, and with which arguments.
pub(super) struct Place<'a> {
    pub(super) part: Option<&'static str>,
    pub(super) row: Option<RowNumber>,
    /// A list of values in parentheses, or what else there is to say.
    pub(super) arguments: &'a dyn Fn() -> String,
}

impl<'a> Place<'a> {
    pub(super) fn of_row(row: RowNumber, arguments: &'a dyn Fn() -> String) -> Self {
        Self { part: None, row: Some(row), arguments }
    }

    pub(super) fn of_batch(arguments: &'a dyn Fn() -> String) -> Self {
        Self { part: None, row: None, arguments }
    }

    /// What isn't the function itself but a part of it.
    pub(super) fn told_part(&self) -> String {
        self.part.map_or_else(String::new, |part| format!("in its {part}, "))
    }

    /// The arguments within a sentence.
    pub(super) fn told_arguments(&self) -> String {
        let arguments = (self.arguments)();
        if arguments.starts_with('(') { format!("arguments {arguments}") } else { arguments }
    }
}

/// The failures of one batch; dropping it hands them to the session's log.
pub(super) struct Failures<'a> {
    callee: &'a Callee,
    context: &'a CallContext,
    stay: &'a Stay,
    room: usize,
    collected: Vec<CollectedError>,
    undescribed: u64,
}

impl<'a> Failures<'a> {
    pub(super) fn new(callee: &'a Callee, context: &'a CallContext, stay: &'a Stay) -> Self {
        let collects = callee.policy.on_error == OnError::Collect;
        let room = if collects { context.errors.room() } else { 0 };
        Self { callee, context, stay, room, collected: Vec::new(), undescribed: 0 }
    }

    /// Decides by the function's policy; without an error the call's rows are NULL.
    ///
    /// # Errors
    /// Why the query was stopped, if it was; else the failure, unless the policy takes it.
    #[cold]
    pub(super) fn settle(
        &mut self,
        py: Python<'_>,
        failure: Failure,
        place: &Place<'_>,
    ) -> Result<()> {
        self.context.token.check()?;
        let on_error = self.callee.policy.on_error;
        if on_error == OnError::Raise || !is_taken(py, &failure) {
            return Err(self.error(py, failure, place));
        }
        if on_error == OnError::Collect {
            self.collect(py, failure, place);
        }
        Ok(())
    }

    fn error(&self, py: Python<'_>, failure: Failure, place: &Place<'_>) -> Error {
        match failure {
            Failure::Raised(exception) => {
                note::add(py, &exception, &note::of_call(self.callee, place));
                errors::raised(py, exception, &self.callee.function, place.row)
            }
            Failure::Misfit(value, hint) => self.callee.misfit(place.row, value, hint),
            Failure::TimedOut => {
                let arguments = place.told_part() + &place.told_arguments();
                self.stay.timed_out(place.row, arguments).into()
            }
            Failure::Other(error) => error,
        }
    }

    fn collect(&mut self, py: Python<'_>, failure: Failure, place: &Place<'_>) {
        if self.room == self.collected.len() {
            self.undescribed += 1;
            return;
        }
        let (class, message) = described(py, &self.error(py, failure, place));
        let message = note::shortened(&message, MESSAGE);
        self.collected.push(CollectedError {
            time: SystemTime::now(),
            function: Arc::clone(&self.callee.function),
            row: place.row,
            arguments: (place.arguments)(),
            class,
            message,
        });
    }
}

impl Drop for Failures<'_> {
    fn drop(&mut self) {
        if !self.collected.is_empty() || self.undescribed > 0 {
            self.context.errors.add(std::mem::take(&mut self.collected), self.undescribed);
        }
    }
}

/// Whether `on_error` takes it: an `Exception`, or the function's own timeout.
pub(super) fn is_taken(py: Python<'_>, failure: &Failure) -> bool {
    match failure {
        Failure::Raised(exception) => exception.is_instance_of::<PyException>(py),
        Failure::Misfit(..) | Failure::TimedOut => true,
        Failure::Other(error) => match error {
            Error::Raised(raised) => errors::python_exception(raised)
                .is_some_and(|exception| exception.is_instance_of::<PyException>(py)),
            Error::Conversion { .. } => true,
            _ => false,
        },
    }
}

/// The class and the message of what a user would have seen.
fn described(py: Python<'_>, error: &Error) -> (String, String) {
    match error {
        Error::Raised(raised) => match errors::python_exception(raised) {
            Some(exception) => errors::class_and_message(py, exception),
            None => ("Exception".to_owned(), error.to_string()),
        },
        Error::Stopped(stopped) => match &stopped.reason {
            StopReason::FunctionTimeout(call) => ("FunctionTimeout".to_owned(), call.to_string()),
            reason => ("QueryCancelled".to_owned(), reason.to_string()),
        },
        other => ("ConversionError".to_owned(), other.to_string()),
    }
}
