#![expect(unsafe_code, reason = "lists that machine code writes into")]
//! The lists that a row makes, and those that rows have returned.
//!
//! Machine code appends to a list as long as there is capacity; what gets more calls here. Lists
//! belong to their row: with the next one all of them are gone, but their memory is used again.

use std::ptr::NonNull;

use super::host::Address;

/// The numbers that the lists of a row may have room for, together.
const MOST: usize = 1 << 28;

/// The most items of one batch's answer: Arrow's offsets have 32 bits.
const MOST_GIVEN: usize = i32::MAX as usize;

/// Room for the first items.
const FIRST: usize = 8;

/// A list of so many items is likely to become a long one.
const LONG: usize = 512;

/// A list as machine code knows it. Numbers lie there by their bits.
#[repr(C)]
pub(super) struct List {
    pub(super) items: *mut u64,
    pub(super) length: i64,
    pub(super) capacity: i64,
    /// Owns `items`; its own length is always zero.
    memory: Vec<u64>,
}

/// The lists of a batch's rows.
#[repr(C)]
pub(super) struct Arena {
    /// How many of `lists` the row has made so far. Machine code sets it to zero with each row.
    pub(super) used: i64,
    /// The longest list that the row was given: what it makes is often as long.
    pub(super) longest: i64,
    most: usize,
    /// The capacity of all lists.
    room: usize,
    /// Each in memory of its own, because machine code keeps their addresses.
    lists: Vec<NonNull<List>>,
    /// The items of what the rows returned.
    given: Vec<u64>,
}

impl Default for Arena {
    fn default() -> Self {
        let (lists, given) = (Vec::new(), Vec::new());
        Self { used: 0, longest: 0, most: MOST, room: 0, lists, given }
    }
}

impl Arena {
    #[cfg(test)]
    pub(super) fn with_most(most: usize) -> Self {
        let mut arena = Self::default();
        arena.most = most;
        arena
    }

    /// The items that rows returned, one row's behind those of the row before.
    pub(super) fn into_given(mut self) -> Vec<u64> {
        std::mem::take(&mut self.given)
    }

    /// An empty list; None if the row has too many.
    fn new_list(&mut self) -> Option<NonNull<List>> {
        /// What a list takes beside its items, in numbers.
        const OWN: usize = size_of::<List>() / size_of::<u64>();
        let used = usize::try_from(self.used).ok()?;
        let list = match self.lists.get(used) {
            Some(list) => *list,
            None if self.lists.len() >= self.most / OWN => return None,
            None => {
                let memory = Vec::new();
                let list = List { items: std::ptr::null_mut(), length: 0, capacity: 0, memory };
                self.lists.try_reserve(1).ok()?;
                let list = NonNull::from(Box::leak(Box::new(list)));
                self.lists.push(list);
                list
            }
        };
        // SAFETY: the list is this arena's, and nobody else is at it while machine code waits.
        unsafe { (*list.as_ptr()).length = 0 };
        self.used += 1;
        Some(list)
    }

    /// Whether there is room for one more item now. Makes twice the room, so that appending many
    /// costs about one copy of each.
    fn grow(&mut self, list: &mut List) -> bool {
        let before = list.capacity as usize;
        let mut wanted = before.saturating_mul(2).max(FIRST);
        if self.room - before + wanted > self.most {
            self.drop_unused();
        }
        if self.room - before + wanted > self.most {
            return false;
        }
        let longest = usize::try_from(self.longest).unwrap_or(0);
        if before >= LONG && self.room - before + longest <= self.most {
            wanted = wanted.max(longest);
        }
        // SAFETY: machine code has written `length` items, which is never more than the capacity.
        unsafe { list.memory.set_len(list.length as usize) };
        let has_room = list.memory.try_reserve_exact(wanted - list.memory.len()).is_ok();
        // SAFETY: nothing has to be dropped.
        unsafe { list.memory.set_len(0) };
        list.items = list.memory.as_mut_ptr();
        ask_for_large_pages(&list.memory);
        list.capacity = list.memory.capacity() as i64;
        self.room = self.room - before + list.memory.capacity();
        has_room
    }

    /// Gives back the memory of lists of earlier rows.
    fn drop_unused(&mut self) {
        let used = usize::try_from(self.used).unwrap_or(usize::MAX);
        for list in self.lists.iter().skip(used) {
            // SAFETY: the list is this arena's, and no row knows it.
            let list = unsafe { &mut *list.as_ptr() };
            self.room -= list.capacity as usize;
            list.take();
        }
    }

    /// Keeps a list's items as what the row returns; false where a column can't hold so many.
    fn give(&mut self, list: &mut List) -> bool {
        let length = list.length as usize;
        if self.given.len() + length > MOST_GIVEN {
            return false;
        }
        if self.given.is_empty() {
            // Without a copy: it may be the only list, and a large one.
            self.room -= list.capacity as usize;
            self.given = list.take();
            return true;
        }
        if self.given.try_reserve(length).is_err() {
            return false;
        }
        if length > 0 {
            // SAFETY: machine code has written so many items.
            let items = unsafe { std::slice::from_raw_parts(list.items, length) };
            self.given.extend_from_slice(items);
        }
        true
    }
}

impl List {
    /// The items; an empty list without memory stays.
    fn take(&mut self) -> Vec<u64> {
        let mut memory = std::mem::take(&mut self.memory);
        // SAFETY: machine code has written `length` items, which is never more than the capacity.
        unsafe { memory.set_len(self.length as usize) };
        (self.items, self.length, self.capacity) = (std::ptr::null_mut(), 0, 0);
        memory
    }
}

