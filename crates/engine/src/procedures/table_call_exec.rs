//! The operator that gives tables to a procedure. It waits within the procedure's calls while a task
//! of its own fills the table.

use std::fmt;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::{Schema, SchemaRef};
use arrowsmith_contract::RowNumbers;
use datafusion::common::Result;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::{EquivalenceProperties, OrderingRequirements, PhysicalExpr};
use datafusion::physical_expr_common::utils::evaluate_expressions_to_arrays;
use datafusion::physical_plan::execution_plan::{
    Boundedness, ChildrenPropertiesMode, EmissionType, ReplaceChildrenOptions,
};
use datafusion::physical_plan::metrics::{BaselineMetrics, ExecutionPlanMetricsSet, MetricsSet};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, ExecutionPlanProperties,
    InputDistributionRequirements, Partitioning, PlanProperties,
};
use futures::stream;

use super::running::Running;
use super::table_input::Tables;
use super::wanted::Wanted;
use crate::adapter::Call;
use crate::error::through_datafusion;
use crate::operators;
use crate::partitions::{Borders, Order};
use crate::runtime;

#[derive(Debug, Clone)]
pub(crate) struct TableCallExec {
    input: Arc<dyn ExecutionPlan>,
    call: Arc<Call>,
    /// Constants, without the table.
    arguments: Vec<Arc<dyn PhysicalExpr>>,
    order: Order,
    /// How many rows are wanted of each partition.
    fetch: Option<usize>,
    schema: SchemaRef,
    properties: Arc<PlanProperties>,
    metrics: ExecutionPlanMetricsSet,
}

impl TableCallExec {
    pub(crate) fn new(
        input: Arc<dyn ExecutionPlan>,
        call: Arc<Call>,
        arguments: Vec<Arc<dyn PhysicalExpr>>,
        order: Order,
        schema: SchemaRef,
    ) -> Self {
        let properties = PlanProperties::new(
            EquivalenceProperties::new(Arc::clone(&schema)),
            Partitioning::UnknownPartitioning(input.output_partitioning().partition_count()),
            EmissionType::Incremental,
            Boundedness::Bounded,
        );
        Self {
            input,
            call,
            arguments,
            order,
            fetch: None,
            schema,
            properties: Arc::new(properties),
            metrics: ExecutionPlanMetricsSet::new(),
        }
    }

    /// The name of the procedure.
    pub(crate) fn function(&self) -> &Arc<str> {
        self.call.name()
    }

    /// The constants, one row of each, in the types of their parameters.
    fn constants(&self) -> Result<Vec<ArrayRef>> {
        let one = operators::batch(&Arc::new(Schema::empty()), Vec::new(), 1)?;
        let table = self.call.function().signature.table();
        let places = (0..).filter(|place| Some(*place) != table);
        places
            .zip(evaluate_expressions_to_arrays(&self.arguments, &one)?)
            .map(|(index, value)| {
                self.call.coerce(index, &value, &RowNumbers::default()).map_err(through_datafusion)
            })
            .collect()
    }
}

/// The operator at work on one partition of its input.
struct Flow {
    exec: TableCallExec,
    /// Until the first rows are asked for.
    input: Option<SendableRecordBatchStream>,
    tables: Option<Tables>,
    metrics: BaselineMetrics,
    /// The arguments, once they are computed.
    constants: Option<Vec<ArrayRef>>,
    wanted: Wanted,
    current: Option<Running>,
    has_begun: bool,
}

impl Flow {
    fn next(&mut self) -> Result<Option<RecordBatch>> {
        if let Some(input) = self.input.take() {
            let borders = Borders::new(self.exec.order.partition_by.clone());
            self.tables = Some(Tables::start(input, borders));
        }
        while !self.wanted.is_nothing() {
            if self.current.is_none() && !self.start()? {
                return Ok(None);
            }
            if let Some(rows) = self.pull()? {
                return Ok(Some(rows));
            }
        }
        Ok(None)
    }

    /// Gives the next table to the procedure, if there is one. Without partitions there is one in
    /// any case.
    fn start(&mut self) -> Result<bool> {
        let Some(tables) = &self.tables else {
            return Ok(false);
        };
        let call = &self.exec.call;
        if self.exec.order.partition_by.is_empty() {
            if self.has_begun {
                return Ok(false);
            }
        } else if !tables.skip(call.token()).map_err(through_datafusion)? {
            return Ok(false);
        }
        self.has_begun = true;
        let columns = match &mut self.constants {
            Some(columns) => columns,
            none => none.insert(self.exec.constants()?),
        };
        let columns = columns.clone();
        let (reader, numbers) = (Some(tables.reader()), RowNumbers::default());
        let running = Running::start(call, columns, 1, reader, numbers, &self.exec.schema);
        self.current = Some(running.map_err(through_datafusion)?);
        Ok(true)
    }

    fn pull(&mut self) -> Result<Option<RecordBatch>> {
        let Some(running) = &mut self.current else {
            return Ok(None);
        };
        let yielded = running.next(self.wanted.next_batch());
        // Also where the procedure went on without the rest of its table.
        if let Some(error) = self.tables.as_ref().and_then(Tables::failure)
            && (yielded.is_ok() || self.exec.call.context().token.check().is_ok())
        {
            return Err(through_datafusion(error));
        }
        let Some(yielded) = yielded.map_err(through_datafusion)? else {
            self.current = None;
            return Ok(None);
        };
        let rows = self.wanted.take(yielded.batch);
        if self.wanted.is_nothing() {
            self.current = None;
        }
        self.metrics.record_output(rows.num_rows());
        Ok(Some(RecordBatch::try_new(Arc::clone(&self.exec.schema), rows.columns().to_vec())?))
    }
}

impl ExecutionPlan for TableCallExec {
    fn name(&self) -> &'static str {
        "PluginTableProcedureExec"
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

    fn apply_expressions(
        &self,
        f: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        operators::visit(self.arguments.iter().chain(self.order.expressions()), f)
    }

    fn replace_children(
        self: Arc<Self>,
        children: Vec<Arc<dyn ExecutionPlan>>,
        _options: ReplaceChildrenOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let input = operators::only_child(self.name(), children)?;
        let (call, arguments) = (Arc::clone(&self.call), self.arguments.clone());
        let (order, schema) = (self.order.clone(), Arc::clone(&self.schema));
        let new = Self::new(input, call, arguments, order, schema);
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
            exec: self.clone(),
            metrics: BaselineMetrics::new(&self.metrics, partition),
            constants: None,
            wanted: Wanted::new(context.session_config().batch_size(), self.fetch),
            input: Some(self.input.execute(partition, context)?),
            tables: None,
            current: None,
            has_begun: false,
        };
        let batches = stream::try_unfold(flow, |mut flow| async move {
            // What fills the table needs this worker while the procedure waits for it.
            let rows = runtime::block(|| flow.next())?;
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

impl DisplayAs for TableCallExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let table = if self.arguments.is_empty() { "TABLE" } else { "TABLE, " };
        let arguments: Vec<String> = self.arguments.iter().map(ToString::to_string).collect();
        let arguments = arguments.join(", ");
        write!(f, "PluginTableProcedureExec: {}({table}{arguments})", self.function())?;
        match self.fetch {
            Some(fetch) => write!(f, ", fetch={fetch}"),
            None => Ok(()),
        }
    }
}
