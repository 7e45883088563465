//! A plugin's window function as DataFusion's SQL planner sees it. It carries the call until
//! `guards` takes it out of the plan.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use arrow::datatypes::{DataType, FieldRef};
use arrowsmith_contract::Function;
use datafusion::common::Result;
use datafusion::logical_expr::function::{PartitionEvaluatorArgs, WindowUDFFieldArgs};
use datafusion::logical_expr::{
    Expr, PartitionEvaluator, Signature, Volatility, WindowFunctionDefinition, WindowUDFImpl,
};

use crate::error::through_datafusion;

pub(crate) struct PluginWindow {
    function: Arc<Function>,
    name: Arc<str>,
    signature: Signature,
}

impl PluginWindow {
    pub(crate) fn new(function: Arc<Function>) -> Self {
        Self {
            name: function.qualified_name().to_shared(),
            function,
            signature: Signature::user_defined(Volatility::Volatile),
        }
    }
}

/// The plugin's window function that an expression calls, if it is such a call.
pub(crate) fn called_by(expr: &Expr) -> Option<&Arc<Function>> {
    let Expr::WindowFunction(call) = expr else {
        return None;
    };
    let WindowFunctionDefinition::WindowUDF(udf) = &call.fun else {
        return None;
    };
    udf.inner().downcast_ref::<PluginWindow>().map(|window| &window.function)
}

impl fmt::Debug for PluginWindow {
    /// The name only: DataFusion shows expressions in its messages.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl PartialEq for PluginWindow {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.function, &other.function)
    }
}

impl Eq for PluginWindow {}

impl Hash for PluginWindow {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

impl WindowUDFImpl for PluginWindow {
    fn name(&self) -> &str {
        &self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    /// Arguments keep their types; `check` has the say over them, and `coerce` at execution.
    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        Ok(types.to_vec())
    }

    fn field(&self, arguments: WindowUDFFieldArgs<'_>) -> Result<FieldRef> {
        Ok(Arc::new(self.function.signature.returns().to_field(arguments.name(), true)))
    }

    /// Asked for while DataFusion plans a window that `guards` did not take out.
    fn partition_evaluator(
        &self,
        _: PartitionEvaluatorArgs<'_>,
    ) -> Result<Box<dyn PartitionEvaluator>> {
        Err(through_datafusion(crate::Error::Plan(format!(
            "{} cannot be called in this place of a query",
            self.name
        ))))
    }
}
