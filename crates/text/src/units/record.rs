//! Records: what a regular expression separates.

use std::sync::Arc;

use regex::Regex;

use crate::{Error, Result};

/// What separates records, and what is written between records that a stage made of one.
#[derive(Debug, Clone)]
pub struct Record {
    separator: Regex,
    /// How long a separator can be at most, if that is known and what is around it doesn't matter.
    longest: Option<usize>,
    joint: Arc<str>,
}

impl Record {
    /// Records end where `pattern` matches, and at the end of the text. A file is read chunk by
    /// chunk if the longest match is known (`\n-{3,80}\n`) and the pattern has no anchors (`^`, `$`,
    /// `\b`); else a file is one chunk.
    ///
    /// # Errors
    /// [`Error::RecordPattern`] if it is no regular expression of the crate `regex`, or matches
    /// the empty text.
    pub fn new(pattern: &str) -> Result<Self> {
        let wrong = |reason: String| Error::RecordPattern { pattern: pattern.to_owned(), reason };
        let separator = Regex::new(pattern).map_err(|error| wrong(error.to_string()))?;
        let parsed = regex_syntax::parse(pattern).map_err(|error| wrong(error.to_string()))?;
        let properties = parsed.properties();
        if properties.minimum_len().is_none_or(|shortest| shortest == 0) {
            return Err(wrong("it matches the empty text, or nothing".to_owned()));
        }
        let has_anchors = !properties.look_set().is_empty();
        let longest = properties.maximum_len().filter(|_| !has_anchors);
        Ok(Self { separator, longest, joint: "\n".into() })
    }

    /// What is written between records that a stage made of one: "\n" unless this says otherwise.
    pub fn joined_by(self, joint: impl Into<Arc<str>>) -> Self {
        Self { joint: joint.into(), ..self }
    }

    pub(super) fn joint(&self) -> &str {
        &self.joint
    }

    pub(super) fn separator(&self) -> &Regex {
        &self.separator
    }

    pub(super) fn longest(&self) -> Option<usize> {
        self.longest
    }
}

impl PartialEq for Record {
    fn eq(&self, other: &Self) -> bool {
        self.separator.as_str() == other.separator.as_str() && self.joint == other.joint
    }
}

impl Eq for Record {}
