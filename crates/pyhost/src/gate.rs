//! Decides how many threads may be in plugin code at once: one in row-mode code, as many as there
//! are cores in all. Threads wait here detached, on a lock of Rust's, because a thread that looks
//! at signals would otherwise queue for the interpreter's lock behind all of them.

use std::cell::RefCell;
use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
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

/// The number of a loaded plugin whose functions must not run at once.
pub(crate) type Alone = u64;

/// A place in plugin code, which its thread may give back for a while.
#[derive(Debug)]
pub(crate) struct Place {
    gate: Arc<Gate>,
    entrance: Entrance,
    alone: Option<Alone>,
    token: CancelToken,
    /// Whether the gate counts it.
    is_counted: AtomicBool,
    /// Whether the gate keeps others of the same plugin out.
    is_alone: AtomicBool,
}

/// Permission to be in plugin code, given back when dropped, by the thread that waited for it.
#[derive(Debug)]
pub(crate) struct Ticket(Arc<Place>);

#[derive(Debug, Default)]
struct Inside {
    row: usize,
    all: usize,
    alone: HashSet<Alone>,
    /// How many have left so far.
    left: u64,
}

#[derive(Debug)]
struct Gate {
    inside: Mutex<Inside>,
    changed: Condvar,
    most: usize,
}

/// Swapped after a fork, which may leave it locked and with places that nobody gives back.
static GATE: LazyLock<ArcSwap<Gate>> = LazyLock::new(|| ArcSwap::from_pointee(Gate::sized()));

thread_local! {
    /// The places of this thread, the newest last.
    static HELD: RefCell<Vec<Arc<Place>>> = const { RefCell::new(Vec::new()) };
}

/// Starts anew in the child of a fork.
pub(crate) fn forget_parent() {
    GATE.store(Arc::new(Gate::sized()));
}

/// Waits until this thread may run plugin code. It must not be attached.
///
/// # Errors
/// Stopped, when the token says so while waiting.
pub(crate) fn wait(
    entrance: Entrance,
    alone: Option<Alone>,
    token: &CancelToken,
) -> Result<Ticket> {
    let place = Arc::new(Place::at(GATE.load_full(), entrance, alone, token.clone()));
    place.take()?;
    HELD.with_borrow_mut(|held| held.push(Arc::clone(&place)));
    Ok(Ticket(place))
}

impl Ticket {
    pub(crate) fn place(&self) -> Arc<Place> {
        Arc::clone(&self.0)
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        HELD.with_borrow_mut(|held| held.retain(|place| !Arc::ptr_eq(place, &self.0)));
        self.0.give_back();
    }
}

/// Gives back what this thread holds, because its plugin code waits for the engine.
pub(crate) fn give_back() -> Option<Arc<Place>> {
    let place = HELD.with_borrow(|held| held.last().map(Arc::clone))?;
    place.give_back().then_some(place)
}

/// Takes back what [`give_back`] gave. A stopped call goes on without: its result is thrown away,
/// and it must not wait behind others to end.
pub(crate) fn take_again(place: Option<Arc<Place>>) {
    if let Some(place) = place {
        let _ = place.take();
    }
}

impl Place {
    fn at(gate: Arc<Gate>, entrance: Entrance, alone: Option<Alone>, token: CancelToken) -> Self {
        let (is_counted, is_alone) = (AtomicBool::new(false), AtomicBool::new(false));
        Self { gate, entrance, alone, token, is_counted, is_alone }
    }

    fn take(&self) -> Result<()> {
        self.gate.admit(self)?;
        self.is_counted.store(true, Ordering::SeqCst);
        self.is_alone.store(self.alone.is_some(), Ordering::SeqCst);
        Ok(())
    }

    /// Gives back whatever it has, and tells whether that was something.
    fn give_back(&self) -> bool {
        let alone = self.alone.filter(|_| self.is_alone.swap(false, Ordering::SeqCst));
        let is_counted = self.is_counted.swap(false, Ordering::SeqCst);
        self.gate.release(is_counted.then_some(self.entrance), alone);
        is_counted
    }

