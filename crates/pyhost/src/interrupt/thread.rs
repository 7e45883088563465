//! The interrupter: a plain thread that attaches to raise exceptions in others. The watchdog, whose
//! deadlines must never wait for an interpreter, hands that over to it.

use std::sync::atomic::{Ordering, fence};
use std::sync::{Arc, LazyLock, Weak};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use arrowsmith_contract::{Error, StopReason};
use parking_lot::{Condvar, Mutex};
use pyo3::prelude::*;

use super::stay::{Stay, Told};
use super::{LOST, delicate};
use crate::door;

/// How soon the exception is raised again. Until then `finally` and `with` run undisturbed; code that
/// goes on regardless, or dropped it, gets no more peace after that.
const AGAIN: Duration = Duration::from_millis(20);
/// How soon a thread is looked at again that is in the middle of something delicate.
const SOON: Duration = Duration::from_millis(2);
/// How soon in a thread that counts as lost.
const LATER: Duration = Duration::from_millis(500);

#[derive(Default)]
struct Interrupter {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    jobs: Vec<Job>,
    stays: Vec<Weak<Stay>>,
    has_thread: bool,
}

/// A stay that is to end.
struct Job {
    stay: Arc<Stay>,
    /// The one call that is to end, where it isn't the whole stay.
    call: Option<u64>,
    since: Instant,
    due: Instant,
    /// How often the exception was raised, and since when.
    raised: u32,
    first_raised: Option<Instant>,
    is_lost: bool,
    /// Why the whole query is to stop: the one call went on for too long after its time.
    verdict: Option<StopReason>,
}

/// Swapped after a fork, which leaves the thread behind and perhaps a lock held for ever.
static INTERRUPTER: LazyLock<ArcSwap<Interrupter>> = LazyLock::new(ArcSwap::default);

/// Starts anew in the child of a fork.
pub(crate) fn forget_parent() {
    INTERRUPTER.store(Arc::default());
}

/// Keeps a stay known to [`stop_all`] until it is dropped.
pub(super) struct Registered(Weak<Stay>);

pub(super) fn register(stay: &Arc<Stay>) -> Registered {
    let weak = Arc::downgrade(stay);
    INTERRUPTER.load().state.lock().stays.push(Weak::clone(&weak));
    Registered(weak)
}

impl Drop for Registered {
    fn drop(&mut self) {
        let interrupter = INTERRUPTER.load();
        let mut state = interrupter.state.lock();
        if let Some(place) = state.stays.iter().position(|stay| stay.ptr_eq(&self.0)) {
            state.stays.swap_remove(place);
        }
    }
}

/// Stops the queries of all threads that are in plugin code.
pub(crate) fn stop_all(reason: &StopReason) {
    let stays = INTERRUPTER.load().state.lock().stays.clone();
    for stay in stays.iter().filter_map(Weak::upgrade) {
        stay.token().stop(reason.clone());
    }
}

/// Ends a stay whose token was stopped.
pub(super) fn stop(stay: Arc<Stay>) {
    INTERRUPTER.load().add(stay, None);
}

/// Ends one call.
pub(super) fn end_call(stay: Arc<Stay>, call: u64) {
    INTERRUPTER.load().add(stay, Some(call));
}

impl Interrupter {
    fn add(self: &Arc<Self>, stay: Arc<Stay>, call: Option<u64>) {
        let job = Job::new(stay, call);
        let mut state = self.state.lock();
        state.jobs.push(job);
        if !state.has_thread {
            state.has_thread = self.start();
        }
        drop(state);
        self.changed.notify_one();
    }

    fn start(self: &Arc<Self>) -> bool {
        let interrupter = Arc::clone(self);
        let name = "arrowsmith-interrupter".to_owned();
        let spawned = std::thread::Builder::new().name(name).spawn(move || interrupter.run());
        spawned.is_ok()
    }

    fn run(&self) {
        loop {
            let (due, rest) = self.wait();
            let mut kept = interrupt(due);
            let mut state = self.state.lock();
            kept.extend(rest);
            state.jobs.extend(kept);
        }
    }

