//! A relation: a planned query that has not run, or batches that were kept.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::datasource::{MemTable, provider_as_source};
use datafusion::execution::SessionState;
use datafusion::logical_expr::{LogicalPlan, LogicalPlanBuilder};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use futures::stream;

use crate::{Format, Pending, Result, ResultStream, Session, explain, results, write};

/// Lazy: each terminal call runs the query, on the functions that were registered when it was
/// planned. Clones share what they have.
#[derive(Clone)]
pub struct Relation {
    session: Session,
    schema: SchemaRef,
    rows: Rows,
    /// For each run.
    timeout: Option<Duration>,
}

#[derive(Clone)]
pub(crate) enum Rows {
    Planned { plan: Arc<LogicalPlan>, state: Arc<SessionState> },
    Kept(Arc<Vec<RecordBatch>>),
}

impl Relation {
    pub(crate) fn planned(session: Session, plan: LogicalPlan, state: Arc<SessionState>) -> Self {
        Self {
            session,
            schema: Arc::clone(plan.schema().inner()),
            rows: Rows::Planned { plan: Arc::new(plan), state },
            timeout: None,
        }
    }

    pub(crate) fn kept(session: Session, schema: SchemaRef, batches: Vec<RecordBatch>) -> Self {
        Self { session, schema, rows: Rows::Kept(Arc::new(batches)), timeout: None }
    }

    /// The same, with a limit to how long each run may take.
    pub(crate) fn with_timeout(self, timeout: Option<Duration>) -> Self {
        Self { timeout, ..self }
    }

    pub fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    /// The batches, where they were kept.
    pub fn batches(&self) -> Option<&[RecordBatch]> {
        match &self.rows {
            Rows::Kept(batches) => Some(batches),
            Rows::Planned { .. } => None,
        }
    }

    /// Starts the query. Its timeout runs until the end of the stream.
    pub fn execute(&self) -> Pending<ResultStream> {
        let relation = self.clone();
        self.session.start_stream(self.timeout, |query| async move {
            let stream = match &relation.rows {
                Rows::Planned { plan, state } => {
                    results::prepare(plan, state, &query).await?.stream()?
                }
                Rows::Kept(batches) => {
                    let batches: Vec<_> = batches.iter().cloned().map(Ok).collect();
                    Box::pin(RecordBatchStreamAdapter::new(
                        relation.schema(),
                        stream::iter(batches),
                    ))
                }
            };
            ResultStream::start(&relation.session, stream, &query)
        })
    }

    /// Runs the query and keeps its batches.
    pub fn collect(&self) -> Pending<Self> {
        let relation = self.clone();
        let Rows::Planned { plan, state } = self.rows.clone() else {
            // What is kept needs no engine any more, and outlives its session.
            return Pending::ready(Ok(relation));
        };
        self.session.start(self.timeout, |query| async move {
            let kept = results::collect(&relation.session, &plan, &state, &query).await?;
            Ok(kept.with_timeout(relation.timeout))
        })
    }

    /// The plans as text. With `analyze` the query runs, and what its operators and plugin
    /// functions did is shown; without it no plugin code runs.
    pub fn explain(&self, analyze: bool) -> Pending<String> {
        let relation = self.clone();
        self.session.start(self.timeout, move |query| async move {
            let (plan, state) = relation.plan()?;
            explain::explain(&plan, &state, &query, analyze).await
        })
    }

    /// Runs the query into a file, in place of one that is there, and gives the number of rows.
    pub fn write(&self, path: &str, format: Format) -> Pending<u64> {
        let (relation, path) = (self.clone(), path.to_owned());
        self.session.start(self.timeout, move |query| async move {
            let (plan, state) = relation.plan()?;
            write::write(&plan, &state, &query, &path, format).await
        })
    }

    pub(crate) fn plan(&self) -> Result<(Arc<LogicalPlan>, Arc<SessionState>)> {
        match &self.rows {
            Rows::Planned { plan, state } => Ok((Arc::clone(plan), Arc::clone(state))),
            Rows::Kept(batches) => {
                let table = MemTable::try_new(self.schema(), vec![batches.to_vec()])?;
                let source = provider_as_source(Arc::new(table));
                let plan = LogicalPlanBuilder::scan("kept", source, None)?.build()?;
                Ok((Arc::new(plan), Arc::new(self.session.state())))
            }
        }
    }
}

impl fmt::Debug for Relation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&String> = self.schema.fields().iter().map(|field| field.name()).collect();
        f.debug_struct("Relation")
            .field("columns", &names)
            .field("kept", &self.batches().is_some())
            .finish_non_exhaustive()
    }
}
