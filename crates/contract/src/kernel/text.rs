//! Texts made of texts. A stage of text is no kind of function: nothing registers it, and a unit of
//! text may be left out or become several, which a row of SQL can't.

use std::fmt;
use std::sync::Arc;

use arrow::array::{StringArray, UInt32Array};

use crate::{CallContext, Error, Result};

/// What a stage is given at a time.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub enum TextUnit {
    /// All of a text or file.
    #[default]
    Whole,
    Line,
    Paragraph,
    /// What lies between the matches of a regular expression.
    Record(Arc<str>),
}

impl fmt::Display for TextUnit {
    /// As a stage declares it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole => f.write_str("text"),
            Self::Line => f.write_str("line"),
            Self::Paragraph => f.write_str("paragraph"),
            Self::Record(pattern) => write!(f, "regex:{pattern}"),
        }
    }
}

/// Computes one stage of text, or several in one go.
pub trait TextKernel: Send + Sync + fmt::Debug {
    /// The names of the stages, in their order; at least one.
    fn names(&self) -> Vec<Arc<str>>;

    /// The unit of all these stages.
    fn unit(&self) -> &TextUnit;

    /// Whether an answer may depend on the units before. Then one run must get all units of a text,
    /// in their order; else the units of a text may be shared among several runs.
    fn keeps_state(&self) -> bool;

    /// Makes ready for the units of one text or file, which runs plugin code where state is kept.
    ///
    /// # Errors
    /// What the set-up of a stage raised, or cancellation.
    fn begin(&self, context: &CallContext) -> Result<Box<dyn TextRun>>;
}

/// Stages at work on one text or file. Used by one thread at a time.
pub trait TextRun: Send {
    /// Puts units, which have no NULL among them, through all stages. `context.rows` numbers the
    /// units within the text.
    ///
    /// # Errors
    /// What is not a unit's own: cancellation, a timeout of the query, a request to end the process.
    fn apply(&mut self, units: &StringArray, context: &CallContext) -> Result<AppliedText>;

    /// Gives what stages that keep state have to say behind the last unit. Called once, and nothing
    /// is called after it.
    ///
    /// # Errors
    /// As [`Self::apply`], and what a stage raised: it isn't any unit's.
    fn finish(&mut self, context: &CallContext) -> Result<StringArray>;
}

/// What became of some units.
#[derive(Debug, Clone)]
pub struct AppliedText {
    /// Without NULLs, and without anything of the units that failed.
    pub units: StringArray,
    /// For each of `units` the index of the one that it was made of, ascending. None where each was
    /// made of the one at its own place, and none was left out.
    pub origins: Option<UInt32Array>,
    /// In the order of their units, each at most once.
    pub failures: Vec<TextFailure>,
}

/// A unit that a stage failed on.
#[derive(Debug, Clone)]
pub struct TextFailure {
    /// Its index among the units that were given.
    pub unit: usize,
    /// The stage's name.
    pub stage: Arc<str>,
    pub error: Error,
}
