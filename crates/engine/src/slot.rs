//! Where an answer is waited for, and when a stopped query's waiter is let go.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Waker;
use std::time::Duration;

use arrowsmith_contract::watchdog::{self, Alarm};
use arrowsmith_contract::{CancelToken, GRACE};
use parking_lot::{Condvar, Mutex};

use crate::{Error, Result};

/// How often it is looked whether the calls of a stopped query have ended.
const LOOK_AGAIN: Duration = Duration::from_millis(3);

/// Whether all that the readers of a stream wait for is there, so that no stop matters any more.
#[derive(Debug, Default)]
pub(crate) struct Completion {
    complete: AtomicBool,
    given_up: AtomicBool,
}

impl Completion {
    pub(crate) fn complete(&self) {
        self.complete.store(true, Ordering::SeqCst);
    }

    /// From now on every reader gets an error: one who missed a batch must not see the next. Gives
    /// whether all was there.
    pub(crate) fn give_up(&self) -> bool {
        self.given_up.store(true, Ordering::SeqCst);
        self.complete.load(Ordering::SeqCst)
    }

    fn is_complete(&self) -> bool {
        self.complete.load(Ordering::SeqCst) && !self.given_up.load(Ordering::SeqCst)
    }
}

pub(crate) struct Slot<T> {
    state: Mutex<State<T>>,
    filled: Condvar,
    /// What stops the work.
    token: CancelToken,
    /// Of the stream that the answer is a part of.
    completion: Option<Arc<Completion>>,
    next_look: Mutex<Option<Alarm>>,
}

struct State<T> {
    answer: Option<Result<T>>,
    done: bool,
    waker: Option<Waker>,
}

impl<T> Slot<T> {
    pub(crate) fn new(token: CancelToken, completion: Option<Arc<Completion>>) -> Self {
        Self {
            state: Mutex::new(State { answer: None, done: false, waker: None }),
            filled: Condvar::new(),
            token,
            completion,
            next_look: Mutex::default(),
        }
    }

    /// Stops the query. Where the answer is a part of a stream, no other part is given.
    pub(crate) fn give_up(&self) {
        let was_complete = self.completion.as_ref().is_some_and(|completion| completion.give_up());
        self.token.cancel();
        if was_complete {
            // The query may have ended, and its end said, before.
            self.fill(Err(Error::stopped(&self.token)));
        }
    }

    pub(crate) fn is_stopped(&self) -> bool {
        let completion = self.completion.as_ref();
        self.token.is_stopped() && !completion.is_some_and(|completion| completion.is_complete())
    }

    pub(crate) fn is_done(&self) -> bool {
        self.state.lock().done
    }

    /// The first answer stays.
    pub(crate) fn fill(&self, answer: Result<T>) {
        let mut state = self.state.lock();
        if state.done {
            return;
        }
        state.done = true;
        state.answer = Some(answer);
        let waker = state.waker.take();
        drop(state);
        self.filled.notify_all();
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// The answer, once it is there. A second time it is an error that says so.
    pub(crate) fn take(&self) -> Option<Result<T>> {
        let mut state = self.state.lock();
        if !state.done {
            return None;
        }
        let taken_before = || Err(Error::Internal("an answer was asked for twice".to_owned()));
        Some(state.answer.take().unwrap_or_else(taken_before))
    }

    /// Blocks for at most `timeout` while there is no answer.
    pub(crate) fn wait(&self, timeout: Duration) {
        let mut state = self.state.lock();
        if !state.done {
            self.filled.wait_for(&mut state, timeout);
        }
    }

    pub(crate) fn wake_with(&self, waker: &Waker) {
        self.state.lock().waker = Some(waker.clone());
    }
}

impl<T: Send + 'static> Slot<T> {
    /// Lets the waiter of a stopped query go as soon as the query's calls have ended, or without
    /// them after [`GRACE`].
    pub(crate) fn release(self: &Arc<Self>) {
        let mut next_look = self.next_look.lock();
        if self.is_done() {
            return;
        }
        let since = self.token.stopped_at().map_or(GRACE, |at| at.elapsed());
        let left = GRACE.saturating_sub(since);
        if left.is_zero() || !self.token.is_busy() {
            drop(next_look);
            if let Some(completion) = &self.completion {
                completion.give_up();
            }
            self.fill(Err(Error::stopped(&self.token)));
            return;
        }
        let slot = Arc::downgrade(self);
        *next_look = Some(watchdog::after(left.min(LOOK_AGAIN), move || {
            if let Some(slot) = slot.upgrade() {
                slot.release();
            }
        }));
    }
}

/// Fills the slot when the work ends, also where it goes away without an answer: aborted, or its
/// runtime shut down.
pub(crate) struct Filler<T: Send + 'static> {
    slot: Arc<Slot<T>>,
    answer: Option<Result<T>>,
}

impl<T: Send + 'static> Filler<T> {
    pub(crate) fn new(slot: &Arc<Slot<T>>) -> Self {
        Self { slot: Arc::clone(slot), answer: None }
    }

    pub(crate) fn fill(mut self, answer: Result<T>) {
        self.answer = Some(answer);
    }
}

impl<T: Send + 'static> Drop for Filler<T> {
    fn drop(&mut self) {
        if self.slot.is_stopped() {
            // What stopped work gives is thrown away, whatever it is.
            self.slot.release();
        } else {
            self.slot.fill(self.answer.take().unwrap_or_else(|| Err(Error::cancelled())));
        }
    }
}