    /// Waits until something is due, and takes all jobs: those that are due and the others.
    fn wait(&self) -> (Vec<Job>, Vec<Job>) {
        let mut state = self.state.lock();
        loop {
            let now = Instant::now();
            match state.jobs.iter().map(|job| job.due).min() {
                None => self.changed.wait(&mut state),
                Some(due) if due > now => {
                    self.changed.wait_until(&mut state, due);
                }
                Some(_) => {
                    let jobs = std::mem::take(&mut state.jobs);
                    return jobs.into_iter().partition(|job| job.due <= now);
                }
            }
        }
    }
}

/// Raises the exceptions under one hold of the interpreter's lock, and gives the jobs that are not
/// done with that.
fn interrupt(mut jobs: Vec<Job>) -> Vec<Job> {
    // Who goes inside looks at its token after it said so: one of the two sees the other.
    fence(Ordering::SeqCst);
    jobs.retain(|job| !job.is_over());
    if jobs.is_empty() {
        return jobs;
    }
    let entered = door::enter_to_stop(|py| {
        // Seen under the lock: who left meanwhile must not be hit.
        jobs.retain(|job| !job.is_over());
        for job in &mut jobs {
            // What can fail does so for lack of memory; the next time may do.
            let _ = job.interrupt(py);
        }
        Ok(())
    });
    if matches!(entered, Err(Error::Closed(_))) {
        // The interpreter is gone, and everything in it.
        return Vec::new();
    }
    jobs.into_iter().filter_map(Job::next).collect()
}

impl Job {
    fn new(stay: Arc<Stay>, call: Option<u64>) -> Self {
        let now = Instant::now();
        Self {
            stay,
            call,
            since: now,
            due: now,
            raised: 0,
            first_raised: None,
            is_lost: false,
            verdict: None,
        }
    }

    fn is_over(&self) -> bool {
        match self.call {
            None => !self.stay.is_inside(),
            Some(call) => self.stay.token().is_stopped() || !self.stay.is_in_call(call),
        }
    }

    fn interrupt(&mut self, py: Python<'_>) -> PyResult<()> {
        let Some(thread) = self.stay.thread() else { return Ok(()) };
        match self.stay.is_told_at_the_door() {
            Told::No => {}
            // It brings the exception along when it comes back.
            Told::Soon => return Ok(()),
            Told::Just => {
                self.count_raise();
                return Ok(());
            }
        }
        if self.call.is_some() && self.went_on_for() >= self.stay.patience() {
            self.verdict = Some(self.stay.timed_out(self.stay.row(), String::new()));
            return Ok(());
        }
        // Who makes looking fail gains nothing by it.
        if delicate::is_better_left(py, thread, self.since.elapsed()).unwrap_or(false) {
            return Ok(());
        }
        self.count_raise();
        self.stay.interrupt(py, self.raised > 1)
    }

    fn count_raise(&mut self) {
        self.raised += 1;
        self.first_raised.get_or_insert_with(Instant::now);
    }

    /// How long the code went on after it was told to stop.
    fn went_on_for(&self) -> Duration {
        self.first_raised.map_or(Duration::ZERO, |first| first.elapsed())
    }

    /// The job after the exception was raised once more.
    fn next(mut self) -> Option<Self> {
        if let Some(verdict) = self.verdict {
            // This makes a job of its own.
            self.stay.token().stop(verdict);
            return None;
        }
        if self.call.is_none() && self.went_on_for() >= LOST && !self.is_lost {
            self.is_lost = true;
            self.stay.abandon_place();
            log::warn!(
                "{} has not stopped for {} s; its thread goes on in the background, and what it \
                 gives is dropped",
                self.stay.function(),
                LOST.as_secs()
            );
        }
        let wait = match self.raised {
            _ if self.is_lost => LATER,
            0 => SOON,
            _ => AGAIN,
        };
        self.due = Instant::now() + wait;
        Some(self)
    }
}
