//! The table that a procedure reads: a task drives the query behind it, cuts its batches at the
//! borders of partitions and fills a pipe; the procedure empties the pipe from within a call.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use arrowsmith_contract::{CancelToken, Error as ContractError, TableInput};
use datafusion::common::Result;
use datafusion::common::runtime::SpawnedTask;
use datafusion::execution::SendableRecordBatchStream;
use futures::StreamExt;

use super::pipe::{Next, Piece, Pipe};
use crate::Error;
use crate::partitions::Borders;

/// How often who waits for the input looks whether the query was stopped.
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// The tables of one operator's partition, one after another. Dropping it ends the task and whoever
/// still reads.
pub(super) struct Tables {
    shared: Arc<Shared>,
    schema: SchemaRef,
    _task: SpawnedTask<()>,
}

#[derive(Default)]
struct Shared {
    pipe: Pipe,
    /// The table that is being read; what was given out for others before is at its end.
    current: AtomicU64,
    /// Whether nobody has read the first piece of the table that was given out.
    is_unread: AtomicBool,
    /// Whether a reader met the error of the query behind.
    has_failed: AtomicBool,
}

impl Tables {
    pub(super) fn start(input: SendableRecordBatchStream, borders: Borders) -> Self {
        let shared = Arc::<Shared>::default();
        let schema = input.schema();
        let drive = drive(input, borders, Arc::clone(&shared));
        Self { shared, schema, _task: SpawnedTask::spawn(drive) }
    }

    /// What reads the next table, of which nothing was read yet.
    pub(super) fn reader(&self) -> Box<dyn TableInput> {
        let number = self.shared.current.fetch_add(1, Ordering::AcqRel) + 1;
        self.shared.is_unread.store(true, Ordering::Release);
        Box::new(Reader {
            shared: Arc::clone(&self.shared),
            schema: Arc::clone(&self.schema),
            number,
            has_begun: false,
        })
    }

    /// What the query behind the tables failed with, if a reader met that: what nobody reads has
    /// failed or not by chance.
    pub(super) fn failure(&self) -> Option<Error> {
        self.shared.pipe.failure().filter(|_| self.shared.has_failed.load(Ordering::Acquire))
    }

    /// Leaves out what the last reader did not read of its table, and gives whether there is
    /// another. Blocks.
    pub(super) fn skip(&self, token: &CancelToken) -> Result<bool, Error> {
        self.shared.current.fetch_add(1, Ordering::AcqRel);
        // A table of which nothing was read still stands there with its own beginning.
        let mut is_unread = self.shared.is_unread.swap(false, Ordering::AcqRel);
        loop {
            token.check()?;
            let next = self.shared.pipe.next(LOOK_AGAIN, |piece| is_unread || !piece.begins);
            match next.transpose()? {
                None => {}
                Some(Next::Taken(_)) => is_unread = false,
                Some(Next::Left) => return Ok(true),
                Some(Next::End) => return Ok(false),
            }
        }
    }
}

impl Drop for Tables {
    fn drop(&mut self) {
        self.shared.current.fetch_add(1, Ordering::AcqRel);
        self.shared.pipe.close();
    }
}

/// Ends the pipe however the task ends.
struct End(Arc<Shared>);

impl Drop for End {
    fn drop(&mut self) {
        let error = Error::Internal("the task that reads a table ended early".to_owned());
        self.0.pipe.end(Err(error));
    }
}

async fn drive(mut input: SendableRecordBatchStream, mut borders: Borders, shared: Arc<Shared>) {
    let end = End(shared);
    let pipe = &end.0.pipe;
    while let Some(batch) = input.next().await {
        let pieces = batch.and_then(|batch| cut(&batch, &mut borders));
        let pieces = match pieces {
            Ok(pieces) => pieces,
            Err(error) => return pipe.end(Err(error.into())),
        };
        for piece in pieces {
            if !pipe.send(piece).await {
                return;
            }
        }
    }
    pipe.end(Ok(()));
}

fn cut(batch: &RecordBatch, borders: &mut Borders) -> Result<Vec<Piece>> {
    let rows = batch.num_rows();
    let starts = borders.starts(batch)?;
    let mut from = 0;
    let mut pieces = Vec::with_capacity(starts.len() + 1);
    let ends = starts.iter().copied().chain([rows]);
    for end in ends {
        if end > from {
            let begins = starts.binary_search(&from).is_ok();
            pieces.push(Piece { begins, batch: batch.slice(from, end - from) });
        }
        from = end;
    }
    Ok(pieces)
}

struct Reader {
    shared: Arc<Shared>,
    schema: SchemaRef,
    number: u64,
    has_begun: bool,
}

impl TableInput for Reader {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn poll(
        &mut self,
        patience: Duration,
    ) -> Option<arrowsmith_contract::Result<Option<RecordBatch>>> {
        if self.shared.current.load(Ordering::Acquire) != self.number {
            return Some(Err(ContractError::Closed(
                "the call that this table was given to has ended".to_owned(),
            )));
        }
        let has_begun = self.has_begun;
        let next = self.shared.pipe.next(patience, |piece| !(has_begun && piece.begins))?;
        self.shared.has_failed.fetch_or(next.is_err(), Ordering::AcqRel);
        Some(match next {
            Ok(Next::Taken(piece)) => {
                self.has_begun = true;
                self.shared.is_unread.store(false, Ordering::Release);
                Ok(Some(piece.batch))
            }
            Ok(Next::Left | Next::End) => Ok(None),
            Err(Error::Contract(error)) => Err(error),
            // The engine finds its own error again below this one.
            Err(error) => Err(ArrowError::ExternalError(Box::new(error)).into()),
        })
    }
}
