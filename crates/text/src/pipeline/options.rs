//! How a pipeline runs.

use std::fmt;
use std::sync::Arc;
use std::thread;

use super::Progress;
use crate::units::MAX_TEXT;
use crate::{Encoding, Error, Errors, Result};

/// What becomes of units on which a stage fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnError {
    /// The first one, in the order of the input, ends the run.
    #[default]
    Raise,
    /// They are left out and counted.
    Skip,
    /// They are left out, and the summary tells of each.
    Collect,
}

type Stop = Arc<dyn Fn() -> bool + Send + Sync>;

/// How a [`Pipeline`](crate::Pipeline) runs. Each method gives the options with one thing changed.
///
/// ```
/// use arrowsmith_text::{OnError, Options};
///
/// let options = Options::default().jobs(2).on_error(OnError::Collect);
/// # let _ = options;
/// ```
#[derive(Clone)]
pub struct Options {
    pub(crate) jobs: usize,
    pub(crate) chunk_bytes: usize,
    pub(crate) unit_limit: usize,
    pub(crate) failure_limit: usize,
    pub(crate) on_error: OnError,
    pub(crate) encoding: Encoding,
    pub(crate) errors: Errors,
    pub(crate) stop: Option<Stop>,
    pub(crate) progress: Arc<Progress>,
}

impl Options {
    /// How many threads run stages; as many as there are cores unless this says otherwise. Each
    /// file that is being worked on has two more, which mostly wait: for reading and for writing.
    pub fn jobs(self, jobs: usize) -> Self {
        Self { jobs, ..self }
    }

    /// About how much text goes through the stages at once; 1 MiB unless this says otherwise.
    pub fn chunk_bytes(self, chunk_bytes: usize) -> Self {
        Self { chunk_bytes, ..self }
    }

    /// How long one unit may get in bytes; 256 MiB unless this says otherwise.
    pub fn unit_limit(self, unit_limit: usize) -> Self {
        Self { unit_limit, ..self }
    }

    /// How many failed units of a file the summary tells of under [`OnError::Collect`]; the others
    /// are counted. 10 000 unless this says otherwise.
    pub fn failure_limit(self, failure_limit: usize) -> Self {
        Self { failure_limit, ..self }
    }

    pub fn on_error(self, on_error: OnError) -> Self {
        Self { on_error, ..self }
    }

    /// What input is in, and what to do about bytes that mean nothing in it. Output is UTF-8.
    pub fn encoding(self, encoding: Encoding, errors: Errors) -> Self {
        Self { encoding, errors, ..self }
    }

    /// Asked between chunks, by several threads; once it says true, the run ends with
    /// [`Error::Stopped`].
    pub fn stop(self, stop: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self { stop: Some(Arc::new(stop)), ..self }
    }

    /// Counters that the run adds to, for who wants to look at them while it runs.
    pub fn progress(self, progress: Arc<Progress>) -> Self {
        Self { progress, ..self }
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.stop.as_ref().is_some_and(|stop| stop())
    }

    pub(crate) fn check(&self) -> Result<()> {
        check("jobs", self.jobs, 1..=1 << 16)?;
        check("unit_limit", self.unit_limit, 1..=MAX_TEXT)?;
        check("chunk_bytes", self.chunk_bytes, 1..=MAX_TEXT)
    }
}

fn check(
    option: &'static str,
    value: usize,
    allowed: std::ops::RangeInclusive<usize>,
) -> Result<()> {
    if allowed.contains(&value) {
        return Ok(());
    }
    let expected = format!("from {} to {}", allowed.start(), allowed.end());
    Err(Error::Option { option, value: value.to_string(), expected })
}

impl Default for Options {
    fn default() -> Self {
        Self {
            jobs: thread::available_parallelism().map_or(1, usize::from),
            chunk_bytes: 1 << 20,
            unit_limit: 256 << 20,
            failure_limit: 10_000,
            on_error: OnError::default(),
            encoding: Encoding::default(),
            errors: Errors::default(),
            stop: None,
            progress: Arc::default(),
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("jobs", &self.jobs)
            .field("chunk_bytes", &self.chunk_bytes)
            .field("unit_limit", &self.unit_limit)
            .field("on_error", &self.on_error)
            .field("encoding", &self.encoding)
            .field("errors", &self.errors)
            .finish_non_exhaustive()
    }
}
