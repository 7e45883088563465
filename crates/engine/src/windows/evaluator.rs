//! One window function of an operator, and its walk over the rows of one partition of the input.

use std::fmt;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::FieldRef;
use arrowsmith_contract::{Error, Function, Kernel, RowNumbers, WindowEvaluator};
use datafusion::common::Result;
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr_common::utils::evaluate_expressions_to_arrays;

use crate::adapter::Call;
use crate::error::through_datafusion;

#[derive(Clone)]
pub(crate) struct WindowFunction {
    call: Arc<Call>,
    arguments: Vec<Arc<dyn PhysicalExpr>>,
    /// Of its column.
    field: FieldRef,
}

impl WindowFunction {
    pub(crate) fn new(
        call: Arc<Call>,
        arguments: Vec<Arc<dyn PhysicalExpr>>,
        field: FieldRef,
    ) -> Self {
        Self { call, arguments, field }
    }

    pub(crate) fn name(&self) -> &Arc<str> {
        self.call.name()
    }

    pub(crate) fn arguments(&self) -> &[Arc<dyn PhysicalExpr>] {
        &self.arguments
    }

    pub(crate) fn field(&self) -> &FieldRef {
        &self.field
    }

    pub(crate) fn needs_whole_partitions(&self) -> bool {
        needs_whole_partitions(self.call.function())
    }

    /// The columns that it takes of a batch.
    pub(crate) fn columns(&self, batch: &RecordBatch) -> Result<Vec<ArrayRef>> {
        evaluate_expressions_to_arrays(&self.arguments, batch)
    }
}

impl fmt::Debug for WindowFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for WindowFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let arguments: Vec<String> = self.arguments.iter().map(ToString::to_string).collect();
        write!(f, "{}({}) AS {}", self.name(), arguments.join(", "), self.field.name())
    }
}

/// Whether a function is given the rows of a partition at once.
pub(crate) fn needs_whole_partitions(function: &Function) -> bool {
    matches!(&function.kernel, Kernel::Window(kernel) if kernel.needs_whole_partitions())
}

/// A call that walks over rows in their order.
pub(crate) struct Walker {
    call: Arc<Call>,
    /// Made with the first rows.
    evaluator: Option<Box<dyn WindowEvaluator>>,
}

impl Walker {
    pub(crate) fn new(call: Arc<Call>) -> Self {
        Self { call, evaluator: None }
    }

    /// The values for the next rows, at least one.
    pub(crate) fn step(
        &mut self,
        columns: &[ArrayRef],
        rows: usize,
        starts: &[usize],
        numbers: &RowNumbers,
    ) -> arrowsmith_contract::Result<ArrayRef> {
        let call = &self.call;
        let Kernel::Window(kernel) = &call.function().kernel else {
            return Err(Error::Internal(format!("{} is no window function", call.name())));
        };
        let columns = call.coerce_all(columns, numbers)?;
        let evaluator = match &mut self.evaluator {
            Some(evaluator) => evaluator,
            none => none.insert(kernel.evaluator(call.context())?),
        };
        let values =
            call.run(rows, numbers, |context| evaluator.evaluate(&columns, rows, starts, context))?;
        call.check_answer(&values, rows)?;
        Ok(values)
    }
}

/// A function of an operator at work.
pub(crate) struct Evaluation {
    function: WindowFunction,
    walker: Walker,
}

impl Evaluation {
    pub(crate) fn new(function: WindowFunction) -> Self {
        Self { walker: Walker::new(Arc::clone(&function.call)), function }
    }

    pub(crate) fn function(&self) -> &WindowFunction {
        &self.function
    }

    pub(crate) fn evaluate(
        &mut self,
        columns: &[ArrayRef],
        rows: usize,
        starts: &[usize],
        numbers: &RowNumbers,
    ) -> Result<ArrayRef> {
        self.walker.step(columns, rows, starts, numbers).map_err(through_datafusion)
    }
}
