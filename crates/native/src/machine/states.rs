//! The states of groups: a byte for the tag of each, and the bits of its numbers in columns.
//!
//! The byte says more than the shape: whether the group has a state at all, and whether that is with
//! the interpreter.

use crate::state::SHAPES;

/// The byte of a group that nothing has happened to. Its columns hold the initial state.
pub(super) const FRESH: u8 = 127;
/// Added to the byte of a group that a row left in. Its columns hold the state in front of that row.
pub(super) const MARK: u8 = 0x80;
/// The byte of a group whose state is with the interpreter. So is a fresh one, once it is marked.
const AWAY: u8 = FRESH | MARK;

const _: () = assert!(SHAPES <= FRESH as usize);

/// Where a group's state is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kept {
    /// Nowhere: it would be the initial one.
    Fresh,
    Here,
    /// Here, but on its way to the interpreter.
    Leaving,
    Away,
}

/// One state: its tag, then the bits of its columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cell(Vec<u64>);

impl Cell {
    /// Of so many columns, all of them zero.
    pub(crate) fn zero(columns: usize) -> Self {
        Self(vec![0; columns + 1])
    }

    pub(crate) fn new(tag: usize, bits: &[u64]) -> Self {
        Self([&[tag as u64], bits].concat())
    }

    pub(crate) fn tag(&self) -> usize {
        self.0[0] as usize
    }

    pub(crate) fn bits(&self) -> &[u64] {
        &self.0[1..]
    }

    /// Takes over another one of the same columns.
    pub(crate) fn set(&mut self, other: &Self) {
        self.0.clone_from(&other.0);
    }

    pub(super) fn numbers(&mut self) -> &mut [u64] {
        &mut self.0
    }
}

#[derive(Debug)]
pub(crate) struct States {
    initial: Cell,
    tags: Vec<u8>,
    /// Each as long as the tags.
    columns: Vec<Vec<u64>>,
}

impl States {
    /// Without groups.
    pub(crate) fn new(initial: Cell) -> Self {
        let columns = initial.bits().iter().map(|_| Vec::new()).collect();
        Self { initial, tags: Vec::new(), columns }
    }

    pub(crate) fn len(&self) -> usize {
        self.tags.len()
    }

    pub(crate) fn initial(&self) -> &Cell {
        &self.initial
    }

    /// Makes groups up to so many.
    pub(crate) fn grow(&mut self, groups: usize) {
        if groups <= self.tags.len() {
            return;
        }
        self.tags.resize(groups, FRESH);
        for (column, bits) in self.columns.iter_mut().zip(self.initial.bits()) {
            column.resize(groups, *bits);
        }
    }

    /// Takes the first groups out; those behind them move up.
    pub(crate) fn take(&mut self, count: usize) -> Self {
        self.grow(count);
        let take = |column: &mut Vec<u64>| {
            if column.len() == count {
                return std::mem::take(column);
            }
            column.drain(..count).collect()
        };
        Self {
            initial: self.initial.clone(),
            tags: self.tags.drain(..count).collect(),
            columns: self.columns.iter_mut().map(take).collect(),
        }
    }

    pub(crate) fn kept(&self, group: usize) -> Kept {
        match self.tags[group] {
            FRESH => Kept::Fresh,
            AWAY => Kept::Away,
            tag if tag & MARK != 0 => Kept::Leaving,
            _ => Kept::Here,
        }
    }

    /// The group's state, the initial one where it has none.
    pub(crate) fn load(&self, group: usize) -> Cell {
        let tag = self.tags[group] & !MARK;
        if tag == FRESH {
            return self.initial.clone();
        }
        let bits: Vec<u64> = self.columns.iter().map(|column| column[group]).collect();
        Cell::new(usize::from(tag), &bits)
    }

    /// Gives a group a state, which then is here.
    pub(crate) fn store(&mut self, group: usize, cell: &Cell) {
        self.tags[group] = cell.tag() as u8;
        for (column, bits) in self.columns.iter_mut().zip(cell.bits()) {
            column[group] = *bits;
        }
    }

    /// Lets the group's next rows leave.
    pub(crate) fn mark(&mut self, group: usize) {
        self.tags[group] |= MARK;
    }

