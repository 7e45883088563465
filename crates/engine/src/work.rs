//! A piece of work on the engine's threads, which its token stops. Only its start can move to
//! another runtime.

use std::fmt;
use std::future::Future;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use arrowsmith_contract::watchdog::{self, Alarm};
use arrowsmith_contract::{CancelToken, StopReason, Watch};
use futures::future::{AbortHandle, Abortable};
use parking_lot::Mutex;

use crate::Result;
use crate::context::QueryContext;
use crate::runtime::EngineRuntime;
use crate::tasks::{Task, Tasks};

/// How long after the stop a call or an operator may keep its worker before that is given up.
const LOST_AFTER: Duration = Duration::from_secs(1);

/// What the end of a piece of work means for its token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AtEnd {
    /// Nobody needs what still runs.
    Stop,
    /// It goes on.
    Keep,
}

pub(crate) struct Work {
    unstarted: Mutex<Option<Task<()>>>,
    abort: AbortHandle,
    finished: Arc<AtomicBool>,
    /// Those of its query.
    tasks: Arc<Tasks>,
    /// Of the runtime that it is on.
    generation: AtomicU64,
    runtime: Weak<EngineRuntime>,
    watch: Mutex<Option<Watch>>,
    alarm: Mutex<Option<Alarm>>,
}

impl Work {
    /// Starts work that ends with the query.
    pub(crate) fn start(
        runtime: &Arc<EngineRuntime>,
        query: &QueryContext,
        at_end: AtEnd,
        work: impl Future<Output = ()> + Send + 'static,
    ) -> Result<Arc<Self>> {
        let token = query.token();
        let stops = (at_end == AtEnd::Stop).then(|| token.clone());
        let work = Self::start_unwatched(runtime, query.tasks(), stops, work)?;
        let watch = token.on_stop({
            let work = Arc::clone(&work);
            move |token| work.stop(token)
        });
        *work.watch.lock() = Some(watch);
        Ok(work)
    }

    /// Starts work that somebody else stops, and at whose end `stops` is stopped.
    pub(crate) fn start_unwatched(
        runtime: &Arc<EngineRuntime>,
        tasks: &Arc<Tasks>,
        stops: Option<CancelToken>,
        work: impl Future<Output = ()> + Send + 'static,
    ) -> Result<Arc<Self>> {
        let finished = Arc::new(AtomicBool::new(false));
        let reason = StopReason::Cancelled;
        let mut end = End { began: Instant::now(), finished: Arc::clone(&finished), stops, reason };
        let (abort, registration) = AbortHandle::new_pair();
        let work = async move {
            // What it gives up when aborted is dropped before the end is said.
            if Abortable::new(work, registration).await.is_ok() {
                end.is_reached();
            }
        };
        let work = Arc::new(Self {
            unstarted: Mutex::new(Some(Task::new(tasks, work))),
            abort,
            finished,
            tasks: Arc::clone(tasks),
            generation: AtomicU64::new(0),
            runtime: Arc::downgrade(runtime),
            watch: Mutex::default(),
            alarm: Mutex::default(),
        });
        runtime.spawn(&work)?;
        Ok(work)
    }

    /// What a runtime runs; the first one to get there does the work.
    pub(crate) fn run(self: Arc<Self>, generation: u64) -> impl Future<Output = ()> + Send {
        let work = Unbegun(self);
        async move {
            let unstarted = work.0.unstarted.lock().take();
            if let Some(unstarted) = unstarted {
                work.0.generation.store(generation, Ordering::Release);
                drop(work);
                unstarted.await;
            }
        }
    }

    pub(crate) fn has_begun(&self) -> bool {
        self.unstarted.lock().is_none()
    }

    /// Ends it where it next yields.
    pub(crate) fn abort(&self) {
        self.abort.abort();
        drop(self.take_unstarted());
    }

    fn take_unstarted(&self) -> Option<Task<()>> {
        self.unstarted.lock().take()
    }

    fn is_finished(&self) -> bool {
        self.finished.load(Ordering::Acquire)
    }

    fn stop(self: &Arc<Self>, token: &CancelToken) {
        self.abort();
        if self.is_finished() && !token.is_busy() && !self.tasks.others_hold_a_thread() {
            return;
        }
        let (work, token) = (Arc::clone(self), token.clone());
        // The alarm keeps this alive, and this the alarm, until it went off.
        *self.alarm.lock() = Some(watchdog::after(LOST_AFTER, move || {
            let Some(runtime) = work.runtime.upgrade() else { return };
            let generation = work.generation.load(Ordering::Acquire);
            if token.is_busy() {
                runtime.lose(generation);
            } else {
                runtime.probe(generation, &work.tasks);
            }
        }));
    }
}

impl fmt::Debug for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Work")
            .field("begun", &self.has_begun())
            .field("finished", &self.is_finished())
            .finish_non_exhaustive()
    }
}

/// Lets the work go when its runtime was shut down before it began.
struct Unbegun(Arc<Work>);

impl Drop for Unbegun {
    fn drop(&mut self) {
        drop(self.0.take_unstarted());
    }
}

/// The end of work, however it came.
struct End {
    began: Instant,
    finished: Arc<AtomicBool>,
    stops: Option<CancelToken>,
    reason: StopReason,
}

impl End {
    /// The work was not given up.
    fn is_reached(&mut self) {
        self.reason = StopReason::Ended;
    }
}

impl Drop for End {
    fn drop(&mut self) {
        self.finished.store(true, Ordering::Release);
        log::debug!("work ended after {:.3?}", self.began.elapsed());
        if let Some(token) = &self.stops {
            token.stop(self.reason.clone());
        }
    }
}
