//! What became of a stage that failed.

use std::sync::Arc;
use std::time::Duration;

use arrowsmith_contract::{
    CallContext, Error, Result, RowNumber, RowScope, StopReason, TextFailure, TimedOut,
};
use pyo3::prelude::*;

use super::Stage;
use crate::errors;
use crate::kernel::failure::{Failure, is_taken};
use crate::kernel::note;

/// Where a stage failed.
pub(super) enum Place<'a, 'py> {
    /// While an object of its class was made.
    SetUp,
    /// On a unit, of which it was given this text, which the stages before may have changed.
    Unit(usize, &'a Bound<'py, PyAny>),
    /// On so many units at once.
    Batch(usize),
    /// Behind the last unit.
    End,
}

impl Place<'_, '_> {
    fn told(&self, context: &CallContext) -> String {
        match self {
            Self::SetUp => "in its set-up".to_owned(),
            Self::Unit(unit, text) => {
                format!("{}, text {}", numbered(context.rows.number(*unit)), note::short_repr(text))
            }
            Self::Batch(units) => {
                let first = context.rows.number(0);
                match first.scope {
                    RowScope::Input => {
                        format!("a batch of {units} units from {} on", numbered(first))
                    }
                    RowScope::Batch => format!("a batch of {units} units"),
                }
            }
            Self::End => "at the end of the text".to_owned(),
        }
    }

    /// The result that didn't fit.
    fn result(&self, context: &CallContext) -> String {
        match self {
            Self::Unit(unit, _) => {
                format!("its result for {}", numbered(context.rows.number(*unit)))
            }
            Self::End => "its result at the end of the text".to_owned(),
            Self::SetUp | Self::Batch(_) => "its result".to_owned(),
        }
    }

    /// The error; an exception of Python's gets a note.
    #[cold]
    pub(super) fn error(
        &self,
        py: Python<'_>,
        failure: Failure,
        stage: &Stage,
        limit: Option<Duration>,
        context: &CallContext,
    ) -> Error {
        match failure {
            Failure::Raised(exception) => {
                let note = format!("in {} ({}), {}", stage.label, stage.file, self.told(context));
                note::add(py, &exception, &note);
                errors::raised(py, exception, &stage.label, None)
            }
            Failure::Misfit(value, hint) => Error::Conversion {
                function: Arc::clone(&stage.label),
                row: None,
                what: self.result(context),
                expected: "string".to_owned(),
                value,
                hint: hint.to_owned(),
            },
            Failure::TimedOut => StopReason::FunctionTimeout(Arc::new(TimedOut {
                function: Arc::clone(&stage.label),
                limit: limit.unwrap_or_default(),
                row: None,
                arguments: self.told(context),
            }))
            .into(),
            Failure::Other(error) => error,
        }
    }

    /// The error, where it is one that concerns what the stage was called with and nothing else.
    ///
    /// # Errors
    /// Why the query was stopped, if it was; else what ends more than that call: a request to end the
    /// process, an interrupt.
    #[cold]
    pub(super) fn settle(
        &self,
        py: Python<'_>,
        failure: Failure,
        stage: &Stage,
        limit: Option<Duration>,
        context: &CallContext,
    ) -> Result<Error> {
        context.token.check()?;
        let is_taken = is_taken(py, &failure);
        let error = self.error(py, failure, stage, limit, context);
        if is_taken { Ok(error) } else { Err(error) }
    }
}

/// The failures of units that failed together.
pub(super) fn of_all(units: usize, stage: &Stage, error: &Error) -> Vec<TextFailure> {
    let failure = |unit| TextFailure { unit, stage: Arc::clone(&stage.name), error: error.clone() };
    (0..units).map(failure).collect()
}

fn numbered(unit: RowNumber) -> String {
    match unit.scope {
        RowScope::Input => format!("unit {}", unit.number),
        RowScope::Batch => format!("unit {} of its batch", unit.number),
    }
}
