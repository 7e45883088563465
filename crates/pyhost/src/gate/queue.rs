//! Who is inside, who waits, and who goes in next.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use arrowsmith_contract::Result;
use parking_lot::{Condvar, Mutex};

use super::{Alone, Entrance, Place};
use crate::processor_time::OwnThread;

/// How often a waiting thread looks at its token.
const LOOK: Duration = Duration::from_millis(20);

/// Who uses less than this part of what would be its share of one processor is idle.
const IDLE: u32 = 10;

/// For how long it is looked how much a thread uses. On a busy machine all get nothing for a while.
const SPELL: Duration = Duration::from_millis(100);

/// What was used over longer than this says nothing of now.
const STALE: Duration = Duration::from_millis(500);

/// How long a thread waits while nobody leaves. Plugin code may itself wait for a thread that queries;
/// the interpreter's lock keeps things right, the gate only keeps them quick.
const PATIENCE: Duration = Duration::from_secs(2);

#[derive(Debug)]
pub(super) struct Gate {
    inside: Mutex<Inside>,
    changed: Condvar,
    most: usize,
}

#[derive(Debug)]
struct Inside {
    counted: Vec<Counted>,
    alone: HashSet<Alone>,
    waiting: VecDeque<Waiting>,
    next: u64,
    /// When somebody left last.
    left: Instant,
}

/// Who is inside, and how much processor time its thread had used when somebody last looked. Nobody
/// looks while nobody waits.
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
    since: Instant,
}

impl Gate {
    pub(super) fn sized() -> Self {
        Self::new(std::thread::available_parallelism().map_or(1, std::num::NonZero::get))
    }

    fn new(most: usize) -> Self {
        let inside = Inside {
            counted: Vec::new(),
            alone: HashSet::new(),
            waiting: VecDeque::new(),
            next: 0,
            left: Instant::now(),
        };
        Self { inside: Mutex::new(inside), changed: Condvar::new(), most }
    }

    /// Waits for a place; without `counts`, only until the plugin is alone, whatever its token says.
    pub(super) fn admit(&self, place: &Arc<Place>, counts: bool) -> Result<()> {
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
                inside.let_in(number, self.most);
                drop(inside);
                // There may be room for the next one.
                self.changed.notify_all();
                return Ok(());
            }
            self.changed.wait_for(&mut inside, LOOK);
            inside.forget_idle();
        }
    }

    pub(super) fn release(&self, place: &Arc<Place>, alone: Option<Alone>) -> bool {
        let mut inside = self.inside.lock();
        let was_counted = place.is_counted.swap(false, Ordering::SeqCst);
        if was_counted {
            inside.counted.retain(|counted| !Arc::ptr_eq(&counted.place, place));
            inside.left = Instant::now();
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
        let (place, since) = (Arc::clone(place), Instant::now());
        self.waiting.push_back(Waiting { number, place, counts, since });
        number
    }

    fn first_that_fits(&self, most: usize) -> Option<u64> {
        let fits = |waiting: &&Waiting| {
            let place = &waiting.place;
            let is_kept_out = place.alone.is_some_and(|alone| self.alone.contains(&alone));
            let waited = || waiting.since.max(self.left).elapsed();
            !is_kept_out && (!waiting.counts || !self.is_taken(place, most) || waited() > PATIENCE)
        };
        self.waiting.iter().find(fits).map(|waiting| waiting.number)
    }

    /// Whether there is no room for that place.
    fn is_taken(&self, place: &Place, most: usize) -> bool {
        let is_row = |counted: &Counted| counted.place.entrance == Entrance::Row;
        self.counted.len() >= most
            || (place.entrance == Entrance::Row && self.counted.iter().any(is_row))
    }

    fn let_in(&mut self, number: u64, most: usize) {
        let Some(position) = self.waiting.iter().position(|waiting| waiting.number == number)
        else {
            return;
        };
        let Some(Waiting { place, counts, .. }) = self.waiting.remove(position) else { return };
        self.alone.extend(place.alone);
        place.is_alone.store(place.alone.is_some(), Ordering::SeqCst);
        place.is_counted.store(counts, Ordering::SeqCst);
        if counts {
            if self.is_taken(&place, most) {
                // It came in for its patience. The next one needs as much.
                self.left = Instant::now();
            }
            self.counted.push(Counted { place, looked: Instant::now(), used: None });
        }
    }

    /// Counts those no longer who did next to nothing between two looks.
    fn forget_idle(&mut self) {
        let before = self.counted.len();
        // Those who want the interpreter's lock use a processor one after another.
        let parts = IDLE * before as u32;
        self.counted.retain_mut(|counted| {
            let elapsed = counted.looked.elapsed();
            if counted.used.is_some() && elapsed < SPELL {
                return true;
            }
            let used = counted.place.thread.as_ref().and_then(OwnThread::processor_time);
            let is_idle = match (counted.used, used) {
                (Some(then), Some(now)) if elapsed < STALE => {
                    now.saturating_sub(then) * parts < elapsed
                }
                _ => false,
            };
            (counted.looked, counted.used) = (Instant::now(), used);
            if is_idle {
                counted.place.is_counted.store(false, Ordering::SeqCst);
            }
            !is_idle
        });
        if self.counted.len() < before {
            self.left = Instant::now();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use arrowsmith_contract::{CancelToken, Error};

    use super::*;

    impl Gate {
        pub(in crate::gate) fn row_calls(&self) -> usize {
            let inside = self.inside.lock();
            inside.counted.iter().filter(|counted| counted.place.entrance == Entrance::Row).count()
        }

        pub(in crate::gate) fn keeps_alone(&self, alone: Alone) -> bool {
            self.inside.lock().alone.contains(&alone)
        }
    }

    impl Place {
        fn take(self: &Arc<Self>) -> Result<()> {
            self.gate.admit(self, true)
        }
    }

    fn place(gate: &Arc<Gate>, entrance: Entrance, alone: Option<Alone>) -> Arc<Place> {
        Arc::new(Place::at(Arc::clone(gate), entrance, alone, CancelToken::new()))
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
}
