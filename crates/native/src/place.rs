//! Where in a plugin's text something stands.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Byte offsets into the whole text.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct Place {
    pub start: u32,
    pub end: u32,
}

impl Place {
    /// The line and the column of the start, both counted from one; columns count characters.
    pub fn line_and_column(self, text: &str) -> (u32, u32) {
        let before = text.get(..self.start as usize).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        (line as u32, column as u32)
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.start, self.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_from_one_and_in_characters() {
        let text = "a\n\u{e9}b\nc";
        assert_eq!(Place { start: 0, end: 1 }.line_and_column(text), (1, 1));
        assert_eq!(Place { start: 4, end: 5 }.line_and_column(text), (2, 2));
        assert_eq!(Place { start: 6, end: 7 }.line_and_column(text), (3, 1));
    }
}
