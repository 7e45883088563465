//! A session: tables, functions, and the statements that run over them.

mod launch;

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatchReader;
use arrowsmith_contract::{CancelToken, ErrorLog, Registry, StopReason};
use datafusion::common::TableReference;
use datafusion::datasource::{MemTable, TableProvider};
use datafusion::execution::memory_pool::MemoryLimit;
use datafusion::execution::runtime_env::RuntimeEnv;
use datafusion::execution::{SessionState, SessionStateBuilder};
use datafusion::prelude::{SessionConfig, SessionContext};
use parking_lot::Mutex;

use crate::runtime::{EngineRuntime, closed};
use crate::sources::{self, FileCatalog};
use crate::yielding::Yielding;
use crate::{Parameters, Pending, Relation, Result, errors, guards, statements};

/// Rows of one batch. NumPy gives the interpreter's lock back during each step over an array; with
/// fewer rows threads spend their time handing it over, with many more the arrays leave the cache.
pub(crate) const BATCH_ROWS: usize = 16_384;

/// Clones are the same session.
#[derive(Clone)]
pub struct Session {
    inner: Arc<Inner>,
}

struct Inner {
    runtime: Arc<EngineRuntime>,
    context: SessionContext,
    registry: Arc<Registry>,
    errors: Arc<ErrorLog>,
    /// The tokens of what runs now.
    running: Mutex<Vec<CancelToken>>,
    closed: AtomicBool,
}

/// What a database keeps of its sessions.
pub(crate) struct WeakSession(Weak<Inner>);

impl WeakSession {
    pub(crate) fn is_alive(&self) -> bool {
        self.0.strong_count() > 0
    }

    pub(crate) fn close_with(&self, what: &'static str) {
        if let Some(inner) = self.0.upgrade() {
            Session { inner }.close_with(what);
        }
    }
}

impl Session {
    pub(crate) fn new(
        runtime: Arc<EngineRuntime>,
        environment: Arc<RuntimeEnv>,
        registry: Arc<Registry>,
    ) -> Result<Self> {
        let mut config = SessionConfig::new()
            .with_target_partitions(runtime.threads())
            .with_batch_size(BATCH_ROWS)
            .with_information_schema(true);
        if let MemoryLimit::Finite(bytes) = environment.memory_pool.memory_limit() {
            // A merge holds batches of every file that it reads.
            config = config.with_batch_size(BATCH_ROWS / 4);
            // What each sort holds back for merging what it spilled; all of them together must
            // fit into what the pool keeps for that.
            let execution = &mut config.options_mut().execution;
            let share = bytes / (8 * runtime.threads());
            execution.sort_spill_reservation_bytes =
                execution.sort_spill_reservation_bytes.min(share);
        }
        let builder = SessionStateBuilder::new()
            .with_config(config)
            .with_runtime_env(environment)
            .with_default_features()
            .with_physical_optimizer_rule(Arc::new(Yielding));
        let state = guards::install(builder).build();
        let context = FileCatalog::install(SessionContext::new_with_state(state));
        let errors = Arc::default();
        if let Some(catalog) = context.catalog("datafusion") {
            errors::install(catalog.as_ref(), &errors)?;
        }
        Ok(Self {
            inner: Arc::new(Inner {
                runtime,
                context,
                registry,
                errors,
                running: Mutex::default(),
                closed: AtomicBool::new(false),
            }),
        })
    }

    /// The functions of this session over those of its database; commit plugins to it.
    pub fn registry(&self) -> &Registry {
        &self.inner.registry
    }

    /// Plans statements, and runs at once those that change something. The relation is that of
    /// the last statement; its rows are computed when asked for. All of this may take `timeout`,
    /// and so may each run of the relation.
    pub fn sql(
        &self,
        text: &str,
        parameters: Parameters,
        timeout: Option<Duration>,
    ) -> Pending<Relation> {
        let (session, text) = (self.clone(), text.to_owned());
        self.start(timeout, |query| async move {
            let relation = statements::run(&session, &text, parameters, &query).await?;
            Ok(relation.with_timeout(timeout))
        })
    }

    /// Registers batches under a name, in place of a table that has it.
    ///
    /// # Errors
    /// Batches of another schema.
    pub fn register_batches(
        &self,
        name: &str,
        schema: SchemaRef,
        batches: Vec<RecordBatch>,
    ) -> Result<()> {
        self.check_open()?;
        self.replace(name, Arc::new(MemTable::try_new(schema, vec![batches])?))
    }

