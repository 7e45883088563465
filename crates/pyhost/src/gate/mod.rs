//! Decides how many threads may be in plugin code at once: one in row-mode code, as many as there
//! are cores in all. Threads wait here detached, on a lock of Rust's, because a thread that looks
//! at signals would otherwise queue for the interpreter's lock behind all of them.
//!
//! Who waits longest goes in first. Who is inside but uses no processor, because it sleeps or waits for
//! the network, keeps nobody out.

use std::cell::RefCell;
use std::collections::{HashSet, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use arrowsmith_contract::{CancelToken, Result};
use parking_lot::{Condvar, Mutex};

use crate::processor_time::OwnThread;

/// How often a waiting thread looks at its token.
const LOOK: Duration = Duration::from_millis(20);

/// Who uses less than this part of one processor is idle.
const IDLE: u32 = 10;

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
    thread: Option<OwnThread>,
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
    counted: Vec<Counted>,
    alone: HashSet<Alone>,
    waiting: VecDeque<Waiting>,
    next: u64,
    /// How many have left so far.
    left: u64,
}

/// Who is inside, and how much processor time its thread had used when somebody last looked.
#[derive(Debug)]
struct Counted {
    place: Arc<Place>,
    looked: Instant,
    used: Option<Duration>,
}

#[derive(Debug)]
struct Waiting {
    number: u64,
    place: Arc<Place>,
    /// Whether it wants to be counted; else only to be alone.
    counts: bool,
    /// Since nobody has left.
    since: Instant,
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
    place.gate.admit(&place, true)?;
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

impl Gate {
    fn sized() -> Self {
        Self::new(std::thread::available_parallelism().map_or(1, std::num::NonZero::get))
    }

    fn new(most: usize) -> Self {
        Self { inside: Mutex::default(), changed: Condvar::new(), most }
    }

    /// Waits for a place; without `counts`, only until the plugin is alone, whatever its token says.
    fn admit(&self, place: &Arc<Place>, counts: bool) -> Result<()> {
        let mut inside = self.inside.lock();
        let number = inside.enqueue(place, counts);
        loop {
            if counts && let Err(stopped) = place.token.check() {
                inside.waiting.retain(|waiting| waiting.number != number);
                drop(inside);
                self.changed.notify_all();
                return Err(stopped);
            }
            if inside.first_that_fits(self.most) == Some(number) {
                inside.let_in(number);
                drop(inside);
                // There may be room for the next one.
                self.changed.notify_all();
                return Ok(());
            }
            if self.changed.wait_for(&mut inside, LOOK).timed_out() {
                inside.forget_idle();
            }
        }
    }

    fn release(&self, place: &Arc<Place>, alone: Option<Alone>) -> bool {
        let mut inside = self.inside.lock();
        let was_counted = place.is_counted.swap(false, Ordering::SeqCst);
        if was_counted {
            inside.counted.retain(|counted| !Arc::ptr_eq(&counted.place, place));
            inside.left += 1;
        }
        if let Some(alone) = alone {
            inside.alone.remove(&alone);
        }
        drop(inside);
        // All, because who waits for row mode can't use what a vectorized call leaves.
        self.changed.notify_all();
        was_counted
    }
}

impl Inside {
    fn enqueue(&mut self, place: &Arc<Place>, counts: bool) -> u64 {
        let number = self.next;
        self.next += 1;
        let (place, since, left) = (Arc::clone(place), Instant::now(), self.left);
        self.waiting.push_back(Waiting { number, place, counts, since, left });
        number
    }

    fn first_that_fits(&mut self, most: usize) -> Option<u64> {
        let row = self.counted.iter().any(|counted| counted.place.entrance == Entrance::Row);
        let is_full = self.counted.len() >= most;
        for waiting in &mut self.waiting {
            if waiting.left != self.left {
                (waiting.left, waiting.since) = (self.left, Instant::now());
            }
        }
        let fits = |waiting: &&Waiting| {
            let place = &waiting.place;
            let is_kept_out = place.alone.is_some_and(|alone| self.alone.contains(&alone));
            let is_taken = is_full || (row && place.entrance == Entrance::Row);
            !is_kept_out && (!waiting.counts || !is_taken || waiting.since.elapsed() > PATIENCE)
        };
        self.waiting.iter().find(fits).map(|waiting| waiting.number)
    }

