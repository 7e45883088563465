//! One stay of a thread in plugin code, from the door in to the door out.

use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering, fence};
use std::sync::{Arc, LazyLock, OnceLock};
use std::time::{Duration, Instant};

use arrowsmith_contract::watchdog::{self, Alarm};
use arrowsmith_contract::{
    CallContext, CancelToken, Result, RowNumber, RowNumbers, StopReason, TimedOut, Watch,
};
use parking_lot::Mutex;
use pyo3::prelude::*;

use super::exception::{self, ThreadIdent};
use super::{hooks, thread};
use crate::door;
use crate::gate::Place;

/// No row has this number.
const WHOLE_BATCH: u64 = u64::MAX;

/// The thread is in Python code.
const HERE: u8 = 0;
/// It waits in Rust for something that Python code asked for.
const AWAY: u8 = 1;
/// It came back with an exception, because it is to stop.
const TOLD: u8 = 2;

/// No limit is looked at more often.
const FINEST: Duration = Duration::from_millis(1);

thread_local! {
    /// The stays of this thread, the innermost last.
    static OWN: RefCell<Vec<Arc<Stay>>> = const { RefCell::new(Vec::new()) };
}

/// What one call may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) timeout: Option<Duration>,
    /// How much longer a call may take that doesn't react; then the whole query is stopped.
    pub(crate) patience: Duration,
}

/// Whether the code is told to stop by what it waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    No,
    Soon,
    Just,
}

/// A thread's stay. What its thread says of itself changes only while the interpreter's lock is held, so
/// whoever holds it sees it as it is; the order of these atomics is the lock's.
#[derive(Debug)]
pub(crate) struct Stay {
    function: Arc<str>,
    token: CancelToken,
    rows: RowNumbers,
    limits: Limits,
    place: Arc<Place>,
    thread: OnceLock<ThreadIdent>,
    is_inside: AtomicBool,
    /// Which call is under way, or was the last one, counted from one.
    call: AtomicU64,
    /// When it began, in nanoseconds since [`BASE`]; zero between calls.
    began: AtomicU64,
    /// The row of the batch that it is for, or [`WHOLE_BATCH`].
    row: AtomicU64,
    /// Whether the exception was raised since the last time it was cleared.
    is_raised: AtomicBool,
    /// Whether it comes again as soon as it is caught.
    insists: AtomicBool,
    /// Whether the thread waits in Rust, or came back from there with an exception: [`HERE`] and
    /// its like.
    whereabouts: AtomicU8,
    /// The last call that was found to take too long.
    overdue: AtomicU64,
    alarm: Mutex<Option<Alarm>>,
}

static BASE: LazyLock<Instant> = LazyLock::new(Instant::now);

fn now() -> u64 {
    (BASE.elapsed().as_nanos() as u64).max(1)
}

/// Whether the exception was raised in this thread.
pub(crate) fn is_stopping() -> bool {
    OWN.with_borrow(|stays| stays.last().is_some_and(|stay| stay.is_raised()))
}

/// Says that this thread begins or ends to wait in Rust. It is attached.
pub(crate) fn set_away(is_away: bool) {
    own(|stay| stay.whereabouts.store(if is_away { AWAY } else { HERE }, Ordering::SeqCst));
}

/// Says that this thread comes back from a wait with an exception, attached. Where that is because
/// it is to stop, it needs no other one for now: two of them would cut off what the first one lets
/// run.
pub(crate) fn came_back_failed() {
    own(|stay| {
        if stay.is_raised() || stay.token.is_stopped() {
            stay.whereabouts.store(TOLD, Ordering::SeqCst);
        }
    });
}

fn own(act: impl FnOnce(&Stay)) {
    OWN.with_borrow(|stays| {
        if let Some(stay) = stays.last() {
            act(stay);
        }
    });
}

/// Whether it must be raised again as soon as it is caught.
pub(super) fn insists() -> bool {
    let insists = |stay: &Arc<Stay>| stay.is_raised() && stay.insists.load(Ordering::SeqCst);
    OWN.with_borrow(|stays| stays.last().is_some_and(insists))
}

