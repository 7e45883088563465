//! An aggregate of a plugin as DataFusion plans it.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use arrow::datatypes::{DataType, FieldRef};
use arrowsmith_contract::Function;
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::function::AccumulatorArgs;
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, Expr, Signature, Volatility,
    WindowFunctionDefinition,
};

use crate::error::through_datafusion;

/// Carries a call until `guards` binds it to a run.
pub(crate) struct PluginAggregate {
    function: Arc<Function>,
    name: Arc<str>,
    signature: Signature,
}

impl PluginAggregate {
    pub(crate) fn new(function: Arc<Function>) -> Self {
        Self {
            name: function.qualified_name().to_shared(),
            function,
            signature: Signature::user_defined(Volatility::Volatile),
        }
    }

    /// The aggregate that an expression calls, over groups or over frames of a window, if it is
    /// such a call.
    pub(crate) fn called_by(expr: &Expr) -> Option<&Arc<Function>> {
        match expr {
            Expr::AggregateFunction(call) => Self::behind(&call.func),
            Expr::WindowFunction(call) => match &call.fun {
                WindowFunctionDefinition::AggregateUDF(udaf) => Self::behind(udaf),
                WindowFunctionDefinition::WindowUDF(_) => None,
            },
            _ => None,
        }
    }

    fn behind(udaf: &AggregateUDF) -> Option<&Arc<Function>> {
        udaf.inner().downcast_ref::<Self>().map(|aggregate| &aggregate.function)
    }

    fn misplaced(&self) -> datafusion::error::DataFusionError {
        through_datafusion(crate::Error::Plan(format!(
            "{} cannot be called in this place of a query",
            self.name
        )))
    }
}

impl fmt::Debug for PluginAggregate {
    /// The name only: DataFusion shows expressions in its messages.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl PartialEq for PluginAggregate {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.function, &other.function)
    }
}

impl Eq for PluginAggregate {}

impl Hash for PluginAggregate {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

impl AggregateUDFImpl for PluginAggregate {
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

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(self.function.signature.returns().data_type().clone())
    }

    fn return_field(&self, _: &[FieldRef]) -> Result<FieldRef> {
        Ok(Arc::new(self.function.signature.returns().to_field(&self.name, true)))
    }

    fn accumulator(&self, _: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        Err(self.misplaced())
    }

    fn default_value(&self, _: &DataType) -> Result<ScalarValue> {
        Err(self.misplaced())
    }
}
