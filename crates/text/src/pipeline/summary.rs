//! What a run tells at its end.

use std::fmt;
use std::sync::Arc;

use crate::{Error, Position, StageError};

/// What a run did.
#[derive(Debug, Default)]
pub struct Summary {
    /// Files that are complete.
    pub files: u64,
    /// Units that the first stage was given. Without stages nothing is counted.
    pub units_in: u64,
    /// Units that the last stage gave.
    pub units_out: u64,
    /// Stored bytes that were read, of files that failed too.
    pub bytes_in: u64,
    /// Stored bytes of files that are complete.
    pub bytes_out: u64,
    /// Units that were left out because a stage failed on them.
    pub units_failed: u64,
    /// Those units under [`OnError::Collect`](crate::OnError::Collect), by file and place.
    pub failures: Vec<UnitFailure>,
    /// Files that failed as a whole, and have no output.
    pub file_failures: Vec<FileFailure>,
}

/// A unit on which a stage failed.
#[derive(Debug)]
pub struct UnitFailure {
    pub stage: Arc<str>,
    pub file: Arc<str>,
    /// Where in the input the unit begins.
    pub position: Position,
    /// The object that the stage gave.
    pub error: StageError,
}

impl fmt::Display for UnitFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { stage, file, position: Position { line, column }, error } = self;
        write!(f, "stage {stage} failed on {file}, line {line}, column {column}: {error}")
    }
}

/// A file that could not be read or written.
#[derive(Debug)]
pub struct FileFailure {
    pub file: Arc<str>,
    pub error: Error,
}

impl fmt::Display for FileFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl Summary {
    /// Adds what another run, or another file, tells.
    pub(super) fn add(&mut self, other: Self) {
        self.files += other.files;
        self.units_in += other.units_in;
        self.units_out += other.units_out;
        self.bytes_in += other.bytes_in;
        self.bytes_out += other.bytes_out;
        self.units_failed += other.units_failed;
        self.failures.extend(other.failures);
        self.file_failures.extend(other.file_failures);
    }
}
