//! Which tasks of a query are on a thread right now.
//!
//! DataFusion starts tasks of its own. They are aborted with the query, but one whose operator does
//! not yield stays on its thread, and only that tells it from one that waits for a worker.

use std::any::Any;
use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use datafusion::common::runtime::{JoinSetTracer, set_join_set_tracer};
use futures::FutureExt;
use futures::future::BoxFuture;

/// The tasks of one query.
#[derive(Debug, Default)]
pub(crate) struct Tasks {
    on_threads: AtomicUsize,
}

impl Tasks {
    pub(crate) fn hold_a_thread(&self) -> bool {
        self.on_threads.load(Ordering::Acquire) > 0
    }

    /// Whether others than the one that asks do.
    pub(crate) fn others_hold_a_thread(&self) -> bool {
        self.on_threads.load(Ordering::Acquire) > 1
    }
}

thread_local! {
    /// The query whose task this thread runs.
    static CURRENT: RefCell<Option<Arc<Tasks>>> = const { RefCell::new(None) };
}

/// A task of a query. What DataFusion starts while it runs is of the same query.
pub(crate) struct Task<T> {
    tasks: Arc<Tasks>,
    work: BoxFuture<'static, T>,
}

impl<T> Task<T> {
    pub(crate) fn new(tasks: &Arc<Tasks>, work: impl Future<Output = T> + Send + 'static) -> Self {
        Self { tasks: Arc::clone(tasks), work: work.boxed() }
    }
}

impl<T> Future for Task<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let _on_thread = OnThread::enter(&self.tasks);
        self.work.as_mut().poll(context)
    }
}

/// This thread's stay in a task.
struct OnThread {
    tasks: Arc<Tasks>,
    before: Option<Arc<Tasks>>,
}

impl OnThread {
    fn enter(tasks: &Arc<Tasks>) -> Self {
        tasks.on_threads.fetch_add(1, Ordering::AcqRel);
        let before = CURRENT.replace(Some(Arc::clone(tasks)));
        Self { tasks: Arc::clone(tasks), before }
    }
}

impl Drop for OnThread {
    fn drop(&mut self) {
        CURRENT.set(self.before.take());
        self.tasks.on_threads.fetch_sub(1, Ordering::AcqRel);
    }
}

/// Lets the tasks that DataFusion starts be known. It asks whoever came first in the process.
pub(crate) fn follow() {
    // Where that was not us, operators that do not yield are not noticed.
    let _ = set_join_set_tracer(&Follower);
}

type Outcome = Box<dyn Any + Send>;

struct Follower;

impl JoinSetTracer for Follower {
    fn trace_future(&self, task: BoxFuture<'static, Outcome>) -> BoxFuture<'static, Outcome> {
        match CURRENT.with_borrow(Option::clone) {
            Some(tasks) => Task { tasks, work: task }.boxed(),
            None => task,
        }
    }

    /// Blocking work has threads of its own.
    fn trace_block(
        &self,
        work: Box<dyn FnOnce() -> Outcome + Send>,
    ) -> Box<dyn FnOnce() -> Outcome + Send> {
        work
    }
}
