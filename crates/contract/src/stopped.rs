//! Why work was stopped, and what became of it, in the words that a user reads.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::RowNumber;

/// Why work was stopped.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum StopReason {
    /// Somebody asked for it, or nobody wants the answer any more.
    Cancelled,
    /// The query took longer than it may.
    QueryTimeout(Duration),
    /// A call took longer than its function may.
    FunctionTimeout(Arc<TimedOut>),
    /// What it ran in was closed: `session`, `database`, `interpreter`.
    Closed(&'static str),
    /// It gave its answer; what still runs of it is not needed.
    Ended,
}

/// A call of a function that took too long.
#[derive(Debug, Clone, PartialEq)]
pub struct TimedOut {
    /// The qualified name.
    pub function: Arc<str>,
    pub limit: Duration,
    pub row: Option<RowNumber>,
    /// As a note on an exception shows them; empty where nobody could look.
    pub arguments: String,
}

impl fmt::Display for StopReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cancelled => f.write_str("the query was cancelled"),
            Self::QueryTimeout(limit) => {
                write!(f, "the query took longer than its timeout of {} s", limit.as_secs_f64())
            }
            Self::FunctionTimeout(call) => call.fmt(f),
            Self::Closed(what) => write!(f, "the {what} was closed while the query ran"),
            Self::Ended => f.write_str("the query has ended"),
        }
    }
}

impl fmt::Display for TimedOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (function, limit) = (&self.function, self.limit.as_secs_f64());
        write!(f, "{function} took longer than its timeout of {limit} s")?;
        if let Some(row) = self.row {
            write!(f, ", {row}")?;
        }
        if !self.arguments.is_empty() {
            write!(f, ", {}", self.arguments)?;
        }
        Ok(())
    }
}

/// What became of stopped work.
#[derive(Debug, Clone)]
pub struct Stopped {
    pub reason: StopReason,
    /// The functions whose calls did not end in time. They go on in the background, and what they
    /// give is dropped.
    pub still_running: Vec<Arc<str>>,
}

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.reason.fmt(f)?;
        if self.still_running.is_empty() {
            return Ok(());
        }
        let names = self.still_running.join(", ");
        let verb = if self.still_running.len() == 1 { "is" } else { "are" };
        write!(
            f,
            "; {names} {verb} still running in a call that cannot be interrupted, which ends in \
             the background and whose result is dropped"
        )
    }
}
