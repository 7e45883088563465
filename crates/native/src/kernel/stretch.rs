//! How many rows go to the interpreter where one leaves: more and more of them while rows go on leaving
//! soon after.

/// So many times the rows that were interpreted must then be compiled for leaving to be rare again.
const RARE: usize = 4;

#[derive(Debug, Default)]
pub(super) struct Stretch {
    rows: usize,
    /// Behind the last ones that were interpreted.
    end: usize,
}

impl Stretch {
    /// The end of those that begin with this row and are no more than there are.
    pub(super) fn from(&mut self, row: usize, rows: usize) -> usize {
        let is_soon = row - self.end < self.rows * RARE;
        self.rows = if is_soon { self.rows * 2 } else { 1 };
        self.end = rows.min(row + self.rows);
        self.end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_double_while_rows_leave_soon_after() {
        let mut stretch = Stretch::default();
        assert_eq!(stretch.from(10, 1000), 11);
        assert_eq!(stretch.from(11, 1000), 13);
        assert_eq!(stretch.from(20, 1000), 24);
        assert_eq!(stretch.from(40, 1000), 41);
        assert_eq!(stretch.from(999, 1000), 1000);
    }
}