/// A page of 4 KiB that is touched for the first time costs more than computing what goes there.
#[cfg(target_os = "linux")]
fn ask_for_large_pages(memory: &Vec<u64>) {
    const LARGE: usize = 4 << 20;
    const PAGE: usize = 4096;
    let (begin, bytes) = (memory.as_ptr().addr(), memory.capacity() * size_of::<u64>());
    if bytes < LARGE {
        return;
    }
    let inside = begin.next_multiple_of(PAGE) - begin;
    let bytes = (bytes - inside) / PAGE * PAGE;
    // SAFETY: whole pages of memory that is the list's. It is advice: nothing changes but the time.
    unsafe {
        let first = memory.as_ptr().byte_add(inside).cast_mut().cast();
        libc::madvise(first, bytes, libc::MADV_HUGEPAGE);
    }
}

#[cfg(not(target_os = "linux"))]
fn ask_for_large_pages(_: &Vec<u64>) {}

impl Drop for Arena {
    fn drop(&mut self) {
        for list in self.lists.drain(..) {
            // SAFETY: it came from a box, and machine code that knew it is done.
            drop(unsafe { Box::from_raw(list.as_ptr()) });
        }
    }
}

pub(super) const NEW_LIST: &str = "new_list";
pub(super) const GROW_LIST: &str = "grow_list";
pub(super) const GIVE_LIST: &str = "give_list";

/// Null where there is no room.
extern "C" fn new_list(arena: &mut Arena) -> *mut List {
    arena.new_list().map_or(std::ptr::null_mut(), NonNull::as_ptr)
}

extern "C" fn grow_list(arena: &mut Arena, list: &mut List) -> u8 {
    u8::from(arena.grow(list))
}

extern "C" fn give_list(arena: &mut Arena, list: &mut List) -> u8 {
    u8::from(arena.give(list))
}

/// What machine code calls, by its names.
pub(super) fn symbols() -> [(&'static str, Address); 3] {
    let new: extern "C" fn(&mut Arena) -> *mut List = new_list;
    let grow: extern "C" fn(&mut Arena, &mut List) -> u8 = grow_list;
    let give: extern "C" fn(&mut Arena, &mut List) -> u8 = give_list;
    [
        (NEW_LIST, Address(new as *const u8)),
        (GROW_LIST, Address(grow as *const u8)),
        (GIVE_LIST, Address(give as *const u8)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As machine code appends.
    fn push(arena: &mut Arena, list: NonNull<List>, item: u64) -> bool {
        // SAFETY: of this arena.
        let list = unsafe { &mut *list.as_ptr() };
        if list.length == list.capacity && !arena.grow(list) {
            return false;
        }
        // SAFETY: there is room.
        unsafe { list.items.add(list.length as usize).write(item) };
        list.length += 1;
        true
    }

    fn give(arena: &mut Arena, list: NonNull<List>) -> bool {
        // SAFETY: of this arena.
        arena.give(unsafe { &mut *list.as_ptr() })
    }

    #[test]
    fn rows_give_their_lists_one_behind_the_other() {
        let mut arena = Arena::default();
        for row in 0..5_u64 {
            arena.used = 0;
            let (list, other) = (arena.new_list().unwrap(), arena.new_list().unwrap());
            for item in 0..row * 100 {
                assert!(push(&mut arena, list, item));
                assert!(push(&mut arena, other, 7));
            }
            assert!(give(&mut arena, list));
        }
        let expected: Vec<u64> = (0..5_u64).flat_map(|row| 0..row * 100).collect();
        assert_eq!(arena.lists.len(), 2);
        assert_eq!(arena.into_given(), expected);
    }

    #[test]
    fn the_first_list_is_given_as_it_is() {
        let mut arena = Arena::default();
        let list = arena.new_list().unwrap();
        (0..1000).for_each(|item| assert!(push(&mut arena, list, item)));
        // SAFETY: of this arena.
        let items = unsafe { (*list.as_ptr()).items };
        assert!(give(&mut arena, list));
        let given = arena.into_given();
        assert_eq!(given.as_ptr(), items.cast_const());
    }

    #[test]
    fn a_list_that_becomes_long_gets_the_room_of_the_longest_at_once() {
        let mut arena = Arena::default();
        arena.longest = 100_000;
        let list = arena.new_list().unwrap();
        (0..513).for_each(|item| assert!(push(&mut arena, list, item)));
        assert!((100_000..110_000).contains(&arena.room));
        (513..100_001).for_each(|item| assert!(push(&mut arena, list, item)));
        assert!(give(&mut arena, list));
        assert!(arena.into_given().into_iter().eq(0..100_001));
    }

    #[test]
    fn a_row_that_wants_too_much_gets_no_more_and_the_next_one_has_room() {
        let mut arena = Arena::with_most(64);
        let list = arena.new_list().unwrap();
        let pushed = (0..1000).take_while(|item| push(&mut arena, list, *item)).count();
        assert_eq!(pushed, 64);
        arena.used = 0;
        let first = arena.new_list().unwrap();
        assert!(push(&mut arena, first, 1));
        let second = arena.new_list().unwrap();
        assert!(!push(&mut arena, second, 1));
        arena.used = 0;
        // The memory of the list that isn't used any more is free for others.
        (arena.lists[0], arena.lists[1]) = (arena.lists[1], arena.lists[0]);
        let first = arena.new_list().unwrap();
        assert!((0..64).all(|item| push(&mut arena, first, item)));
    }

    #[test]
    fn a_row_can_not_make_lists_without_end() {
        let mut arena = Arena::with_most(600);
        assert_eq!(std::iter::from_fn(|| arena.new_list()).count(), 100);
    }
}
