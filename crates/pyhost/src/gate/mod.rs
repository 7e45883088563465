//! Decides how many threads may be in plugin code at once: one in row-mode code, as many as there
//! are cores in all. Threads wait here detached, on a lock of Rust's, because a thread that looks
//! at signals would otherwise queue for the interpreter's lock behind all of them.
//!
//! Who waits longest goes in first. Who is inside but uses no processor, because it sleeps or waits for
//! the network, keeps nobody out.

mod queue;

use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};

use arc_swap::ArcSwap;
use arrowsmith_contract::{CancelToken, Result};

use crate::processor_time::OwnThread;
use queue::Gate;

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
    thread: Option<OwnThread>,
    /// Whether the gate counts it.
    is_counted: AtomicBool,
    /// Whether the gate keeps others of the same plugin out.
    is_alone: AtomicBool,
}

/// Permission to be in plugin code, given back when dropped, by the thread that waited for it.
#[derive(Debug)]
pub(crate) struct Ticket(Arc<Place>);

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
    place.gate.admit(&place, true)?;
    HELD.with_borrow_mut(|held| held.push(Arc::clone(&place)));
    Ok(Ticket(place))
}

/// A place that keeps nobody out, for code that only cleans up.
pub(crate) fn uncounted(token: CancelToken) -> Arc<Place> {
    Arc::new(Place::at(GATE.load_full(), Entrance::Row, None, token))
}

/// Whether this thread keeps others out of a plugin.
pub(crate) fn is_alone(alone: Alone) -> bool {
    let keeps =
        |place: &Arc<Place>| place.alone == Some(alone) && place.is_alone.load(Ordering::SeqCst);
    HELD.with_borrow(|held| held.iter().any(keeps))
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
    if place.token.is_stopped() {
        // It is on its way out, and alone until then.
        place.abandon();
        return None;
    }
    place.give_back().then_some(place)
}

/// Takes back what [`give_back`] gave. A stopped call goes on uncounted: its result is thrown away, and
/// it must not wait behind others to end. Only its own plugin's rule to be alone counts for it, too.
pub(crate) fn take_again(place: Option<Arc<Place>>) {
    if let Some(place) = place
        && place.gate.admit(&place, true).is_err()
        && place.alone.is_some()
    {
        let _ = place.gate.admit(&place, false);
    }
}

impl Place {
    fn at(gate: Arc<Gate>, entrance: Entrance, alone: Option<Alone>, token: CancelToken) -> Self {
        let (is_counted, is_alone) = (AtomicBool::new(false), AtomicBool::new(false));
        Self { gate, entrance, alone, token, thread: OwnThread::get(), is_counted, is_alone }
    }

    /// Gives back whatever it has, and tells whether that was something.
    fn give_back(self: &Arc<Self>) -> bool {
        let alone = self.alone.filter(|_| self.is_alone.swap(false, Ordering::SeqCst));
        let was_counted = self.gate.release(self, alone);
        was_counted || alone.is_some()
    }

    /// Lets others in although the thread is still inside. Those whom it keeps out for their own
    /// safety go on waiting.
    pub(crate) fn abandon(self: &Arc<Self>) {
        self.gate.release(self, None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stopped_call_stays_alone_when_it_comes_back() {
        let token = CancelToken::new();
        let ticket = wait(Entrance::Vectorized, Some(7), &token).unwrap();
        // Stopped while it waits for the engine, and then it waits again, in its clean-up.
        let given = give_back();
        assert!(given.is_some());
        token.cancel();
        take_again(given);
        assert!(GATE.load().keeps_alone(7));
        assert!(give_back().is_none());
        assert!(GATE.load().keeps_alone(7));
        drop(ticket);
        assert!(!GATE.load().keeps_alone(7));
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
        assert_eq!(gate.row_calls(), 1);
        ticket.place().abandon();
        assert_eq!(gate.row_calls(), 0);
        drop(ticket);
        assert_eq!(gate.row_calls(), 0);
    }
}
