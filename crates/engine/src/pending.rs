//! An answer that is being computed on the engine's threads.

use std::fmt;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use arrowsmith_contract::CancelToken;
use futures::FutureExt;
use parking_lot::{Condvar, Mutex};
use tokio::runtime::Handle;
use tokio::task::AbortHandle;

use crate::runtime::block;
use crate::{Error, Result};

/// Work that was started. Wait for it from plain threads with [`Self::wait_for`], or as a future.
/// Dropping it cancels the work.
#[must_use = "dropping it cancels the work"]
pub struct Pending<T> {
    slot: Arc<Slot<T>>,
    token: CancelToken,
    task: Option<AbortHandle>,
    taken: bool,
}

struct Slot<T> {
    state: Mutex<State<T>>,
    filled: Condvar,
}

struct State<T> {
    answer: Option<Result<T>>,
    done: bool,
    waker: Option<Waker>,
}

impl<T> Slot<T> {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::new(State { answer: None, done: false, waker: None }),
            filled: Condvar::new(),
        })
    }

    fn fill(&self, answer: Result<T>) {
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
}

/// Fills the slot when the task goes away without an answer: aborted, or its runtime shut down.
struct Filler<T>(Arc<Slot<T>>);

impl<T> Drop for Filler<T> {
    fn drop(&mut self) {
        self.0.fill(Err(Error::Cancelled));
    }
}

impl<T: Send + 'static> Pending<T> {
    pub(crate) fn spawn(
        handle: &Handle,
        token: CancelToken,
        work: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Self {
        let slot = Slot::new();
        let filler = Filler(Arc::clone(&slot));
        let task = handle.spawn(async move {
            let answer = AssertUnwindSafe(work).catch_unwind().await;
            let answer = answer.unwrap_or_else(|panic| Err(Error::from_panic(panic.as_ref())));
            filler.0.fill(answer);
        });
        Self { slot, token, task: Some(task.abort_handle()), taken: false }
    }
}

impl<T> Pending<T> {
    /// An answer that is there already.
    pub(crate) fn ready(answer: Result<T>) -> Self {
        let slot = Slot::new();
        slot.fill(answer);
        Self { slot, token: CancelToken::new(), task: None, taken: false }
    }

    /// Blocks the calling thread for at most `timeout`; gives the answer once, when it is there.
    /// It may be called on the engine's own threads, where plugin code queries a session.
    pub fn wait_for(&mut self, timeout: Duration) -> Option<Result<T>> {
        if let Some(answer) = self.take() {
            return Some(answer);
        }
        let slot = Arc::clone(&self.slot);
        block(|| {
            let mut state = slot.state.lock();
            if !state.done {
                slot.filled.wait_for(&mut state, timeout);
            }
        });
        self.take()
    }

    /// Blocks the calling thread until the answer is there.
    ///
    /// # Errors
    /// What the work failed with.
    pub fn wait(mut self) -> Result<T> {
        loop {
            if let Some(answer) = self.wait_for(Duration::from_hours(1)) {
                return answer;
            }
        }
    }

    /// Stops the work; the answer becomes [`Error::Cancelled`] unless it was there before.
    pub fn cancel(&self) {
        self.token.cancel();
        if let Some(task) = &self.task {
            task.abort();
        }
        // The task may sit in plugin code; nobody has to wait for that.
        self.slot.fill(Err(Error::Cancelled));
    }

    fn take(&mut self) -> Option<Result<T>> {
        let mut state = self.slot.state.lock();
        if !state.done {
            return None;
        }
        let answer = state.answer.take();
        drop(state);
        if answer.is_none() {
            return Some(Err(Error::Internal("an answer was asked for twice".to_owned())));
        }
        self.taken = true;
        answer
    }
}

impl<T> Future for Pending<T> {
    type Output = Result<T>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<T>> {
        let this = self.get_mut();
        if let Some(answer) = this.take() {
            return Poll::Ready(answer);
        }
        this.slot.state.lock().waker = Some(context.waker().clone());
        // It may have been filled between the two locks.
        this.take().map_or(Poll::Pending, Poll::Ready)
    }
}

impl<T> Unpin for Pending<T> {}

impl<T> Drop for Pending<T> {
    fn drop(&mut self) {
        if !self.taken {
            self.cancel();
        }
    }
}

impl<T> fmt::Debug for Pending<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pending")
            .field("done", &self.slot.state.lock().done)
            .finish_non_exhaustive()
    }
}