    fn let_in(&mut self, number: u64) {
        let Some(position) = self.waiting.iter().position(|waiting| waiting.number == number)
        else {
            return;
        };
        let Some(Waiting { place, counts, .. }) = self.waiting.remove(position) else { return };
        self.alone.extend(place.alone);
        place.is_alone.store(place.alone.is_some(), Ordering::SeqCst);
        place.is_counted.store(counts, Ordering::SeqCst);
        if counts {
            let used = place.thread.as_ref().and_then(OwnThread::processor_time);
            self.counted.push(Counted { place, looked: Instant::now(), used });
        }
    }

    /// Counts those no longer who did next to nothing since the last look.
    fn forget_idle(&mut self) {
        let before = self.counted.len();
        self.counted.retain_mut(|counted| {
            let elapsed = counted.looked.elapsed();
            if elapsed < LOOK {
                return true;
            }
            let used = counted.place.thread.as_ref().and_then(OwnThread::processor_time);
            let is_idle = match (counted.used, used) {
                (Some(then), Some(now)) => now.saturating_sub(then) * IDLE < elapsed,
                _ => false,
            };
            (counted.looked, counted.used) = (Instant::now(), used);
            if is_idle {
                counted.place.is_counted.store(false, Ordering::SeqCst);
            }
            !is_idle
        });
        self.left += (before - self.counted.len()) as u64;
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use arrowsmith_contract::Error;

    use super::*;

    impl Place {
        fn take(self: &Arc<Self>) -> Result<()> {
            self.gate.admit(self, true)
        }
    }

    fn place(gate: &Arc<Gate>, entrance: Entrance, alone: Option<Alone>) -> Arc<Place> {
        Arc::new(Place::at(Arc::clone(gate), entrance, alone, CancelToken::new()))
    }

    fn row_calls(gate: &Gate) -> usize {
        let inside = gate.inside.lock();
        inside.counted.iter().filter(|counted| counted.place.entrance == Entrance::Row).count()
    }

    fn is_refused(place: &Arc<Place>) -> bool {
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
    #[cfg(target_os = "linux")]
    fn who_sleeps_inside_keeps_nobody_out_and_who_works_does() {
        let gate = Arc::new(Gate::new(2));
        let sleeping = place(&gate, Entrance::Row, None);
        sleeping.take().unwrap();
        let start = Instant::now();
        thread::scope(|scope| {
            let waits = scope.spawn(|| {
                let working = place(&gate, Entrance::Row, None);
                working.take().unwrap();
                let end = Instant::now() + Duration::from_millis(200);
                while Instant::now() < end {
                    std::hint::spin_loop();
                }
                working.give_back();
            });
            thread::sleep(Duration::from_millis(100));
            assert!(start.elapsed() < PATIENCE);
            // It works by now, so this one waits until it is through.
            place(&gate, Entrance::Row, None).take().unwrap();
            assert!(start.elapsed() >= Duration::from_millis(200));
            waits.join().unwrap();
        });
    }

    #[test]
    fn who_waits_longest_goes_in_first() {
        let gate = Arc::new(Gate::new(1));
        let inside = place(&gate, Entrance::Vectorized, None);
        inside.take().unwrap();
        let order = Mutex::new(Vec::new());
        thread::scope(|scope| {
            for number in 0..4 {
                let (gate, order) = (&gate, &order);
                scope.spawn(move || {
                    let place = place(gate, Entrance::Vectorized, None);
                    place.take().unwrap();
                    order.lock().push(number);
                    place.give_back();
                });
                while gate.inside.lock().waiting.len() <= number {
                    thread::yield_now();
                }
            }
            inside.give_back();
        });
        assert_eq!(order.into_inner(), [0, 1, 2, 3]);
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
        assert_eq!(gate.inside.lock().counted.len(), 2);
        alone.give_back();
        place(&gate, Entrance::Vectorized, Some(1)).take().unwrap();
    }

    #[test]
    fn a_stopped_call_stays_alone_when_it_comes_back() {
        let token = CancelToken::new();
        let ticket = wait(Entrance::Vectorized, Some(7), &token).unwrap();
        // Stopped while it waits for the engine, and then it waits again, in its clean-up.
        let given = give_back();
        assert!(given.is_some());
        token.cancel();
        take_again(given);
        assert!(GATE.load().inside.lock().alone.contains(&7));
        assert!(give_back().is_none());
        assert!(GATE.load().inside.lock().alone.contains(&7));
        drop(ticket);
        assert!(!GATE.load().inside.lock().alone.contains(&7));
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
        assert_eq!(row_calls(&gate), 1);
        ticket.place().abandon();
        assert_eq!(row_calls(&gate), 0);
        drop(ticket);
        assert_eq!(row_calls(&gate), 0);
    }
}
