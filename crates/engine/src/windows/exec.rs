//! The operator that computes window functions. Its input comes partition by partition, in order;
//! rows leave as they came.

use std::fmt;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::common::Result;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::execution::memory_pool::MemoryConsumer;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::{OrderingRequirements, PhysicalExpr};
use datafusion::physical_plan::execution_plan::{
    CardinalityEffect, ChildrenPropertiesMode, ReplaceChildrenOptions,
};
use datafusion::physical_plan::metrics::{BaselineMetrics, ExecutionPlanMetricsSet, MetricsSet};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, InputDistributionRequirements, PlanProperties,
};
use futures::{StreamExt, TryStreamExt, future, stream};

use super::evaluator::{Evaluation, WindowFunction};
use super::walk::Walk;
use crate::numbering::Counter;
use crate::operators;
use crate::partitions::{Borders, Order};

#[derive(Debug)]
pub(crate) struct WindowsExec {
    input: Arc<dyn ExecutionPlan>,
    functions: Vec<WindowFunction>,
    order: Order,
    schema: SchemaRef,
    properties: Arc<PlanProperties>,
    metrics: ExecutionPlanMetricsSet,
}

impl WindowsExec {
    pub(crate) fn new(
        input: Arc<dyn ExecutionPlan>,
        functions: Vec<WindowFunction>,
        order: Order,
    ) -> Result<Self> {
        let fields = functions.iter().map(WindowFunction::field);
        let schema = operators::appended(&input.schema(), fields);
        Ok(Self {
            properties: Arc::new(operators::properties_of_appending(&input, &schema)?),
            input,
            functions,
            order,
            schema,
            metrics: ExecutionPlanMetricsSet::new(),
        })
    }

    /// The names of the functions that it calls.
    pub(crate) fn functions(&self) -> impl Iterator<Item = &Arc<str>> {
        self.functions.iter().map(WindowFunction::name)
    }

    fn walk(&self, partition: usize, context: &TaskContext) -> Walk {
        let consumer = MemoryConsumer::new(format!("{}[{partition}]", self.name()));
        Walk::new(
            self.functions.iter().cloned().map(Evaluation::new).collect(),
            Borders::new(self.order.partition_by.clone()),
            Counter::over(&self.input),
            Arc::clone(&self.schema),
            consumer.register(context.memory_pool()),
        )
    }
}

impl ExecutionPlan for WindowsExec {
    fn name(&self) -> &'static str {
        "PluginWindowExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn input_distribution_requirements(&self) -> InputDistributionRequirements {
        InputDistributionRequirements::new(vec![self.order.distribution()])
    }

    fn required_input_ordering(&self) -> Vec<Option<OrderingRequirements>> {
        vec![self.order.requirements()]
    }

    /// It keeps the order, which its properties say. But where this is true DataFusion (55.2) moves a
    /// sort from above below, if the two orders have a key at the same place, and never mind that
    /// this needs its own.
    fn maintains_input_order(&self) -> Vec<bool> {
        vec![self.order.requirements().is_none()]
    }

    fn apply_expressions(
        &self,
        f: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        let arguments = self.functions.iter().flat_map(WindowFunction::arguments);
        operators::visit(arguments.chain(self.order.expressions()), f)
    }

    fn replace_children(
        self: Arc<Self>,
        children: Vec<Arc<dyn ExecutionPlan>>,
        _options: ReplaceChildrenOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let input = operators::only_child(self.name(), children)?;
        Ok(Arc::new(Self::new(input, self.functions.clone(), self.order.clone())?))
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
        let mut walk = self.walk(partition, &context);
        let metrics = BaselineMetrics::new(&self.metrics, partition);
        let input = self.input.execute(partition, context)?;
        let end = stream::once(future::ready(Ok(None)));
        let batches = input
            .map_ok(Some)
            .chain(end)
            .map(move |next: Result<_>| -> Result<_> {
                let next = next?;
                let timer = metrics.elapsed_compute().timer();
                let computed = match next {
                    Some(batch) => walk.push(batch)?,
                    None => walk.finish()?,
                };
                timer.done();
                metrics.record_output(computed.iter().map(RecordBatch::num_rows).sum());
                Ok(stream::iter(computed.into_iter().map(Ok)))
            })
            .try_flatten();
        Ok(Box::pin(RecordBatchStreamAdapter::new(Arc::clone(&self.schema), batches)))
    }

    fn metrics(&self) -> Option<MetricsSet> {
        Some(self.metrics.clone_inner())
    }

    fn cardinality_effect(&self) -> CardinalityEffect {
        CardinalityEffect::Equal
    }
}

impl DisplayAs for WindowsExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PluginWindowExec: ")?;
        for (index, function) in self.functions.iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            write!(f, "{comma}{function}")?;
        }
        Ok(())
    }
}
