//! The engine's own threads for CPU work. Nothing else makes a runtime or lets a worker block.
//!
//! A call that nobody can end keeps its worker. Then the runtime retires: what starts from then on
//! gets a fresh one, and the old one stays until its last task has ended.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use arrowsmith_contract::watchdog::{self, Alarm};
use parking_lot::Mutex;
use tokio::runtime::{Builder, Handle, Runtime, RuntimeFlavor};

use crate::tasks::{self, Tasks};
use crate::work::Work;
use crate::{Error, Result};

/// How often it is looked whether a retired runtime can go.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// How soon a worker that is not stuck takes up a task.
const ANSWERS_IN: Duration = Duration::from_millis(200);

/// Worker threads that end without being waited for: they may sit in plugin code, which may want
/// an interpreter that the closing thread holds.
#[derive(Debug)]
pub(crate) struct EngineRuntime {
    /// The process that made it. A fork has its memory and none of its threads.
    process: u32,
    threads: usize,
    closed: AtomicBool,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    current: Option<Runtime>,
    /// How many came before the current one.
    generation: u64,
    retired: Vec<Runtime>,
    /// What the current one may not have begun yet.
    waiting: Vec<Weak<Work>>,
    probe: Option<Alarm>,
    next_look: Option<Alarm>,
}

impl EngineRuntime {
    pub(crate) fn start(threads: Option<usize>) -> Result<Arc<Self>> {
        let threads = match threads {
            Some(0) => return Err(Error::Plan("threads must be at least 1".to_owned())),
            Some(threads) => threads,
            None => std::thread::available_parallelism().map_or(1, usize::from),
        };
        tasks::follow();
        let runtime =
            build(threads).map_err(|e| Error::Internal(format!("no worker threads: {e}")))?;
        let state = State { current: Some(runtime), ..State::default() };
        Ok(Arc::new(Self {
            process: std::process::id(),
            threads,
            closed: AtomicBool::new(false),
            state: Mutex::new(state),
        }))
    }

    pub(crate) fn threads(&self) -> usize {
        self.threads
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    /// Whether this process is a fork of the one that it belongs to. Its locks may be held for ever
    /// then, and its threads are not there.
    pub(crate) fn is_foreign(&self) -> bool {
        self.process != std::process::id()
    }

    /// # Errors
    /// [`Error::Closed`] where nothing can be started.
    pub(crate) fn check(&self) -> Result<()> {
        if self.is_foreign() {
            return Err(Error::Closed(
                "the session was made before the process forked; make a new Database in the child"
                    .to_owned(),
            ));
        }
        if self.is_closed() {
            return Err(closed("database"));
        }
        Ok(())
    }

    /// Starts work on the runtime of now.
    pub(crate) fn spawn(&self, work: &Arc<Work>) -> Result<()> {
        self.check()?;
        let mut state = self.state.lock();
        let waiting = state.take_waiting();
        state.waiting =
            waiting.iter().filter(|work| !work.has_begun()).map(Arc::downgrade).collect();
        let started = state.spawn(work);
        drop(state);
        // The last hold of work drops what plugins gave it, whose end may come back to here.
        drop(waiting);
        started
    }

    /// Retires the runtime of that generation, if it is the current one. What it has not begun
    /// moves to the next.
    pub(crate) fn lose(self: &Arc<Self>, generation: u64) {
        if self.check().is_err() || !self.state.lock().is_current(generation) {
            return;
        }
        // Without threads for another, one with fewer workers is better than none.
        let Ok(fresh) = build(self.threads) else { return };
        let mut state = self.state.lock();
        if !state.is_current(generation) {
            drop(state);
            fresh.shutdown_background();
            return;
        }
        let lost = state.current.replace(fresh);
        state.retired.extend(lost);
        state.generation += 1;
        let waiting = state.take_waiting();
        for work in waiting.iter().filter(|work| !work.has_begun()) {
            // There is a runtime, so it cannot fail.
            let _ = state.spawn(work);
        }
        state.next_look = Some(self.plan_look());
        drop(state);
        drop(waiting);
        log::warn!(
            "a stopped query keeps a worker thread; {} new ones take over what comes",
            self.threads
        );
    }

    /// Retires the runtime of that generation if tasks of a stopped query are on its threads and
    /// no worker answers. Without the first the workers have other work, and come back.
    pub(crate) fn probe(self: &Arc<Self>, generation: u64, stopped: &Arc<Tasks>) {
        if !stopped.hold_a_thread() {
            return;
        }
        let mut state = self.state.lock();
        let Some(current) = state.current.as_ref().filter(|_| state.generation == generation)
        else {
            return;
        };
        let answered = Arc::new(AtomicBool::new(false));
        let answer = Arc::clone(&answered);
        current.handle().spawn(async move { answer.store(true, Ordering::Release) });
        let (runtime, stopped) = (Arc::downgrade(self), Arc::clone(stopped));
        state.probe = Some(watchdog::after(ANSWERS_IN, move || {
            if let Some(runtime) = runtime.upgrade()
                && !answered.load(Ordering::Acquire)
                && stopped.hold_a_thread()
            {
                runtime.lose(generation);
            }
        }));
    }

    fn plan_look(self: &Arc<Self>) -> Alarm {
        let runtime = Arc::downgrade(self);
        watchdog::after(LOOK_AGAIN, move || {
            if let Some(runtime) = runtime.upgrade() {
                runtime.look();
            }
        })
    }

    /// Lets the retired runtimes go on which nothing runs any more, and looks again while there
    /// are others.
    fn look(self: &Arc<Self>) {
        if self.is_foreign() {
            return;
        }
        let mut state = self.state.lock();
        let ended = state.take_ended();
        state.next_look = (!state.retired.is_empty()).then(|| self.plan_look());
        drop(state);
        for runtime in ended {
            runtime.shutdown_background();
        }
    }

    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::Release);
        if self.is_foreign() {
            return;
        }
        let mut state = self.state.lock();
        let runtimes: Vec<Runtime> =
            state.current.take().into_iter().chain(std::mem::take(&mut state.retired)).collect();
        drop(state);
        for runtime in runtimes {
            runtime.shutdown_background();
        }
    }
}

