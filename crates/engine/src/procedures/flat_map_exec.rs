//! The operator that calls a procedure for each row of its input, once a batch.

use std::fmt;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{Constraints, Result};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr_common::utils::evaluate_expressions_to_arrays;
use datafusion::physical_plan::execution_plan::{ChildrenPropertiesMode, ReplaceChildrenOptions};
use datafusion::physical_plan::metrics::{BaselineMetrics, ExecutionPlanMetricsSet, MetricsSet};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties};
use futures::{StreamExt, stream};

use super::running::Running;
use super::spread::Spread;
use super::wanted::Wanted;
use crate::adapter::Call;
use crate::error::through_datafusion;
use crate::numbering::Counter;
use crate::operators;

#[derive(Debug, Clone)]
pub(crate) struct FlatMapExec {
    input: Arc<dyn ExecutionPlan>,
    call: Arc<Call>,
    arguments: Vec<Arc<dyn PhysicalExpr>>,
    /// What the procedure yields.
    yields: SchemaRef,
    outer: bool,
    /// How many rows are wanted of each partition.
    fetch: Option<usize>,
    schema: SchemaRef,
    properties: Arc<PlanProperties>,
    metrics: ExecutionPlanMetricsSet,
}

impl FlatMapExec {
    pub(crate) fn new(
        input: Arc<dyn ExecutionPlan>,
        call: Arc<Call>,
        arguments: Vec<Arc<dyn PhysicalExpr>>,
        yields: SchemaRef,
        outer: bool,
    ) -> Result<Self> {
        let schema = operators::appended(&input.schema(), yields.fields());
        let mut properties = operators::properties_of_appending(&input, &schema)?;
        // Rows repeat, so nothing that was unique still is.
        properties.eq_properties.set_constraints(Constraints::default());
        Ok(Self {
            properties: Arc::new(properties),
            input,
            call,
            arguments,
            yields,
            outer,
            fetch: None,
            schema,
            metrics: ExecutionPlanMetricsSet::new(),
        })
    }

    /// The name of the procedure.
    pub(crate) fn function(&self) -> &Arc<str> {
        self.call.name()
    }
}

/// The operator at work on one partition.
struct Flow {
    input: SendableRecordBatchStream,
    exec: FlatMapExec,
    counter: Counter,
    metrics: BaselineMetrics,
    wanted: Wanted,
    current: Option<(Running, Spread)>,
}

impl Flow {
    async fn next(&mut self) -> Result<Option<RecordBatch>> {
        while !self.wanted.is_nothing() {
            if self.current.is_none() {
                let Some(batch) = self.input.next().await.transpose()? else {
                    return Ok(None);
                };
                self.start(batch)?;
            } else if let Some(rows) = self.pull()? {
                return Ok(Some(self.cut(rows)));
            }
        }
        Ok(None)
    }

    /// Begins with the next rows of the input.
    fn start(&mut self, batch: RecordBatch) -> Result<()> {
        let rows = batch.num_rows();
        if rows == 0 {
            return Ok(());
        }
        let exec = &self.exec;
        let numbers = self.counter.next(rows);
        let columns = evaluate_expressions_to_arrays(&exec.arguments, &batch)?;
        let running = exec.call.coerce_all(&columns, &numbers).and_then(|columns| {
            Running::start(&exec.call, columns, rows, None, numbers, &exec.yields)
        });
        let spread = Spread::new(batch, Arc::clone(&exec.schema), exec.outer);
        self.current = Some((running.map_err(through_datafusion)?, spread));
        Ok(())
    }

    /// More rows of the batch at work, or none where it is done.
    fn pull(&mut self) -> Result<Option<RecordBatch>> {
        let _timer = self.metrics.elapsed_compute().timer();
        let Some((running, spread)) = &mut self.current else {
            return Ok(None);
        };
        if let Some(yielded) = running.next(self.wanted.next_batch()).map_err(through_datafusion)? {
            return spread.rows(&yielded).map(Some);
        }
        let rest = spread.rest();
        self.current = None;
        rest
    }

    /// Not more rows than are wanted. With the last of them the procedure ends.
    fn cut(&mut self, rows: RecordBatch) -> RecordBatch {
        let rows = self.wanted.take(rows);
        if self.wanted.is_nothing() {
            self.current = None;
        }
        self.metrics.record_output(rows.num_rows());
        rows
    }
}

impl ExecutionPlan for FlatMapExec {
    fn name(&self) -> &'static str {
        "PluginProcedureExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        vec![true]
    }

    /// One row without columns is not worth a task of its own.
    fn benefits_from_input_partitioning(&self) -> Vec<bool> {
        vec![!self.input.schema().fields().is_empty()]
    }

    fn apply_expressions(
        &self,
        f: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        operators::visit(&self.arguments, f)
    }

    fn replace_children(
        self: Arc<Self>,
        children: Vec<Arc<dyn ExecutionPlan>>,
        _options: ReplaceChildrenOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let input = operators::only_child(self.name(), children)?;
        let (call, arguments) = (Arc::clone(&self.call), self.arguments.clone());
        let new = Self::new(input, call, arguments, Arc::clone(&self.yields), self.outer)?;
        Ok(Arc::new(Self { fetch: self.fetch, ..new }))
    }

    fn with_new_children(
        self: Arc<Self>,
        children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let options = ReplaceChildrenOptions::new(ChildrenPropertiesMode::Recompute);
        self.replace_children(children, options)
    }

    fn execute(
        &self,
        partition: usize,
        context: Arc<TaskContext>,
    ) -> Result<SendableRecordBatchStream> {
        let flow = Flow {
            wanted: Wanted::new(context.session_config().batch_size(), self.fetch),
            input: self.input.execute(partition, context)?,
            exec: self.clone(),
            counter: Counter::over(&self.input),
            metrics: BaselineMetrics::new(&self.metrics, partition),
            current: None,
        };
        let batches = stream::try_unfold(flow, |mut flow| async move {
            let rows = flow.next().await?;
            Ok(rows.map(|rows| (rows, flow)))
        });
        Ok(Box::pin(RecordBatchStreamAdapter::new(Arc::clone(&self.schema), batches)))
    }

    fn metrics(&self) -> Option<MetricsSet> {
        Some(self.metrics.clone_inner())
    }

    fn with_fetch(&self, fetch: Option<usize>) -> Option<Arc<dyn ExecutionPlan>> {
        Some(Arc::new(Self { fetch, metrics: ExecutionPlanMetricsSet::new(), ..self.clone() }))
    }

    fn fetch(&self) -> Option<usize> {
        self.fetch
    }
}

impl DisplayAs for FlatMapExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let arguments: Vec<String> = self.arguments.iter().map(ToString::to_string).collect();
        write!(f, "PluginProcedureExec: {}({})", self.function(), arguments.join(", "))?;
        if self.outer {
            f.write_str(", outer")?;
        }
        match self.fetch {
            Some(fetch) => write!(f, ", fetch={fetch}"),
            None => Ok(()),
        }
    }
}
