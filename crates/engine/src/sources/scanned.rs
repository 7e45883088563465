//! The files that a query reads, so that what goes wrong while it reads them has a name.

use std::any::Any;
use std::path::Path;
use std::sync::Arc;

use arrow::error::ArrowError;
use datafusion::common::Result as DataFusionResult;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::datasource::listing::{ListingTable, ListingTableUrl};
use datafusion::datasource::source_as_provider;
use datafusion::error::DataFusionError;
use datafusion::logical_expr::LogicalPlan;

use crate::error::through_datafusion;
use crate::{Error, Result};

/// Paths, folders and globs, as they were registered or written.
#[derive(Debug, Clone)]
pub(crate) struct ScannedFiles(Arc<[String]>);

impl ScannedFiles {
    /// # Errors
    /// [`Error::File`] for a file that is gone since it was opened.
    pub(crate) fn of(plan: &LogicalPlan) -> Result<Self> {
        let mut files = Vec::new();
        plan.apply_with_subqueries(|node| {
            if let LogicalPlan::TableScan(scan) = node
                && let Ok(provider) = source_as_provider(&scan.source)
            {
                let provider: &dyn Any = provider.as_ref();
                if let Some(table) = provider.downcast_ref::<ListingTable>() {
                    for url in table.table_paths() {
                        check_there(url)?;
                        files.push(shown(url));
                    }
                }
            }
            Ok(TreeNodeRecursion::Continue)
        })?;
        files.sort();
        files.dedup();
        Ok(Self(files.into()))
    }

    /// Names the files in an error of reading.
    pub(crate) fn name(&self, error: DataFusionError) -> DataFusionError {
        if self.0.is_empty() || !is_of_reading(&error) {
            return error;
        }
        let message = match Error::from(error) {
            Error::Execution(message) => message,
            other => return through_datafusion(other),
        };
        through_datafusion(Error::File { path: self.0.join(" or "), message })
    }
}

fn check_there(url: &ListingTableUrl) -> DataFusionResult<()> {
    let path = shown(url);
    if url.scheme() != "file" || url.is_collection() || Path::new(&path).exists() {
        return Ok(());
    }
    Err(through_datafusion(Error::File { path, message: "no such file".to_owned() }))
}

fn shown(url: &ListingTableUrl) -> String {
    let path = url.as_str().strip_prefix("file://").unwrap_or(url.as_str());
    match url.get_glob() {
        Some(glob) => format!("{path}{glob}"),
        None => path.to_owned(),
    }
}

/// Whether a reader of files said this, of their bytes or of the system.
fn is_of_reading(error: &DataFusionError) -> bool {
    match error {
        DataFusionError::ParquetError(_)
        | DataFusionError::ObjectStore(_)
        | DataFusionError::IoError(_) => true,
        DataFusionError::ArrowError(error, _) => match error.as_ref() {
            ArrowError::CsvError(_)
            | ArrowError::JsonError(_)
            | ArrowError::ParquetError(_)
            | ArrowError::IpcError(_)
            | ArrowError::IoError(..) => true,
            // The CSV reader's; functions that parse text know no lines.
            ArrowError::ParseError(message) => message.contains(" at line "),
            ArrowError::ExternalError(error) => {
                error.downcast_ref::<DataFusionError>().is_some_and(is_of_reading)
            }
            _ => false,
        },
        DataFusionError::Context(_, error) | DataFusionError::Diagnostic(_, error) => {
            is_of_reading(error)
        }
        DataFusionError::External(error) => {
            error.downcast_ref::<DataFusionError>().is_some_and(is_of_reading)
        }
        DataFusionError::Shared(error) => is_of_reading(error),
        DataFusionError::Collection(errors) => errors.iter().any(is_of_reading),
        _ => false,
    }
}
