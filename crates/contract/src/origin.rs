//! Where a plugin came from.

use std::fmt;
use std::sync::Arc;

/// What was loaded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Source {
    /// A file or a package folder, which can be read again. The path is absolute.
    Path(Arc<str>),
    /// A text that its loader had in memory.
    Text,
    /// An object of the host language.
    #[default]
    Object,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path) => f.write_str(path),
            Self::Text => f.write_str("text"),
            Self::Object => f.write_str("object"),
        }
    }
}

/// A source and what it held when it was loaded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Origin {
    pub source: Source,
    /// SHA-256 of the text, or of all texts of a package; none where no text was read.
    pub digest: Option<[u8; 32]>,
}
