//! The table `arrowsmith.errors`: what functions with `on_error="collect"` failed with.

use std::fmt;
use std::sync::{Arc, LazyLock};
use std::time::UNIX_EPOCH;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use arrowsmith_contract::{CollectedError, ErrorLog};
use async_trait::async_trait;
use datafusion::catalog::streaming::StreamingTable;
use datafusion::catalog::{CatalogProvider, SchemaProvider};
use datafusion::common::Result as DataFusionResult;
use datafusion::datasource::{TableProvider, provider_as_source};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::{DdlStatement, LogicalPlan, LogicalPlanBuilder};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::streaming::PartitionStream;
use futures::stream;

use crate::error::through_datafusion;
use crate::{Error, Result};

const SCHEMA: &str = "arrowsmith";
const TABLE: &str = "errors";

static COLUMNS: LazyLock<SchemaRef> = LazyLock::new(|| {
    let time = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
    let text = |name: &str| Field::new(name, DataType::Utf8, false);
    Arc::new(Schema::new(vec![
        Field::new("time", time, false),
        text("function"),
        Field::new("row", DataType::Int64, true),
        text("arguments"),
        text("type"),
        text("message"),
    ]))
});

/// Puts the table into a session's catalog.
pub(crate) fn install(catalog: &dyn CatalogProvider, log: &Arc<ErrorLog>) -> Result<()> {
    catalog.register_schema(SCHEMA, Arc::new(OwnTables { errors: table(log)? }))?;
    Ok(())
}

/// A plan that reads the errors when it runs.
pub(crate) fn scan(log: &Arc<ErrorLog>) -> Result<LogicalPlan> {
    let source = provider_as_source(table(log)?);
    Ok(LogicalPlanBuilder::scan(TABLE, source, None)?.build()?)
}

/// # Errors
/// A statement that drops something here, where DataFusion would not ask the schema.
pub(crate) fn check(statement: &DdlStatement) -> Result<()> {
    let schema = match statement {
        DdlStatement::DropCatalogSchema(drop) => Some(drop.name.schema_name()),
        DdlStatement::DropTable(drop) => drop.name.schema(),
        DdlStatement::DropView(drop) => drop.name.schema(),
        _ => None,
    };
    if schema == Some(SCHEMA) { Err(read_only()) } else { Ok(()) }
}

fn read_only() -> Error {
    Error::Plan(format!("the schema {SCHEMA} is the engine's own; nothing in it can be changed"))
}

fn table(log: &Arc<ErrorLog>) -> Result<Arc<dyn TableProvider>> {
    let partition = Arc::new(Scan(Arc::clone(log)));
    Ok(Arc::new(StreamingTable::try_new(Arc::clone(&COLUMNS), vec![partition])?))
}

/// The tables that every session has.
struct OwnTables {
    errors: Arc<dyn TableProvider>,
}

impl fmt::Debug for OwnTables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(SCHEMA)
    }
}

#[async_trait]
impl SchemaProvider for OwnTables {
    fn table_names(&self) -> Vec<String> {
        vec![TABLE.to_owned()]
    }

    async fn table(&self, name: &str) -> DataFusionResult<Option<Arc<dyn TableProvider>>> {
        Ok((name == TABLE).then(|| Arc::clone(&self.errors)))
    }

    fn register_table(
        &self,
        _: String,
        _: Arc<dyn TableProvider>,
    ) -> DataFusionResult<Option<Arc<dyn TableProvider>>> {
        Err(through_datafusion(read_only()))
    }

    fn deregister_table(&self, _: &str) -> DataFusionResult<Option<Arc<dyn TableProvider>>> {
        Err(through_datafusion(read_only()))
    }

    fn table_exist(&self, name: &str) -> bool {
        name == TABLE
    }
}

#[derive(Debug)]
struct Scan(Arc<ErrorLog>);

impl PartitionStream for Scan {
    fn schema(&self) -> &SchemaRef {
        &COLUMNS
    }

    fn execute(&self, _: Arc<TaskContext>) -> SendableRecordBatchStream {
        let batch = batch(&self.0.entries());
        let batches = stream::iter([batch.map_err(through_datafusion)]);
        Box::pin(RecordBatchStreamAdapter::new(Arc::clone(&COLUMNS), batches))
    }
}

fn batch(errors: &[CollectedError]) -> Result<RecordBatch> {
    let texts = |text: fn(&CollectedError) -> &str| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(errors.iter().map(text)))
    };
    let times = TimestampMicrosecondArray::from_iter_values(errors.iter().map(microseconds));
    let rows: Int64Array = errors.iter().map(row).collect();
    let columns: Vec<ArrayRef> = vec![
        Arc::new(times.with_timezone("UTC")),
        texts(|error| &error.function),
        Arc::new(rows),
        texts(|error| &error.arguments),
        texts(|error| &error.class),
        texts(|error| &error.message),
    ];
    Ok(RecordBatch::try_new(Arc::clone(&COLUMNS), columns)?)
}

fn microseconds(error: &CollectedError) -> i64 {
    let since = error.time.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

/// The row in the input where that is known, else in its batch, as a note would have it.
fn row(error: &CollectedError) -> Option<i64> {
    i64::try_from(error.row?.number).ok()
}
