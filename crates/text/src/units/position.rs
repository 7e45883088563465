//! Where in the input a unit comes from.

use memchr::{memchr_iter, memrchr};

/// A place in a text. Lines end in "\n"; lines and columns (in characters) count from one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    pub line: u64,
    pub column: u64,
}

impl Position {
    pub const START: Self = Self { line: 1, column: 1 };

    /// The place behind the text, which begins here.
    pub fn after(self, text: &str) -> Self {
        match memrchr(b'\n', text.as_bytes()) {
            None => Self { column: self.column + text.chars().count() as u64, ..self },
            Some(end) => Self {
                line: self.line + memchr_iter(b'\n', text.as_bytes()).count() as u64,
                column: 1 + text[end + 1..].chars().count() as u64,
            },
        }
    }
}

/// Where units come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Positions {
    /// Each is the line after the one before.
    Lines {
        first: u64,
    },
    Each(Vec<Position>),
}

impl Positions {
    pub(crate) fn get(&self, unit: usize) -> Position {
        match self {
            Self::Lines { first } => Position { line: first + unit as u64, column: 1 },
            Self::Each(all) => all.get(unit).or(all.last()).copied().unwrap_or(Position::START),
        }
    }

    pub(crate) fn select(&self, units: impl Iterator<Item = usize>) -> Self {
        Self::Each(units.map(|unit| self.get(unit)).collect())
    }
}

/// Where parts of a text come from: which place, and from which byte on. The first begins at zero.
#[derive(Debug, Clone)]
pub(crate) struct Origins(Vec<(usize, Position)>);

impl Origins {
    pub(crate) fn start(position: Position) -> Self {
        Self(vec![(0, position)])
    }

    pub(crate) fn of_parts(parts: Vec<(usize, Position)>) -> Self {
        Self(parts)
    }

    /// The place of the whole text, if it is in one piece and begins a line.
    pub(crate) fn first_line(&self) -> Option<u64> {
        match self.0[..] {
            [(_, Position { line, column: 1 })] => Some(line),
            _ => None,
        }
    }

    /// The places of the bytes `starts`, which never fall. What a stage has changed is counted as
    /// it is now.
    pub(crate) fn positions(&self, text: &str, starts: &[usize]) -> Vec<Position> {
        let mut parts = self.0.iter().copied().peekable();
        let mut here = (0, Position::START);
        let mut positions = Vec::with_capacity(starts.len());
        for &start in starts {
            while let Some(part) = parts.next_if(|(at, _)| *at <= start) {
                here = part;
            }
            here = (start, here.1.after(&text[here.0..start]));
            positions.push(here.1);
        }
        positions
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_of_the_last_line() {
        let start = Position { line: 7, column: 3 };
        assert_eq!(start.after("éa"), Position { line: 7, column: 5 });
        assert_eq!(start.after("a\n\né"), Position { line: 9, column: 2 });
        assert_eq!(start.after("a\n"), Position { line: 8, column: 1 });
    }

    #[test]
    fn a_unit_comes_from_the_part_that_it_begins_in() {
        let at = |line, column| Position { line, column };
        let origins = Origins::of_parts(vec![(0, at(3, 1)), (4, at(10, 2))]);
        let positions = origins.positions("a\nb\ncd\ne", &[0, 2, 4, 5, 7]);
        assert_eq!(positions, [at(3, 1), at(4, 1), at(10, 2), at(10, 3), at(11, 1)]);
    }
}
