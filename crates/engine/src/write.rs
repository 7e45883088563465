//! Answers into files.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::AsArray;
use arrow::datatypes::UInt64Type;
use datafusion::datasource::file_format::csv::CsvFormatFactory;
use datafusion::datasource::file_format::json::JsonFormatFactory;
use datafusion::datasource::file_format::parquet::ParquetFormatFactory;
use datafusion::datasource::file_format::{FileFormatFactory, format_as_file_type};
use datafusion::execution::SessionState;
use datafusion::logical_expr::{LogicalPlan, LogicalPlanBuilder};
use futures::StreamExt;

use crate::context::QueryContext;
use crate::draft::Draft;
use crate::{Result, results};

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
    let draft = Draft::beside(path, format.extension(), query.token())?;
    let copied = copy_to(plan, state, query, draft.url()?, format).await;
    let rows = copied.map_err(|error| draft.name_in(error))?;
    query.token().check()?;
    draft.publish(rows)?;
    Ok(rows)
}

async fn copy_to(
    plan: &Arc<LogicalPlan>,
    state: &SessionState,
    query: &QueryContext,
    url: String,
    format: Format,
) -> Result<u64> {
    let copy = LogicalPlanBuilder::copy_to(
        LogicalPlan::clone(plan),
        url,
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
