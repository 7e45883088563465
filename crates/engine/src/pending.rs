//! An answer that is being computed on the engine's threads.

use std::fmt;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use arrowsmith_contract::{CancelToken, Watch};
use futures::FutureExt;

use crate::context::QueryContext;
use crate::progress::ProgressReader;
use crate::runtime::{EngineRuntime, block};
use crate::slot::{Completion, Filler, Slot};
use crate::work::{AtEnd, Work};
use crate::{Error, Result};

/// Work that was started. Wait for it from plain threads with [`Self::wait_for`], or as a future.
/// Dropping it before the answer was taken stops the query. When its query is stopped, the answer is
/// there within [`GRACE`](arrowsmith_contract::GRACE), whatever the work does.
#[must_use = "dropping it stops the query"]
pub struct Pending<T> {
    slot: Arc<Slot<T>>,
    work: Option<Started>,
    taken: bool,
}

struct Started {
    runtime: Arc<EngineRuntime>,
    progress: Option<ProgressReader>,
    /// Lets the waiter go when the query is stopped.
    _release: Watch,
}

impl<T: Send + 'static> Pending<T> {
    /// Starts a whole query, or all of it up to its stream.
    pub(crate) fn start(
        runtime: &Arc<EngineRuntime>,
        query: &QueryContext,
        at_end: AtEnd,
        work: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Self {
        let slot = Arc::new(Slot::new(query.token().clone(), None));
        let work = answering(&slot, work);
        // The token has it from here on.
        if let Err(error) = Work::start(runtime, query, at_end, work) {
            return Self::ready(Err(error));
        }
        let release = query.token().on_stop({
            let slot = Arc::downgrade(&slot);
            move |_| {
                if let Some(slot) = slot.upgrade() {
                    slot.release();
                }
            }
        });
        Self::of(slot, runtime, Some(query.progress()), release)
    }

    /// Starts waiting for a part of what a query gives. Once all is there the part will come, even
    /// if the query is stopped, unless a part was given up.
    pub(crate) fn start_step(
        runtime: &Arc<EngineRuntime>,
        token: &CancelToken,
        completion: &Arc<Completion>,
        step: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Self {
        let slot = Arc::new(Slot::new(token.clone(), Some(Arc::clone(completion))));
        let work =
            match Work::start_unwatched(runtime, &Arc::default(), None, answering(&slot, step)) {
                Ok(work) => work,
                Err(error) => return Self::ready(Err(error)),
            };
        let release = token.on_stop({
            let slot = Arc::downgrade(&slot);
            move |_| {
                if let Some(slot) = slot.upgrade().filter(|slot| slot.is_stopped()) {
                    work.abort();
                    slot.release();
                }
            }
        });
        Self::of(slot, runtime, None, release)
    }

    fn of(
        slot: Arc<Slot<T>>,
        runtime: &Arc<EngineRuntime>,
        progress: Option<ProgressReader>,
        release: Watch,
    ) -> Self {
        let work = Started { runtime: Arc::clone(runtime), progress, _release: release };
        Self { slot, work: Some(work), taken: false }
    }
}

/// The work, with its answer put into the slot.
fn answering<T: Send + 'static>(
    slot: &Arc<Slot<T>>,
    work: impl Future<Output = Result<T>> + Send + 'static,
) -> impl Future<Output = ()> + Send + 'static {
    let filler = Filler::new(slot);
    async move {
        let answer = AssertUnwindSafe(work).catch_unwind().await;
        filler.fill(answer.unwrap_or_else(|panic| Err(Error::from_panic(panic.as_ref()))));
    }
}

impl<T> Pending<T> {
    /// An answer that is there already.
    pub(crate) fn ready(answer: Result<T>) -> Self {
        let slot = Slot::new(CancelToken::new(), None);
        slot.fill(answer);
        Self { slot: Arc::new(slot), work: None, taken: false }
    }

    /// Blocks the calling thread for at most `timeout`; gives the answer once, when it is there.
    /// It may be called on the engine's own threads, where plugin code queries a session.
    pub fn wait_for(&mut self, timeout: Duration) -> Option<Result<T>> {
        if let Some(answer) = self.take() {
            return Some(answer);
        }
        let slot = Arc::clone(&self.slot);
        block(|| slot.wait(timeout));
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

    /// Stops the query; the answer becomes `Stopped` within
    /// [`GRACE`](arrowsmith_contract::GRACE) unless it was there before.
    pub fn cancel(&self) {
        if self.work.is_some() {
            self.slot.give_up();
        }
    }

    /// How far the query is; none where nothing runs.
    pub fn progress(&self) -> Option<ProgressReader> {
        self.work.as_ref().and_then(|work| work.progress.clone())
    }

    fn take(&mut self) -> Option<Result<T>> {
        let answer = self.slot.take();
        self.taken = self.taken || answer.is_some();
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
        this.slot.wake_with(context.waker());
        // It may have been filled between the two locks.
        this.take().map_or(Poll::Pending, Poll::Ready)
    }
}

impl<T> Unpin for Pending<T> {}

impl<T> Drop for Pending<T> {
    fn drop(&mut self) {
        // A fork has nothing to stop, and its locks may be held for ever.
        if self.work.as_ref().is_some_and(|work| work.runtime.is_foreign()) {
            std::mem::forget(self.work.take());
        } else if !self.taken {
            self.cancel();
        }
    }
}

impl<T> fmt::Debug for Pending<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pending").field("done", &self.slot.is_done()).finish_non_exhaustive()
    }
}
