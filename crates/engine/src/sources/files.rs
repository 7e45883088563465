//! Tables over files: a path, a folder or a glob, registered or named in FROM.

use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use datafusion::catalog::{DynamicFileCatalog, UrlTableFactory};
use datafusion::common::Result as DataFusionResult;
use datafusion::datasource::TableProvider;
use datafusion::datasource::listing::{
    ListingTable, ListingTableConfig, ListingTableConfigExt, ListingTableUrl,
};
use datafusion::error::DataFusionError;
use datafusion::execution::SessionState;
use datafusion::prelude::SessionContext;
use futures::FutureExt;

use crate::error::through_datafusion;
use crate::{Error, Result};

/// Opens the files behind a path, folder or glob as one table, relative to the working folder.
///
/// # Errors
/// [`Error::File`], which names what cannot be read.
pub(crate) async fn open(path: &str, state: &SessionState) -> Result<Arc<dyn TableProvider>> {
    let in_file = |message| Error::File { path: path.to_owned(), message };
    // Readers of broken files have been seen to panic.
    match AssertUnwindSafe(read(path, state)).catch_unwind().await {
        Ok(table) => table.map_err(|error| in_file(explain(path, &error))),
        Err(_) => Err(in_file("the file is corrupt".to_owned())),
    }
}

async fn read(path: &str, state: &SessionState) -> DataFusionResult<Arc<dyn TableProvider>> {
    let config = ListingTableConfig::new(ListingTableUrl::parse(path)?)
        .infer_options(state)
        .await?
        .infer_partitions_from_path(state)
        .await?
        .infer_schema(state)
        .await?;
    Ok(Arc::new(ListingTable::try_new(config)?))
}

fn explain(path: &str, error: &DataFusionError) -> String {
    let text = error.strip_backtrace();
    if text.contains("No files for table") || text.contains("not found") {
        return if is_glob(path) {
            "no file matches".to_owned()
        } else if std::path::Path::new(path).is_dir() {
            "the folder holds no files".to_owned()
        } else {
            "no such file".to_owned()
        };
    }
    if text.contains("No file_format found") || text.contains("Unable to find") {
        return "unknown kind of file; Parquet, CSV, JSON and Arrow files are known by their \
                extension, .gz, .bz2, .xz and .zst after it"
            .to_owned();
    }
    match Error::from(DataFusionError::Execution(text)) {
        Error::Execution(message) => message,
        other => other.to_string(),
    }
}

fn is_glob(path: &str) -> bool {
    path.contains(['*', '?', '['])
}

/// Whether a table name that no table has is meant as a path.
fn looks_like_path(name: &str) -> bool {
    const EXTENSIONS: &[&str] = &[
        ".parquet", ".csv", ".tsv", ".json", ".ndjson", ".jsonl", ".arrow", ".feather", ".gz",
        ".bz2", ".xz", ".zst",
    ];
    let lower = name.to_lowercase();
    name.contains(['/', '\\', '*']) || EXTENSIONS.iter().any(|e| lower.ends_with(e))
}

/// Opens tables that nobody registered as files.
pub(crate) struct FileCatalog {
    /// The context that the catalog belongs to, once there is one.
    context: OnceLock<WeakState>,
}

impl FileCatalog {
    /// Gives a context this catalog in front of its own.
    pub(crate) fn install(context: SessionContext) -> SessionContext {
        let factory = Arc::new(Self { context: OnceLock::new() });
        let inner = Arc::clone(context.state_ref().read().catalog_list());
        let catalog = DynamicFileCatalog::new(inner, Arc::clone(&factory) as _);
        let id = context.session_id();
        let context: SessionContext = context
            .into_state_builder()
            .with_session_id(id)
            .with_catalog_list(Arc::new(catalog))
            .build()
            .into();
        let weak = Arc::downgrade(&context.state_ref());
        let state = move || weak.upgrade().map(|state| state.read().clone());
        // The cell is new, so it is empty.
        let _ = factory.context.set(Box::new(state));
        context
    }
}

/// Gives the state of a context while that is alive.
type WeakState = Box<dyn Fn() -> Option<SessionState> + Send + Sync>;

impl fmt::Debug for FileCatalog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileCatalog").finish_non_exhaustive()
    }
}

#[async_trait]
impl UrlTableFactory for FileCatalog {
    async fn try_new(&self, name: &str) -> DataFusionResult<Option<Arc<dyn TableProvider>>> {
        if !looks_like_path(name) {
            return Ok(None);
        }
        let Some(state) = self.context.get().and_then(|state| state()) else {
            return Ok(None);
        };
        open(name, &state).await.map(Some).map_err(through_datafusion)
    }
}
