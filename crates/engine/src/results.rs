//! Running a plan: physical planning under a context of its own, and the stream of its batches.

use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use arrowsmith_contract::CancelToken;
use datafusion::execution::{SendableRecordBatchStream, SessionState};
use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{ExecutionPlan, execute_stream};
use futures::{FutureExt, StreamExt};
use tokio::sync::{Mutex, mpsc};

use crate::context::QueryContext;
use crate::progress::ProgressReader;
use crate::slot::Completion;
use crate::sources::ScannedFiles;
use crate::work::{AtEnd, Work};
use crate::{Error, Pending, Relation, Result, Session, aggregates};

/// Batches that wait for their reader. More would only cost memory.
const WAITING: usize = 2;

/// A plan that is ready to run once.
pub(crate) struct Run {
    pub(crate) logical: LogicalPlan,
    pub(crate) plan: Arc<dyn ExecutionPlan>,
    pub(crate) state: SessionState,
    files: ScannedFiles,
}

/// Plans a run. No plugin code is called.
pub(crate) async fn prepare(
    plan: &LogicalPlan,
    state: &SessionState,
    query: &QueryContext,
) -> Result<Run> {
    let mut state = state.clone();
    query.bind(&mut state);
    let logical = state.optimize(plan)?;
    let files = ScannedFiles::of(&logical)?;
    let plan = state.query_planner().create_physical_plan(&logical, &state).await?;
    query.progress().show(&plan);
    if aggregates::are_in(&plan) {
        // Where most rows are groups of their own, DataFusion makes a state of each row and leaves
        // it to a later operator to merge them. Of Python's that is the dearer way.
        let execution = &mut state.config_mut().options_mut().execution;
        execution.skip_partial_aggregation_probe_ratio_threshold = f64::INFINITY;
    }
    Ok(Run { logical, plan, state, files })
}

impl Run {
    pub(crate) fn stream(&self) -> Result<SendableRecordBatchStream> {
        let batches = execute_stream(Arc::clone(&self.plan), self.state.task_ctx())?;
        let (schema, files) = (batches.schema(), self.files.clone());
        let batches = batches.map(move |batch| batch.map_err(|error| files.name(error)));
        Ok(Box::pin(RecordBatchStreamAdapter::new(schema, batches)))
    }
}

/// Runs a plan to its end and keeps the batches.
pub(crate) async fn collect(
    session: &Session,
    plan: &LogicalPlan,
    state: &SessionState,
    query: &QueryContext,
) -> Result<Relation> {
    let mut stream = prepare(plan, state, query).await?.stream()?;
    let schema = stream.schema();
    let mut batches = Vec::new();
    while let Some(batch) = stream.next().await {
        query.token().check()?;
        batches.push(batch?);
    }
    Ok(Relation::kept(session.clone(), schema, batches))
}

/// Moves batches to the reader until it has enough, an error comes or the query is stopped. Says so
/// when the reader can have all that there will be.
async fn forward(
    mut stream: SendableRecordBatchStream,
    sender: mpsc::Sender<Result<RecordBatch>>,
    token: CancelToken,
    completion: Arc<Completion>,
) {
    loop {
        let next = AssertUnwindSafe(stream.next()).catch_unwind().await;
        let batch = match next {
            Ok(None) => break,
            _ if token.is_stopped() => Err(Error::stopped(&token)),
            Ok(Some(batch)) => batch.map_err(Error::from),
            Err(panic) => Err(Error::from_panic(panic.as_ref())),
        };
        let failed = batch.is_err();
        if sender.send(batch).await.is_err() || failed {
            break;
        }
    }
    if !token.is_stopped() {
        completion.complete();
    }
}

/// The batches of a running query, in any order unless the query has one. Dropping it stops the
/// query.
pub struct ResultStream {
    session: Session,
    schema: SchemaRef,
    batches: Arc<Mutex<mpsc::Receiver<Result<RecordBatch>>>>,
    token: CancelToken,
    completion: Arc<Completion>,
    progress: ProgressReader,
}

impl ResultStream {
    pub(crate) fn start(
        session: &Session,
        stream: SendableRecordBatchStream,
        query: &QueryContext,
    ) -> Result<Self> {
        let schema = stream.schema();
        let (sender, receiver) = mpsc::channel(WAITING);
        let (token, completion) = (query.token().clone(), Arc::default());
        let work = forward(stream, sender, token.clone(), Arc::clone(&completion));
        // The token has it from here on.
        drop(Work::start(session.runtime(), query, AtEnd::Stop, work)?);
        Ok(Self {
            session: session.clone(),
            schema,
            batches: Arc::new(Mutex::new(receiver)),
            token,
            completion,
            progress: query.progress(),
        })
    }

    pub fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    /// The next batch, or `None` at the end. Dropping or cancelling the pending answer before it
    /// was taken is as [`Self::cancel`]: a batch may have been on its way to it, and a reader who
    /// missed one must not take what follows for all there is.
    pub fn next(&self) -> Pending<Option<RecordBatch>> {
        let batches = Arc::clone(&self.batches);
        Pending::start_step(self.session.runtime(), &self.token, &self.completion, async move {
            batches.lock().await.recv().await.transpose()
        })
    }

    /// Stops the query. Each call of [`Self::next`] from here on gives `Stopped`, also where
    /// batches or the end were waiting.
    pub fn cancel(&self) {
        self.completion.give_up();
        self.token.cancel();
    }

    /// How far the query is.
    pub fn progress(&self) -> ProgressReader {
        self.progress.clone()
    }
}

impl Drop for ResultStream {
    fn drop(&mut self) {
        if !self.session.runtime().is_foreign() {
            // A batch that is waited for comes if it is there.
            self.token.cancel();
        }
    }
}

impl fmt::Debug for ResultStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResultStream").field("schema", &self.schema).finish_non_exhaustive()
    }
}
