//! What a stage may ask for as its unit.

use super::Record;
use crate::Result;

/// What a stage works on. Units are texts without what separates them.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unit {
    /// The whole text of a file, which may be empty.
    Whole,
    /// A line without its end, "\n" or "\r\n"; "\n" is written back. Only the last line of a file
    /// may be without one, and stays so.
    Line,
    /// Lines up to one or more blank lines. Blank is what has only whitespace.
    Paragraph,
    /// Text up to what a regular expression matches.
    Record(Record),
}

impl Unit {
    /// Records that a regular expression separates; see [`Record::new`].
    ///
    /// ```
    /// use arrowsmith_text::Unit;
    ///
    /// let unit = Unit::record("\n%%\n")?;
    /// assert_eq!(unit.name(), "record");
    /// # Ok::<(), arrowsmith_text::Error>(())
    /// ```
    pub fn record(pattern: &str) -> Result<Self> {
        Record::new(pattern).map(Self::Record)
    }

    pub fn name(&self) -> &'static str {
        match self {
            Self::Whole => "file",
            Self::Line => "line",
            Self::Paragraph => "paragraph",
            Self::Record(_) => "record",
        }
    }

    /// What is written between units that a stage made of one.
    pub(super) fn joint(&self) -> &str {
        match self {
            Self::Whole => "",
            Self::Line => "\n",
            Self::Paragraph => "\n\n",
            Self::Record(record) => record.joint(),
        }
    }

    /// Whether each unit of the other kind lies within one of this kind, whatever the text is.
    pub(crate) fn holds(&self, other: &Self) -> bool {
        matches!((self, other), (Self::Whole, _) | (Self::Paragraph, Self::Line))
    }
}
