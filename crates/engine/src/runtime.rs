//! The engine's own threads for CPU work. Nothing else makes a runtime or lets a worker block.

use std::future::Future;
use std::sync::Arc;

use arrowsmith_contract::CancelToken;
use parking_lot::Mutex;
use tokio::runtime::{Builder, Handle, Runtime, RuntimeFlavor};

use crate::{Error, Pending, Result};

/// Worker threads that end without being waited for: they may sit in plugin code, which may want
/// an interpreter that the closing thread holds.
#[derive(Debug)]
pub(crate) struct EngineRuntime {
    runtime: Mutex<Option<Runtime>>,
    handle: Handle,
    threads: usize,
}

impl EngineRuntime {
    pub(crate) fn start(threads: Option<usize>) -> Result<Arc<Self>> {
        let threads = match threads {
            Some(0) => return Err(Error::Plan("threads must be at least 1".to_owned())),
            Some(threads) => threads,
            None => std::thread::available_parallelism().map_or(1, usize::from),
        };
        #[expect(clippy::disallowed_methods, reason = "this is the place that owns the runtime")]
        let runtime = Builder::new_multi_thread()
            .worker_threads(threads)
            .thread_name("arrowsmith")
            // Plugin code and deep plans run here; two MiB is too little for either.
            .thread_stack_size(16 << 20)
            .enable_time()
            .build()
            .map_err(|error| Error::Internal(format!("no worker threads: {error}")))?;
        Ok(Arc::new(Self {
            handle: runtime.handle().clone(),
            runtime: Mutex::new(Some(runtime)),
            threads,
        }))
    }

    pub(crate) fn threads(&self) -> usize {
        self.threads
    }

    pub(crate) fn handle(&self) -> &Handle {
        &self.handle
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.runtime.lock().is_none()
    }

    /// Starts work whose cancellation raises `token`.
    pub(crate) fn start_work<T: Send + 'static>(
        self: &Arc<Self>,
        token: CancelToken,
        work: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Pending<T> {
        if self.is_closed() {
            return Pending::ready(Err(closed("database")));
        }
        Pending::spawn(&self.handle, token, work)
    }

    pub(crate) fn close(&self) {
        if let Some(runtime) = self.runtime.lock().take() {
            runtime.shutdown_background();
        }
    }
}

impl Drop for EngineRuntime {
    fn drop(&mut self) {
        self.close();
    }
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
