//! An aggregate of a plugin as DataFusion plans it.

use std::fmt;
use std::sync::Arc;

use arrow::datatypes::{DataType, FieldRef};
use arrowsmith_contract::Function;
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::function::AccumulatorArgs;
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, Expr, Signature, WindowFunctionDefinition,
};

use crate::face::Face;

#[derive(PartialEq, Eq, Hash)]
pub(crate) struct PluginAggregate(Face);

impl PluginAggregate {
    pub(crate) fn new(function: Arc<Function>) -> Self {
        Self(Face::new(function))
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
        udaf.inner().downcast_ref::<Self>().map(|aggregate| aggregate.0.function())
    }
}

impl fmt::Debug for PluginAggregate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl AggregateUDFImpl for PluginAggregate {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn signature(&self) -> &Signature {
        self.0.signature()
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        Ok(types.to_vec())
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(self.0.function().signature.returns().data_type().clone())
    }

    fn return_field(&self, _: &[FieldRef]) -> Result<FieldRef> {
        Ok(self.0.field(self.0.name()))
    }

    fn accumulator(&self, _: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        Err(self.0.misplaced())
    }

    fn default_value(&self, _: &DataType) -> Result<ScalarValue> {
        Err(self.0.misplaced())
    }
}
