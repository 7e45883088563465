//! The one error type of this crate. What a stage raised is carried as the object that it is.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use crate::units::MAX_TEXT;
use crate::{Compression, UnitFailure};

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What can go wrong between a file and the file that it becomes.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    #[error("cannot open {file}: {cause}")]
    Open { file: Arc<str>, cause: io::Error },

    #[error("cannot read {file} beyond byte {read}: {cause}")]
    Read { file: Arc<str>, read: u64, cause: io::Error },

    /// Compressed input that ends early or is damaged.
    #[error(
        "{file} is cut off or damaged: {compression} gave {text} bytes from the first {read} bytes of the file, then: {cause}; get the file anew, or unpack what is readable by hand"
    )]
    Corrupt { file: Arc<str>, compression: Compression, read: u64, text: u64, cause: io::Error },

    /// Bytes that mean nothing in the encoding. Bytes count from zero, lines from one.
    #[error(
        "{file} is not {encoding}: invalid bytes at byte {offset}, line {line}; name the right encoding, or choose to replace or skip what is invalid"
    )]
    Decode { file: Arc<str>, encoding: &'static str, offset: u64, line: u64 },

    #[error(
        "unknown encoding {label:?}; known are utf-8, utf-8-sig, utf-16, utf-16-le, utf-16-be, ascii, latin-1 and the labels of the WHATWG encoding standard, such as windows-1252 or shift_jis"
    )]
    UnknownEncoding { label: String },

    #[error("{pattern} finds no file; check the folder it starts from and its spelling")]
    NothingFound { pattern: String },

    #[error("{pattern:?} is no pattern of file names: {reason}")]
    FilePattern { pattern: String, reason: String },

    #[error("{pattern:?} cannot separate records: {reason}")]
    RecordPattern { pattern: String, reason: String },

    #[error("cannot write {file}: {cause}")]
    Write { file: Arc<str>, cause: io::Error },

    #[error(
        "{input} would be overwritten by its own output {output}; choose another folder for the output"
    )]
    OverwritesInput { input: PathBuf, output: PathBuf },

    #[error(
        "{first} and {second} would both be written to {output}; name each input once, and let no two outputs be links to one file"
    )]
    SameOutput { first: PathBuf, second: PathBuf, output: PathBuf },

    /// One unit is more text than the run is allowed to hold.
    #[error(
        "{file} has a {unit} of more than {limit} bytes from line {line} on; raise the limit of a unit, or choose smaller units"
    )]
    UnitTooLong { file: Arc<str>, unit: &'static str, line: u64, limit: usize },

    /// Offsets of units are 32 bits wide, as Arrow's.
    #[error("the units are longer than {MAX_TEXT} bytes together; use smaller chunks")]
    TooMuchText,

    #[error("texts and offsets do not belong together: {reason}")]
    Layout { reason: String },

    /// A unit on which a stage failed, under [`OnError::Raise`](crate::OnError::Raise).
    #[error("{0}")]
    Unit(Box<UnitFailure>),

    /// A stage that failed as a whole, and not on one unit.
    #[error("stage {stage} failed on {file}, from line {line} on: {cause}")]
    Stage {
        stage: Arc<str>,
        file: Arc<str>,
        line: u64,
        #[source]
        cause: crate::StageError,
    },

    /// A stage whose answer contradicts itself.
    #[error("stage {stage} gave an answer for {file} that does not fit its units: {reason}")]
    Answer { stage: Arc<str>, file: Arc<str>, reason: String },

    /// A stage, or what reads, writes or says stop, if that isn't of this crate.
    #[error("a stage of {stages} panicked on {file}: {message}; its author should return an error")]
    Panicked { stages: String, file: Arc<str>, message: String },

    #[error("the run was stopped; files that were complete by then are kept")]
    Stopped,

    #[error("{option} is {value}; it has to be {expected}")]
    Option { option: &'static str, value: String, expected: String },

    #[error("cannot start a thread: {0}; try fewer jobs")]
    Thread(io::Error),

    /// A fault of this crate.
    #[error("internal error in Arrowsmith's text pipeline: {0}; please report it")]
    Internal(&'static str),
}