impl Stay {
    /// Goes into Python and calls `work` there. What it gives is thrown away if the token was
    /// stopped.
    ///
    /// # Errors
    /// Why the token was stopped, else as [`door::enter`].
    pub(crate) fn enter<T>(
        function: &Arc<str>,
        context: &CallContext,
        limits: Limits,
        place: Arc<Place>,
        work: impl FnOnce(Python<'_>, &Self) -> Result<T>,
    ) -> Result<T> {
        let stay = Arc::new(Self {
            function: Arc::clone(function),
            token: context.token.clone(),
            rows: context.rows.clone(),
            limits,
            place,
            thread: OnceLock::new(),
            is_inside: AtomicBool::new(false),
            call: AtomicU64::new(0),
            began: AtomicU64::new(0),
            row: AtomicU64::new(0),
            is_raised: AtomicBool::new(false),
            insists: AtomicBool::new(false),
            whereabouts: AtomicU8::new(HERE),
            overdue: AtomicU64::new(0),
            alarm: Mutex::new(None),
        });
        let _registered = thread::register(&stay);
        let _watch = stay.watch();
        let outcome = door::enter(|py| {
            let generation = door::generation();
            let inside = stay.begin(py);
            // Seen inside: whoever stops it from now on interrupts it.
            let outcome = stay.token.check().and_then(|()| work(py, &stay));
            drop(inside);
            if door::generation() != generation {
                end_child(py, &stay.function);
            }
            outcome
        });
        stay.token.check()?;
        outcome
    }

    /// Wakes the interrupter when the token is stopped or a limit may be over.
    fn watch(self: &Arc<Self>) -> Watch {
        if let Some(limit) = self.limits.timeout {
            self.look_again_after(limit);
        }
        let stay = Arc::downgrade(self);
        self.token.on_stop(move |_| {
            if let Some(stay) = stay.upgrade() {
                thread::stop(stay);
            }
        })
    }

    fn begin<'a, 'py>(self: &'a Arc<Self>, py: Python<'py>) -> Inside<'a, 'py> {
        self.thread.get_or_init(ThreadIdent::own);
        // Whatever it is, it was not meant for this call.
        drop(exception::drop_pending(py));
        self.is_inside.store(true, Ordering::SeqCst);
        fence(Ordering::SeqCst);
        OWN.with_borrow_mut(|stays| stays.push(Arc::clone(self)));
        Inside { stay: self, py }
    }

    pub(super) fn token(&self) -> &CancelToken {
        &self.token
    }

    pub(super) fn function(&self) -> &Arc<str> {
        &self.function
    }

    pub(super) fn patience(&self) -> Duration {
        self.limits.patience
    }

    pub(super) fn is_inside(&self) -> bool {
        self.is_inside.load(Ordering::SeqCst)
    }

    /// Which call is under way, or was the last one.
    pub(super) fn call(&self) -> u64 {
        self.call.load(Ordering::SeqCst)
    }

    fn is_raised(&self) -> bool {
        self.is_raised.load(Ordering::SeqCst)
    }

    /// The thread, once it was inside.
    pub(super) fn thread(&self) -> Option<ThreadIdent> {
        self.thread.get().copied()
    }

    /// Raises the exception in this stay's thread.
    pub(super) fn interrupt(&self, py: Python<'_>, insists: bool) -> PyResult<()> {
        let Some(thread) = self.thread() else { return Ok(()) };
        self.is_raised.store(true, Ordering::SeqCst);
        self.insists.store(insists, Ordering::SeqCst);
        exception::set(py, thread)
    }

    /// Asked with the interpreter's lock, before the exception is raised.
    pub(super) fn is_told_at_the_door(&self) -> Told {
        match self.whereabouts.load(Ordering::SeqCst) {
            AWAY => {
                self.is_raised.store(true, Ordering::SeqCst);
                Told::Soon
            }
            TOLD => {
                self.whereabouts.store(HERE, Ordering::SeqCst);
                Told::Just
            }
            _ => Told::No,
        }
    }

    /// Drops an exception that was raised and did not arrive. No new one must be on its way.
    fn take_back(&self, py: Python<'_>) {
        self.insists.store(false, Ordering::SeqCst);
        self.whereabouts.store(HERE, Ordering::SeqCst);
        if self.is_raised.swap(false, Ordering::SeqCst) {
            // It can fail for lack of memory only.
            drop(exception::drop_own(py));
        }
    }

    /// Gives the place at the gate to others, because this thread isn't coming back.
    pub(super) fn abandon_place(&self) {
        self.place.abandon();
    }

    /// Says that a call begins, for the row of that place in the batch, or for all of it.
    #[inline]
    pub(crate) fn begin_call(&self, row: Option<usize>) {
        if self.limits.timeout.is_none() {
            return;
        }
        self.row.store(row.map_or(WHOLE_BATCH, |row| row as u64), Ordering::Relaxed);
        // The watchdog reads both without the lock: a new call must not be seen with an old time.
        self.began.store(now(), Ordering::Release);
        self.call.store(self.call.load(Ordering::Relaxed) + 1, Ordering::Release);
    }

    /// Says that the call ended, whatever it gave, and whether its time was over. An exception that
    /// was meant for it is taken back. None of Python's may be pending.
    #[inline]
    pub(crate) fn end_call(&self, py: Python<'_>) -> bool {
        if self.limits.timeout.is_none() {
            return false;
        }
        self.began.store(0, Ordering::Relaxed);
        let was_raised = self.is_raised();
        if was_raised && !self.token.is_stopped() {
            self.take_back(py);
        }
        was_raised
    }

    /// Whether calls are timed.
    #[inline]
    pub(crate) fn is_timed(&self) -> bool {
        self.limits.timeout.is_some()
    }

    /// Why the call that is, or was, under way fails when it takes too long.
    pub(crate) fn timed_out(&self, row: Option<RowNumber>, arguments: String) -> StopReason {
        StopReason::FunctionTimeout(Arc::new(TimedOut {
            function: Arc::clone(&self.function),
            limit: self.limits.timeout.unwrap_or_default(),
            row,
            arguments,
        }))
    }

    /// The row that the call under way is for; none where it is for a batch.
    pub(super) fn row(&self) -> Option<RowNumber> {
        let row = self.row.load(Ordering::Relaxed);
        (row != WHOLE_BATCH).then(|| self.rows.number(row as usize))
    }

    fn look_again_after(self: &Arc<Self>, delay: Duration) {
        let stay = Arc::downgrade(self);
        let alarm = watchdog::after(delay.max(FINEST), move || {
            if let Some(stay) = stay.upgrade() {
                stay.look_at_limit();
            }
        });
        *self.alarm.lock() = Some(alarm);
    }

    /// On the watchdog's thread, without the interpreter: what is seen is only a reason to look
    /// again with it.
    fn look_at_limit(self: &Arc<Self>) {
        let Some(limit) = self.limits.timeout else { return };
        let (call, began) = (self.call(), self.began.load(Ordering::SeqCst));
        let elapsed = Duration::from_nanos(now().saturating_sub(began));
        if began == 0 || elapsed < limit {
            self.look_again_after(if began == 0 { limit } else { limit.saturating_sub(elapsed) });
            return;
        }
        if self.overdue.swap(call, Ordering::SeqCst) != call {
            thread::end_call(Arc::clone(self), call);
        }
        self.look_again_after(limit);
    }

    /// Whether that call is still under way.
    pub(super) fn is_in_call(&self, call: u64) -> bool {
        self.is_inside() && self.call() == call && self.began.load(Ordering::SeqCst) != 0
    }
}

/// Ends the child of a fork that plugin code made and did not end itself: of the engine's threads it
/// has this one only, so nothing would ever come of it.
fn end_child(py: Python<'_>, function: &str) {
    let message = format!("arrowsmith: {function} forked, and its child came back; it ends here\n");
    let said =
        py.import("sys").and_then(|sys| sys.getattr("stderr")?.call_method1("write", (message,)));
    // It may have no stderr.
    drop(said);
    let ended = py.import("os").and_then(|os| os.call_method1("_exit", (1,)));
    // Not reached: `_exit` doesn't return.
    drop(ended);
}

struct Inside<'a, 'py> {
    stay: &'a Arc<Stay>,
    py: Python<'py>,
}

impl Drop for Inside<'_, '_> {
    fn drop(&mut self) {
        OWN.with_borrow_mut(Vec::pop);
        self.stay.is_inside.store(false, Ordering::SeqCst);
        self.stay.began.store(0, Ordering::SeqCst);
        // They would see the next function's code, and what is run here.
        drop(hooks::remove(self.py));
        self.stay.take_back(self.py);
    }
}
