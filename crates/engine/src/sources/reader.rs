//! A table over a reader, which gives its rows once.

use std::fmt;
use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatchReader;
use datafusion::catalog::streaming::StreamingTable;
use datafusion::datasource::TableProvider;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::streaming::PartitionStream;
use futures::stream;
use parking_lot::Mutex;

use crate::error::through_datafusion;
use crate::{Error, Result};

pub(crate) fn single_scan(
    name: &str,
    reader: Box<dyn RecordBatchReader + Send>,
) -> Result<Arc<dyn TableProvider>> {
    let schema = reader.schema();
    let partition = SingleScan {
        name: name.to_owned(),
        schema: Arc::clone(&schema),
        reader: Mutex::new(Some(reader)),
    };
    Ok(Arc::new(StreamingTable::try_new(schema, vec![Arc::new(partition)])?))
}

struct SingleScan {
    name: String,
    schema: SchemaRef,
    reader: Mutex<Option<Box<dyn RecordBatchReader + Send>>>,
}

impl PartitionStream for SingleScan {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, _: Arc<TaskContext>) -> SendableRecordBatchStream {
        let schema = Arc::clone(&self.schema);
        let Some(reader) = self.reader.lock().take() else {
            let error = Error::Execution(format!(
                "table {:?} is a stream that was read already, and it can be read only once; \
                 register a table instead, or collect the stream first",
                self.name
            ));
            let failed = stream::iter([Err(through_datafusion(error))]);
            return Box::pin(RecordBatchStreamAdapter::new(schema, failed));
        };
        let batches = stream::iter(reader.map(|batch| batch.map_err(Into::into)));
        Box::pin(RecordBatchStreamAdapter::new(schema, batches))
    }
}

impl fmt::Debug for SingleScan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SingleScan").field("name", &self.name).finish_non_exhaustive()
    }
}
