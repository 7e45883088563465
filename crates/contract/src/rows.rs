//! Which of the user's rows the rows of a call are, for errors.

use std::fmt;
use std::sync::Arc;

/// What rows are counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum RowScope {
    /// The whole input of the function, in its order.
    #[default]
    Input,
    /// One batch, where nobody knows how many rows stand before it.
    Batch,
}

/// One row as errors name it, counted from zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RowNumber {
    pub number: u64,
    pub scope: RowScope,
}

impl fmt::Display for RowNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.scope {
            RowScope::Input => write!(f, "row {}", self.number),
            RowScope::Batch => write!(f, "row {} of its batch", self.number),
        }
    }
}

/// The user's numbers of the rows of a call.
#[derive(Debug, Clone, Default)]
pub struct RowNumbers {
    first: u64,
    scope: RowScope,
    /// Where rows were left out: the place of each one, counted from `first`.
    chosen: Option<Arc<[u32]>>,
}

impl RowNumbers {
    /// Consecutive rows from `first` on.
    pub fn starting_at(first: u64, scope: RowScope) -> Self {
        Self { first, scope, chosen: None }
    }

    /// The number of a row of the call.
    pub fn number(&self, row: usize) -> RowNumber {
        let place = match &self.chosen {
            None => row as u64,
            Some(chosen) => chosen.get(row).map_or(row as u64, |place| u64::from(*place)),
        };
        RowNumber { number: self.first + place, scope: self.scope }
    }

    /// The numbers of the rows behind the first so many.
    #[must_use]
    pub fn behind(&self, rows: usize) -> Self {
        match &self.chosen {
            None => Self { first: self.first + rows as u64, ..self.clone() },
            Some(chosen) => {
                let chosen = chosen.get(rows..).unwrap_or_default().into();
                Self { chosen: Some(chosen), ..self.clone() }
            }
        }
    }

    /// The numbers of some of the rows.
    #[must_use]
    pub fn choose(&self, rows: &[u32]) -> Self {
        let chosen = match &self.chosen {
            None => rows.into(),
            Some(chosen) => rows.iter().map(|row| chosen[*row as usize]).collect(),
        };
        Self { chosen: Some(chosen), ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_chosen_of_what_was_chosen_keeps_its_number() {
        let numbers =
            RowNumbers::starting_at(100, RowScope::Batch).choose(&[1, 3, 5]).choose(&[0, 2]);
        assert_eq!(numbers.number(1).to_string(), "row 105 of its batch");
        assert_eq!(numbers.behind(1).number(0), numbers.number(1));
        assert_eq!(RowNumbers::default().behind(5).number(2).to_string(), "row 7");
        assert_eq!(RowNumbers::default().number(7).to_string(), "row 7");
    }
}