    /// Says that the interpreter has the group's state.
    pub(crate) fn send(&mut self, group: usize) {
        self.tags[group] = AWAY;
    }

    /// The tag of each group, as integers of the compiled code; initial ones where there is none.
    pub(crate) fn tags(&self) -> impl Iterator<Item = u64> {
        let initial = self.initial.0[0];
        self.tags.iter().map(move |tag| if *tag == FRESH { initial } else { u64::from(*tag) })
    }

    /// The bytes of the groups and their columns, which [`Self::from_bytes`] takes.
    pub(crate) fn into_parts(self) -> (Vec<u8>, Vec<Vec<u64>>) {
        (self.tags, self.columns)
    }

    pub(crate) fn columns(&self) -> &[Vec<u64>] {
        &self.columns
    }

    /// States that were taken elsewhere; None where they are none of so many shapes.
    pub(crate) fn from_bytes(
        initial: &Cell,
        shapes: usize,
        tags: Vec<u8>,
        columns: Vec<Vec<u64>>,
    ) -> Option<Self> {
        let is_known = |tag: &u8| usize::from(*tag) < shapes || matches!(*tag, FRESH | AWAY);
        let is_whole = columns.len() == initial.bits().len()
            && columns.iter().all(|column| column.len() == tags.len());
        (is_whole && tags.iter().all(is_known)).then(|| Self {
            initial: initial.clone(),
            tags,
            columns,
        })
    }

    pub(super) fn addresses(&mut self) -> (*mut u8, Vec<*mut u64>) {
        let columns = self.columns.iter_mut().map(Vec::as_mut_ptr).collect();
        (self.tags.as_mut_ptr(), columns)
    }

    /// Bytes held.
    pub(crate) fn size(&self) -> usize {
        let columns: usize = self.columns.iter().map(|column| column.capacity() * 8).sum();
        self.tags.capacity() + columns
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn states(groups: usize) -> States {
        let mut states = States::new(Cell::new(2, &[7, 8]));
        states.grow(groups);
        states
    }

    #[test]
    fn a_group_begins_fresh_and_keeps_what_is_stored() {
        let mut states = states(3);
        states.store(1, &Cell::new(0, &[5, 6]));
        states.grow(2);
        states.grow(4);
        assert_eq!([0, 1, 3].map(|g| states.kept(g)), [Kept::Fresh, Kept::Here, Kept::Fresh]);
        assert_eq!(states.load(1), Cell::new(0, &[5, 6]));
        assert_eq!(states.load(3), Cell::new(2, &[7, 8]));
        assert_eq!(states.tags().collect::<Vec<_>>(), [2, 0, 2, 2]);
    }

    #[test]
    fn a_marked_group_keeps_its_state_until_it_is_sent() {
        let mut states = states(2);
        states.store(0, &Cell::new(1, &[5, 6]));
        states.mark(0);
        states.mark(1);
        assert_eq!([0, 1].map(|g| states.kept(g)), [Kept::Leaving, Kept::Away]);
        assert_eq!(states.load(0), Cell::new(1, &[5, 6]));
        states.send(0);
        assert_eq!(states.kept(0), Kept::Away);
    }

    #[test]
    fn the_first_groups_leave_and_the_others_move_up() {
        let mut states = states(3);
        for group in 0..3 {
            states.store(group, &Cell::new(0, &[group as u64, 0]));
        }
        let taken = states.take(2);
        assert_eq!((taken.len(), states.len()), (2, 1));
        assert_eq!(taken.load(1).bits(), [1, 0]);
        assert_eq!(states.load(0).bits(), [2, 0]);
        assert_eq!(states.take(2).kept(1), Kept::Fresh);
    }

    #[test]
    fn foreign_states_are_checked() {
        let initial = Cell::new(0, &[1]);
        let read = |tags: &[u8], values: usize| {
            States::from_bytes(&initial, 2, tags.to_vec(), vec![vec![0; values]])
        };
        assert!(read(&[0, 1, FRESH, AWAY], 4).is_some());
        assert!(read(&[0, 2], 2).is_none());
        assert!(read(&[0, MARK], 2).is_none());
        assert!(read(&[0, 1], 1).is_none());
        assert!(States::from_bytes(&initial, 2, vec![0], vec![]).is_none());
    }
}
