//! Why a function is not compiled.

use std::fmt;

use crate::Place;

/// A function stays with the interpreter, because of what stands at this place of its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub place: Place,
    /// Lower case, about the construct: `a call of print, which is not known to be pure`.
    pub reason: String,
}

impl Refusal {
    pub(crate) fn new(place: Place, reason: impl Into<String>) -> Self {
        Self { place, reason: reason.into() }
    }

    /// At a place that concerns it, if it has none of its own.
    pub(crate) fn or_at(self, place: Place) -> Self {
        if self.place == Place::default() { Self { place, ..self } } else { self }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for Refusal {}
