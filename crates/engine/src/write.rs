//! Answers into files.

use std::collections::HashMap;
use std::fs::OpenOptions;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use arrow::array::AsArray;
use arrow::datatypes::UInt64Type;
use arrowsmith_contract::watchdog;
use datafusion::datasource::file_format::csv::CsvFormatFactory;
use datafusion::datasource::file_format::json::JsonFormatFactory;
use datafusion::datasource::file_format::parquet::ParquetFormatFactory;
use datafusion::datasource::file_format::{FileFormatFactory, format_as_file_type};
use datafusion::execution::SessionState;
use datafusion::logical_expr::{LogicalPlan, LogicalPlanBuilder};
use futures::StreamExt;

use crate::context::QueryContext;
use crate::{Error, Result, results};

/// The kinds of file that a relation can be written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    Parquet,
    /// With a header line.
    Csv,
    /// One object a line.
    Json,
}

impl Format {
    fn extension(self) -> &'static str {
        match self {
            Self::Parquet => "parquet",
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }

    fn factory(self) -> Arc<dyn FileFormatFactory> {
        match self {
            Self::Parquet => Arc::new(ParquetFormatFactory::new()),
            Self::Csv => Arc::new(CsvFormatFactory::new()),
            Self::Json => Arc::new(JsonFormatFactory::new()),
        }
    }

    fn options(self) -> HashMap<String, String> {
        match self {
            Self::Csv => HashMap::from([("format.has_header".to_owned(), "true".to_owned())]),
            Self::Parquet | Self::Json => HashMap::new(),
        }
    }
}

/// Writes next to the path first, so that a file which is there already stays until the new one is
/// complete, and nothing half written is left behind.
pub(crate) async fn write(
    plan: &Arc<LogicalPlan>,
    state: &SessionState,
    query: &QueryContext,
    path: &str,
    format: Format,
) -> Result<u64> {
    let draft = Draft::beside(path, format);
    let rows = copy_to(plan, state, query, &draft.path, format).await;
    let rows = rows.map_err(|error| in_file(path, error))?;
    query.token().check()?;
    draft.publish(path)?;
    Ok(rows)
}

async fn copy_to(
    plan: &Arc<LogicalPlan>,
    state: &SessionState,
    query: &QueryContext,
    path: &str,
    format: Format,
) -> Result<u64> {
    let copy = LogicalPlanBuilder::copy_to(
        LogicalPlan::clone(plan),
        path.to_owned(),
        format_as_file_type(format.factory()),
        format.options(),
        Vec::new(),
    )?
    .build()?;
    let mut stream = results::prepare(&copy, state, query).await?.stream()?;
    let mut rows = 0;
    while let Some(batch) = stream.next().await {
        let batch = batch?;
        let counts = batch.column(0).as_primitive_opt::<UInt64Type>();
        rows += counts.map_or(0, |counts| counts.values().iter().sum::<u64>());
    }
    Ok(rows)
}

/// How long the writer of a stopped query may take to make the file that it was about to make.
const LATE: Duration = Duration::from_secs(1);

/// A file that goes away again unless it is published.
struct Draft {
    path: String,
    is_published: bool,
}

impl Draft {
    fn beside(path: &str, format: Format) -> Self {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let target = Path::new(path);
        let name = target.file_name().unwrap_or_default().to_string_lossy();
        let draft = format!(".{name}.{}-{number}.{}", std::process::id(), format.extension());
        let path = target.with_file_name(draft).to_string_lossy().into_owned();
        Self { path, is_published: false }
    }

    fn publish(mut self, path: &str) -> Result<()> {
        // An answer without rows may have made no file.
        let made = OpenOptions::new().append(true).create(true).open(&self.path);
        made.and_then(|_| std::fs::rename(&self.path, path))
            .map_err(|error| Error::File { path: path.to_owned(), message: error.to_string() })?;
        self.is_published = true;
        Ok(())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if self.is_published {
            return;
        }
        let path = std::mem::take(&mut self.path);
        // It may never have been made, or be in the making on a thread that nobody waits for.
        drop(std::fs::remove_file(&path));
        watchdog::after(LATE, move || drop(std::fs::remove_file(&path))).leave();
    }
}

/// Names the file where writing itself failed.
fn in_file(path: &str, error: Error) -> Error {
    match error {
        Error::Execution(message) if message.contains("ObjectStore") || message.contains("IO") => {
            Error::File { path: path.to_owned(), message }
        }
        other => other,
    }
}