impl State {
    fn spawn(&mut self, work: &Arc<Work>) -> Result<()> {
        let runtime = self.current.as_ref().ok_or_else(|| closed("database"))?;
        runtime.handle().spawn(Arc::clone(work).run(self.generation));
        self.waiting.push(Arc::downgrade(work));
        Ok(())
    }

    fn is_current(&self, generation: u64) -> bool {
        self.generation == generation && self.current.is_some()
    }

    /// What waited and is still there.
    fn take_waiting(&mut self) -> Vec<Arc<Work>> {
        self.waiting.drain(..).filter_map(|work| work.upgrade()).collect()
    }

    /// Retired runtimes on which nothing runs any more.
    fn take_ended(&mut self) -> Vec<Runtime> {
        let is_ended = |runtime: &mut Runtime| runtime.metrics().num_alive_tasks() == 0;
        self.retired.extract_if(.., is_ended).collect()
    }
}

impl Drop for EngineRuntime {
    fn drop(&mut self) {
        if self.is_foreign() {
            // What it would shut down is the parent's.
            std::mem::forget(std::mem::take(self.state.get_mut()));
            return;
        }
        self.close();
    }
}

fn build(threads: usize) -> std::io::Result<Runtime> {
    #[expect(clippy::disallowed_methods, reason = "this is the place that owns the runtimes")]
    Builder::new_multi_thread()
        .worker_threads(threads)
        .thread_name("arrowsmith")
        // Plugin code and deep plans run here; two MiB is too little for either.
        .thread_stack_size(16 << 20)
        .enable_time()
        .build()
}

pub(crate) fn closed(what: &str) -> Error {
    Error::Closed(format!("the {what} is closed"))
}

/// Runs something that blocks the calling thread. On a worker of a multi-thread runtime, where
/// plugin code re-enters the engine, its other tasks move to another thread first.
pub(crate) fn block<T>(wait: impl FnOnce() -> T) -> T {
    let on_worker = Handle::try_current()
        .is_ok_and(|handle| handle.runtime_flavor() == RuntimeFlavor::MultiThread);
    if on_worker {
        #[expect(clippy::disallowed_methods, reason = "this is the place that decides")]
        tokio::task::block_in_place(wait)
    } else {
        wait()
    }
}

#[cfg(test)]
mod tests {
    use datafusion::common::runtime::SpawnedTask;

    use super::*;
    use crate::tasks::Task;

    #[test]
    fn a_fork_starts_nothing_and_shuts_nothing_down() {
        let runtime = EngineRuntime::start(Some(1)).unwrap();
        let mut runtime = Arc::into_inner(runtime).unwrap();
        runtime.process += 1;
        let handle = runtime.state.lock().current.as_ref().unwrap().handle().clone();
        let error = runtime.check().unwrap_err().to_string();
        assert!(error.starts_with("the session was made before the process forked"), "{error}");
        runtime.close();
        drop(runtime);
        let (sender, receiver) = std::sync::mpsc::channel();
        handle.spawn(async move { sender.send(()).unwrap() });
        receiver.recv_timeout(std::time::Duration::from_secs(10)).unwrap();
    }

    /// Starts something that keeps the only worker for so long.
    fn keep_worker(runtime: &EngineRuntime, tasks: &Arc<Tasks>, keep: Duration) {
        let handle = runtime.state.lock().current.as_ref().unwrap().handle().clone();
        let (sender, receiver) = std::sync::mpsc::channel();
        handle.spawn(Task::new(tasks, async move {
            // As operators do it.
            let inner = SpawnedTask::spawn(async move {
                sender.send(()).unwrap();
                std::thread::sleep(keep);
            });
            inner.await.unwrap();
        }));
        receiver.recv_timeout(Duration::from_secs(10)).unwrap();
    }

    #[test]
    fn workers_that_a_stopped_query_keeps_are_lost_and_busy_ones_are_not() {
        let runtime = EngineRuntime::start(Some(1)).unwrap();
        let generation = || runtime.state.lock().generation;
        let (stopped, other) = (Arc::default(), Arc::default());
        runtime.probe(0, &stopped);
        keep_worker(&runtime, &other, 3 * ANSWERS_IN);
        runtime.probe(0, &stopped);
        std::thread::sleep(4 * ANSWERS_IN);
        assert_eq!(generation(), 0);
        keep_worker(&runtime, &stopped, 10 * ANSWERS_IN);
        runtime.probe(0, &stopped);
        let start = std::time::Instant::now();
        while generation() == 0 {
            assert!(start.elapsed() < 10 * ANSWERS_IN, "nobody noticed");
            std::thread::yield_now();
        }
        assert_eq!(runtime.state.lock().retired.len(), 1);
        // It goes though nothing else is started.
        while !runtime.state.lock().retired.is_empty() {
            assert!(start.elapsed() < 10 * ANSWERS_IN + 5 * LOOK_AGAIN, "it stays");
            std::thread::yield_now();
        }
    }

    #[test]
    fn one_loss_makes_one_runtime() {
        let runtime = EngineRuntime::start(Some(1)).unwrap();
        runtime.lose(0);
        runtime.lose(0);
        assert_eq!(runtime.state.lock().generation, 1);
        assert_eq!(runtime.state.lock().retired.len(), 1);
    }
}
