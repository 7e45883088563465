//! The operator that computes programs, one batch at a time, on the threads of its input.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::{Field, SchemaRef};
use arrowsmith_contract::RowNumbers;
use datafusion::common::Result;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr_common::utils::evaluate_expressions_to_arrays;
use datafusion::physical_plan::execution_plan::{
    CardinalityEffect, ChildrenPropertiesMode, ReplaceChildrenOptions,
};
use datafusion::physical_plan::metrics::{BaselineMetrics, ExecutionPlanMetricsSet, MetricsSet};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties};
use futures::StreamExt;

use super::program::Program;
use crate::numbering::Counter;
use crate::operators;

/// No rule of DataFusion's looks into it, so nothing is moved through it, merged or repeated.
#[derive(Debug)]
pub(crate) struct ComputeExec {
    input: Arc<dyn ExecutionPlan>,
    programs: Vec<Arc<dyn PhysicalExpr>>,
    /// The fields of the computed columns.
    fields: Vec<Arc<Field>>,
    schema: SchemaRef,
    properties: Arc<PlanProperties>,
    metrics: ExecutionPlanMetricsSet,
}

impl ComputeExec {
    pub(crate) fn new(
        input: Arc<dyn ExecutionPlan>,
        programs: Vec<Arc<dyn PhysicalExpr>>,
        fields: Vec<Arc<Field>>,
    ) -> Result<Self> {
        let schema = operators::appended(&input.schema(), &fields);
        Ok(Self {
            properties: Arc::new(operators::properties_of_appending(&input, &schema)?),
            input,
            programs,
            fields,
            schema,
            metrics: ExecutionPlanMetricsSet::new(),
        })
    }

    /// Adds the functions that its programs may call.
    pub(crate) fn add_functions(&self, names: &mut BTreeSet<Arc<str>>) {
        for (program, _) in self.programs.iter().filter_map(Program::called_in) {
            program.add_functions(names);
        }
    }
}

fn compute(
    program: &Arc<dyn PhysicalExpr>,
    batch: &RecordBatch,
    numbers: &RowNumbers,
) -> Result<ArrayRef> {
    let rows = batch.num_rows();
    let Some((program, arguments)) = Program::called_in(program) else {
        return program.evaluate(batch)?.into_array(rows);
    };
    program.evaluate(evaluate_expressions_to_arrays(arguments, batch)?, rows, numbers.clone())
}

fn append(
    batch: &RecordBatch,
    programs: &[Arc<dyn PhysicalExpr>],
    schema: &SchemaRef,
    numbers: &RowNumbers,
) -> Result<RecordBatch> {
    let mut columns = batch.columns().to_vec();
    for program in programs {
        columns.push(compute(program, batch, numbers)?);
    }
    operators::batch(schema, columns, batch.num_rows())
}

impl ExecutionPlan for ComputeExec {
    fn name(&self) -> &'static str {
        "PluginComputeExec"
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

    fn apply_expressions(
        &self,
        f: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        operators::visit(&self.programs, f)
    }

    fn replace_children(
        self: Arc<Self>,
        children: Vec<Arc<dyn ExecutionPlan>>,
        _options: ReplaceChildrenOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let input = operators::only_child(self.name(), children)?;
        let (programs, fields) = (self.programs.clone(), self.fields.clone());
        Ok(Arc::new(Self::new(input, programs, fields)?))
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
        let input = self.input.execute(partition, context)?;
        let metrics = BaselineMetrics::new(&self.metrics, partition);
        let (programs, schema) = (self.programs.clone(), Arc::clone(&self.schema));
        let mut counter = Counter::over(&self.input);
        let batches = input.map(move |batch| {
            let batch = batch?;
            let numbers = counter.next(batch.num_rows());
            let timer = metrics.elapsed_compute().timer();
            let computed = append(&batch, &programs, &schema, &numbers);
            timer.done();
            if let Ok(computed) = &computed {
                metrics.record_output(computed.num_rows());
            }
            computed
        });
        Ok(Box::pin(RecordBatchStreamAdapter::new(Arc::clone(&self.schema), batches)))
    }

    fn metrics(&self) -> Option<MetricsSet> {
        Some(self.metrics.clone_inner())
    }

    fn supports_limit_pushdown(&self) -> bool {
        true
    }

    fn cardinality_effect(&self) -> CardinalityEffect {
        CardinalityEffect::Equal
    }
}

impl DisplayAs for ComputeExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PluginComputeExec: ")?;
        for (index, (program, field)) in self.programs.iter().zip(&self.fields).enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            write!(f, "{comma}{program} AS {}", field.name())?;
        }
        Ok(())
    }
}
