//! Decides how many threads may be in plugin code at once: one in row-mode code, as many as there
//! are cores in all. Threads wait here detached, on a lock of Rust's, because a thread that looks
//! at signals would otherwise queue for the interpreter's lock behind all of them.

use std::cell::RefCell;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use arrowsmith_contract::{CancelToken, Result};
use parking_lot::{Condvar, Mutex};

/// How often a waiting thread looks at its token.
const LOOK: Duration = Duration::from_millis(20);

/// How long a thread waits while nobody leaves. Plugin code may itself wait for a thread that queries;
/// the interpreter's lock keeps things right, the gate only keeps them quick.
const PATIENCE: Duration = Duration::from_secs(2);

/// Which code a thread wants to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Entrance {
    Row,
    Vectorized,
}

/// Permission to be in plugin code, given back when dropped.
#[derive(Debug)]
pub(crate) struct Ticket(());

/// What a thread gave back for a while and wants again.
#[derive(Debug)]
pub(crate) struct Place {
    entrance: Entrance,
    token: CancelToken,
}

#[derive(Debug, Default)]
struct Inside {
    row: usize,
    all: usize,
    /// How many have left so far.
    left: u64,
}

#[derive(Debug)]
struct Gate {
    inside: Mutex<Inside>,
    changed: Condvar,
    most: usize,
}

static GATE: LazyLock<Gate> = LazyLock::new(|| {
    Gate::new(std::thread::available_parallelism().map_or(1, std::num::NonZero::get))
});

thread_local! {
    /// The tickets of this thread, the newest last; `None` while one is given back.
    static HELD: RefCell<Vec<Option<Place>>> = const { RefCell::new(Vec::new()) };
}

/// Waits until this thread may run plugin code. It must not be attached.
///
/// # Errors
/// Cancelled, when the token says so while waiting.
pub(crate) fn wait(entrance: Entrance, token: &CancelToken) -> Result<Ticket> {
    let place = Place { entrance, token: token.clone() };
    GATE.admit(&place)?;
    HELD.with_borrow_mut(|held| held.push(Some(place)));
    Ok(Ticket(()))
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let place = HELD.with_borrow_mut(Vec::pop).flatten();
        if let Some(place) = place {
            GATE.release(place.entrance);
        }
    }
}

/// Gives back what this thread holds, because its plugin code waits for the engine.
pub(crate) fn give_back() -> Option<Place> {
    let place = HELD.with_borrow_mut(|held| held.last_mut().and_then(Option::take))?;
    GATE.release(place.entrance);
    Some(place)
}

/// Takes back what [`give_back`] gave. A cancelled call goes on without: its result is thrown
/// away, and it must not wait behind others to end.
pub(crate) fn take_again(place: Option<Place>) {
    let Some(place) = place else { return };
    if GATE.admit(&place).is_ok() {
        HELD.with_borrow_mut(|held| {
            if let Some(slot) = held.last_mut() {
                *slot = Some(place);
            }
        });
    }
}

impl Gate {
    fn new(most: usize) -> Self {
        Self { inside: Mutex::default(), changed: Condvar::new(), most }
    }

    fn admit(&self, place: &Place) -> Result<()> {
        let mut inside = self.inside.lock();
        let mut seen = (inside.left, Instant::now());
        loop {
            place.token.check()?;
            if seen.0 != inside.left {
                seen = (inside.left, Instant::now());
            }
            let row = usize::from(place.entrance == Entrance::Row);
            let has_room = inside.all < self.most && inside.row + row <= 1;
            if has_room || seen.1.elapsed() > PATIENCE {
                inside.all += 1;
                inside.row += row;
                return Ok(());
            }
            self.changed.wait_for(&mut inside, LOOK);
        }
    }

    fn release(&self, entrance: Entrance) {
        let mut inside = self.inside.lock();
        inside.all -= 1;
        inside.left += 1;
        inside.row -= usize::from(entrance == Entrance::Row);
        drop(inside);
        // All, because who waits for row mode can't use what a vectorized call leaves.
        self.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use arrowsmith_contract::Error;

    use super::*;

    fn place(entrance: Entrance) -> Place {
        Place { entrance, token: CancelToken::new() }
    }

    #[test]
    fn one_row_call_and_as_many_as_fit_in_all() {
        let gate = Gate::new(2);
        gate.admit(&place(Entrance::Row)).unwrap();
        let cancelled = place(Entrance::Row);
        cancelled.token.cancel();
        assert!(matches!(gate.admit(&cancelled), Err(Error::Cancelled)));
        gate.admit(&place(Entrance::Vectorized)).unwrap();
        let waiting = place(Entrance::Vectorized);
        let token = waiting.token.clone();
        std::thread::scope(|scope| {
            let waits = scope.spawn(|| gate.admit(&waiting));
            token.cancel();
            assert!(matches!(waits.join().unwrap(), Err(Error::Cancelled)));
            let waits = scope.spawn(|| gate.admit(&place(Entrance::Row)));
            gate.release(Entrance::Row);
            waits.join().unwrap().unwrap();
        });
    }

    #[test]
    fn the_ticket_is_given_back_and_taken_again() {
        let ticket = wait(Entrance::Row, &CancelToken::new()).unwrap();
        let given = give_back();
        assert!(given.is_some() && give_back().is_none());
        let nested = wait(Entrance::Row, &CancelToken::new()).unwrap();
        drop(nested);
        take_again(given);
        assert_eq!(GATE.inside.lock().row, 1);
        drop(ticket);
        assert_eq!(GATE.inside.lock().row, 0);
    }
}