    /// Lets others in although the thread is still inside. Those whom it keeps out for their own
    /// safety go on waiting.
    pub(crate) fn abandon(&self) {
        if self.is_counted.swap(false, Ordering::SeqCst) {
            self.gate.release(Some(self.entrance), None);
        }
    }
}

impl Gate {
    fn sized() -> Self {
        Self::new(std::thread::available_parallelism().map_or(1, std::num::NonZero::get))
    }

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
            let is_kept_out = place.alone.is_some_and(|alone| inside.alone.contains(&alone));
            if !is_kept_out && (has_room || seen.1.elapsed() > PATIENCE) {
                inside.all += 1;
                inside.row += row;
                inside.alone.extend(place.alone);
                return Ok(());
            }
            self.changed.wait_for(&mut inside, LOOK);
        }
    }

    fn release(&self, entrance: Option<Entrance>, alone: Option<Alone>) {
        let mut inside = self.inside.lock();
        if let Some(entrance) = entrance {
            inside.all -= 1;
            inside.left += 1;
            inside.row -= usize::from(entrance == Entrance::Row);
        }
        if let Some(alone) = alone {
            inside.alone.remove(&alone);
        }
        drop(inside);
        // All, because who waits for row mode can't use what a vectorized call leaves.
        self.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use arrowsmith_contract::Error;

    use super::*;

    fn place(gate: &Arc<Gate>, entrance: Entrance, alone: Option<Alone>) -> Place {
        Place::at(Arc::clone(gate), entrance, alone, CancelToken::new())
    }

    fn is_refused(place: &Place) -> bool {
        place.token.cancel();
        matches!(place.take(), Err(Error::Stopped(_)))
    }

    #[test]
    fn one_row_call_and_as_many_as_fit_in_all() {
        let gate = Arc::new(Gate::new(2));
        let row = place(&gate, Entrance::Row, None);
        row.take().unwrap();
        assert!(is_refused(&place(&gate, Entrance::Row, None)));
        place(&gate, Entrance::Vectorized, None).take().unwrap();
        assert!(is_refused(&place(&gate, Entrance::Vectorized, None)));
        thread::scope(|scope| {
            let waits = scope.spawn(|| place(&gate, Entrance::Row, None).take());
            row.give_back();
            waits.join().unwrap().unwrap();
        });
    }

    #[test]
    fn a_plugin_that_must_be_alone_keeps_its_own_out_only() {
        let gate = Arc::new(Gate::new(8));
        let alone = place(&gate, Entrance::Vectorized, Some(1));
        alone.take().unwrap();
        place(&gate, Entrance::Vectorized, Some(2)).take().unwrap();
        place(&gate, Entrance::Vectorized, None).take().unwrap();
        assert!(is_refused(&place(&gate, Entrance::Vectorized, Some(1))));
        alone.abandon();
        assert!(is_refused(&place(&gate, Entrance::Vectorized, Some(1))), "it is still inside");
        assert_eq!(gate.inside.lock().all, 2);
        alone.give_back();
        place(&gate, Entrance::Vectorized, Some(1)).take().unwrap();
    }

    #[test]
    fn the_ticket_is_given_back_and_taken_again() {
        let ticket = wait(Entrance::Row, None, &CancelToken::new()).unwrap();
        let given = give_back();
        assert!(given.is_some() && give_back().is_none());
        let nested = wait(Entrance::Row, None, &CancelToken::new()).unwrap();
        drop(nested);
        take_again(given);
        let gate = GATE.load();
        assert_eq!(gate.inside.lock().row, 1);
        ticket.place().abandon();
        assert_eq!(gate.inside.lock().row, 0);
        drop(ticket);
        assert_eq!(gate.inside.lock().row, 0);
    }
}