    /// Registers a reader, which can be scanned once; a second scan is an error that says so.
    ///
    /// # Errors
    /// A closed session.
    pub fn register_reader(
        &self,
        name: &str,
        reader: Box<dyn RecordBatchReader + Send>,
    ) -> Result<()> {
        self.check_open()?;
        self.replace(name, sources::single_scan(name, reader)?)
    }

    /// Registers a file, a folder or a glob of Parquet, CSV, JSON or Arrow files, compressed or
    /// not, by its extension.
    pub fn register_path(&self, name: &str, path: &str) -> Pending<()> {
        let (session, name, path) = (self.clone(), name.to_owned(), path.to_owned());
        self.start(None, |_| async move {
            let table = sources::open(&path, &session.state()).await?;
            session.replace(&name, table)
        })
    }

    /// Forgets a table and gives whether it was there.
    ///
    /// # Errors
    /// A closed session.
    pub fn deregister(&self, name: &str) -> Result<bool> {
        self.check_open()?;
        let table = self.inner.context.deregister_table(TableReference::bare(name))?;
        Ok(table.is_some())
    }

    /// The names of the tables and views, sorted; none where [`Self::check_open`] fails.
    pub fn tables(&self) -> Vec<String> {
        if self.check_open().is_err() {
            return Vec::new();
        }
        let mut names: Vec<String> = self
            .inner
            .context
            .catalog("datafusion")
            .and_then(|catalog| catalog.schema("public"))
            .map(|schema| schema.table_names())
            .unwrap_or_default();
        names.sort();
        names
    }

    /// Cancels what runs in this session; it stays usable.
    pub fn cancel(&self) {
        self.stop(&StopReason::Cancelled);
    }

    /// Stops what runs; nothing can be run any more.
    pub fn close(&self) {
        self.close_with("session");
    }

    fn close_with(&self, what: &'static str) {
        self.inner.closed.store(true, Ordering::Release);
        if self.inner.runtime.is_foreign() {
            // The registry's lock may be held for ever.
            return;
        }
        self.stop(&StopReason::Closed(what));
        self.inner.registry.clear();
    }

    fn stop(&self, reason: &StopReason) {
        if self.inner.runtime.is_foreign() {
            return;
        }
        let running = std::mem::take(&mut *self.inner.running.lock());
        for token in running {
            token.stop(reason.clone());
        }
    }

    /// What functions with `on_error="collect"` failed with.
    pub fn errors(&self) -> &Arc<ErrorLog> {
        &self.inner.errors
    }

    /// [`Self::errors`] as rows, as they are when the relation is run. In SQL they are the table
    /// `arrowsmith.errors`.
    ///
    /// # Errors
    /// A closed session.
    pub fn errors_relation(&self) -> Result<Relation> {
        self.check_open()?;
        let plan = errors::scan(&self.inner.errors)?;
        Ok(Relation::planned(self.clone(), plan, Arc::new(self.state())))
    }

    pub fn is_closed(&self) -> bool {
        self.inner.closed.load(Ordering::Acquire) || self.inner.runtime.is_closed()
    }

    pub(crate) fn downgrade(&self) -> WeakSession {
        WeakSession(Arc::downgrade(&self.inner))
    }

    pub(crate) fn state(&self) -> SessionState {
        self.inner.context.state()
    }

    pub(crate) fn context(&self) -> &SessionContext {
        &self.inner.context
    }

    pub(crate) fn runtime(&self) -> &Arc<EngineRuntime> {
        &self.inner.runtime
    }

    /// Whether it can be used.
    ///
    /// # Errors
    /// [`Error::Closed`](crate::Error::Closed) after closing it or its database, and after a fork.
    pub fn check_open(&self) -> Result<()> {
        self.inner.runtime.check()?;
        if self.is_closed() {
            return Err(closed("session"));
        }
        Ok(())
    }

    fn replace(&self, name: &str, table: Arc<dyn TableProvider>) -> Result<()> {
        let reference = TableReference::bare(name);
        self.inner.context.deregister_table(reference.clone())?;
        self.inner.context.register_table(reference, table)?;
        Ok(())
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("tables", &self.tables())
            .field("closed", &self.is_closed())
            .finish_non_exhaustive()
    }
}
