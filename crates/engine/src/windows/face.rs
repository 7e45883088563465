//! A plugin's window function as DataFusion's SQL planner sees it.

use std::fmt;
use std::sync::Arc;

use arrow::datatypes::{DataType, FieldRef};
use arrowsmith_contract::Function;
use datafusion::common::Result;
use datafusion::logical_expr::function::{PartitionEvaluatorArgs, WindowUDFFieldArgs};
use datafusion::logical_expr::{
    Expr, PartitionEvaluator, Signature, WindowFunctionDefinition, WindowUDFImpl,
};

use crate::face::Face;

#[derive(PartialEq, Eq, Hash)]
pub(crate) struct PluginWindow(Face);

impl PluginWindow {
    pub(crate) fn new(function: Arc<Function>) -> Self {
        Self(Face::new(function))
    }

    /// The plugin's window function that an expression calls, if it is such a call.
    pub(crate) fn called_by(expr: &Expr) -> Option<&Arc<Function>> {
        let Expr::WindowFunction(call) = expr else {
            return None;
        };
        let WindowFunctionDefinition::WindowUDF(udf) = &call.fun else {
            return None;
        };
        udf.inner().downcast_ref::<Self>().map(|window| window.0.function())
    }
}

impl fmt::Debug for PluginWindow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl WindowUDFImpl for PluginWindow {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn signature(&self) -> &Signature {
        self.0.signature()
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        Ok(types.to_vec())
    }

    fn field(&self, arguments: WindowUDFFieldArgs<'_>) -> Result<FieldRef> {
        Ok(self.0.field(arguments.name()))
    }

    /// Asked for while DataFusion plans a window that `guards` did not take out.
    fn partition_evaluator(
        &self,
        _: PartitionEvaluatorArgs<'_>,
    ) -> Result<Box<dyn PartitionEvaluator>> {
        Err(self.0.misplaced())
    }
}
