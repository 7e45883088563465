//! A database: the threads, memory and spill space that its sessions share.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use arrowsmith_contract::Registry;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use parking_lot::Mutex;

use crate::memory::SharedPool;
use crate::runtime::EngineRuntime;
use crate::session::WeakSession;
use crate::{Error, Result, Session};

/// What a database may use.
#[derive(Debug, Clone, Default)]
pub struct DatabaseOptions {
    /// Worker threads, and partitions of a query; all cores by default.
    pub threads: Option<usize>,
    /// Bytes that queries may hold together before they spill; no limit by default.
    pub memory: Option<usize>,
    /// Where spill files go; the system's temporary folder by default.
    pub temp_dir: Option<PathBuf>,
}

/// Owns the threads. Clones are the same database.
#[derive(Clone)]
pub struct Database {
    inner: Arc<Inner>,
}

struct Inner {
    runtime: Arc<EngineRuntime>,
    environment: Arc<RuntimeEnv>,
    registry: Arc<Registry>,
    sessions: Mutex<Vec<WeakSession>>,
}

impl Database {
    /// A database whose tables are gone with it.
    ///
    /// # Errors
    /// Options that make no sense, or a temporary folder that cannot be used.
    pub fn in_memory(options: &DatabaseOptions) -> Result<Self> {
        Ok(Self {
            inner: Arc::new(Inner {
                environment: environment(options)?,
                runtime: EngineRuntime::start(options.threads)?,
                registry: Arc::default(),
                sessions: Mutex::default(),
            }),
        })
    }

    /// The functions that every session sees, beside its own; commit plugins to it.
    pub fn registry(&self) -> &Registry {
        &self.inner.registry
    }

    /// A new session, with tables and functions of its own.
    ///
    /// # Errors
    /// [`Error::Closed`] after [`Self::close`], and in a fork of the process that made it.
    pub fn session(&self) -> Result<Session> {
        self.check_open()?;
        let session = Session::new(
            Arc::clone(&self.inner.runtime),
            Arc::clone(&self.inner.environment),
            Registry::on(&self.inner.registry),
        )?;
        let mut sessions = self.inner.sessions.lock();
        sessions.retain(WeakSession::is_alive);
        sessions.push(session.downgrade());
        Ok(session)
    }

    /// Whether it can be used.
    ///
    /// # Errors
    /// [`Error::Closed`] after [`Self::close`], and in a fork of the process that made it.
    pub fn check_open(&self) -> Result<()> {
        self.inner.runtime.check()
    }

    /// Closes its sessions, cancels what runs and lets the threads go without waiting for them.
    pub fn close(&self) {
        if self.inner.runtime.is_foreign() {
            return;
        }
        let sessions = std::mem::take(&mut *self.inner.sessions.lock());
        for session in sessions {
            session.close_with("database");
        }
        self.inner.runtime.close();
        self.inner.registry.clear();
    }

    pub fn is_closed(&self) -> bool {
        self.inner.runtime.is_closed()
    }

    /// Worker threads.
    pub fn threads(&self) -> usize {
        self.inner.runtime.threads()
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Database")
            .field("threads", &self.threads())
            .field("closed", &self.is_closed())
            .finish_non_exhaustive()
    }
}

fn environment(options: &DatabaseOptions) -> Result<Arc<RuntimeEnv>> {
    let mut builder = RuntimeEnvBuilder::new();
    if let Some(bytes) = options.memory {
        builder = builder.with_memory_pool(Arc::new(SharedPool::new(bytes)));
    }
    if let Some(folder) = &options.temp_dir {
        if !folder.is_dir() {
            return Err(Error::File {
                path: folder.display().to_string(),
                message: "temp_dir is not a folder".to_owned(),
            });
        }
        let mode = DiskManagerMode::Directories(vec![folder.clone()]);
        builder = builder.with_disk_manager_builder(DiskManagerBuilder::default().with_mode(mode));
    }
    Ok(builder.build_arc()?)
}
