//! An aggregate of a plugin bound to one run of a query.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, FieldRef};
use arrow::row::{RowConverter, SortField};
use arrowsmith_contract::Function;
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::expr::{AggregateFunctionParams, WindowFunctionParams};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, GroupsAccumulator, Signature,
};

use super::frame::Frame;
use super::grouped::Grouped;
use super::lists;
use super::shape::Shape;
use super::ungrouped::Ungrouped;
use super::usage::{Usage, kernel_of};
use crate::adapter::Call;
use crate::context::QueryContext;
use crate::error::through_datafusion;
use crate::face::Face;

/// The function in the place of the planned one. `label` is the call as the user knows it, `column` a
/// name that no other column has.
pub(crate) fn bind(
    function: Arc<Function>,
    shape: Shape,
    label: String,
    column: String,
    query: &QueryContext,
) -> Arc<AggregateUDF> {
    let call = Call::new(Arc::clone(&function), query);
    Arc::new(AggregateUDF::new_from_impl(BoundAggregate {
        face: Face::new(function),
        usage: Arc::new(Usage::new(call, shape)),
        label,
        column,
        query: query.clone(),
    }))
}

pub(crate) struct BoundAggregate {
    face: Face,
    usage: Arc<Usage>,
    label: String,
    column: String,
    query: QueryContext,
}

impl BoundAggregate {
    pub(crate) fn usage_of(udaf: &AggregateUDF) -> Option<&Usage> {
        udaf.inner().downcast_ref::<Self>().map(|bound| bound.usage.as_ref())
    }

    fn too_early(&self) -> datafusion::error::DataFusionError {
        through_datafusion(crate::Error::Plan(format!(
            "{} cannot be called yet in a query without GROUP BY that names columns of the query \
             around it; join with a query that has GROUP BY instead",
            self.face.name()
        )))
    }
}

impl fmt::Debug for BoundAggregate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.label)
    }
}

impl PartialEq for BoundAggregate {
    /// Each use has states of its own.
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.usage, &other.usage)
    }
}

impl Eq for BoundAggregate {}

impl Hash for BoundAggregate {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.column.hash(state);
    }
}

impl AggregateUDFImpl for BoundAggregate {
    /// Qualified: `DataFusion` compares it with names of its own functions.
    fn name(&self) -> &str {
        self.face.name()
    }

    fn schema_name(&self, _: &AggregateFunctionParams) -> Result<String> {
        Ok(self.column.clone())
    }

    fn window_function_schema_name(&self, _: &WindowFunctionParams) -> Result<String> {
        Ok(self.column.clone())
    }

    fn human_display(&self, _: &AggregateFunctionParams) -> Result<String> {
        Ok(self.label.clone())
    }

    fn display_name(&self, _: &AggregateFunctionParams) -> Result<String> {
        Ok(self.label.clone())
    }

    fn window_function_display_name(&self, _: &WindowFunctionParams) -> Result<String> {
        Ok(self.label.clone())
    }

    fn signature(&self) -> &Signature {
        self.face.signature()
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        Ok(types.to_vec())
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(self.face.function().signature.returns().data_type().clone())
    }

    fn return_field(&self, _: &[FieldRef]) -> Result<FieldRef> {
        Ok(self.face.field(self.face.name()))
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        let state_type = if self.usage.shape().keeps_rows() {
            lists::state_type(args.input_fields)
        } else {
            kernel_of(self.usage.call()).map_err(through_datafusion)?.state_type()
        };
        Ok(vec![Arc::new(Field::new(format!("{}[state]", args.name), state_type, true))])
    }

    fn accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        Ok(Box::new(Ungrouped::new(&self.usage, args.expr_fields)?))
    }

    fn groups_accumulator_supported(&self, _: AccumulatorArgs) -> bool {
        true
    }

    fn create_groups_accumulator(
        &self,
        args: AccumulatorArgs,
    ) -> Result<Box<dyn GroupsAccumulator>> {
        Ok(Box::new(Grouped::new(&self.usage, args.expr_fields)?))
    }

    fn create_sliding_accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        let accumulator = Ungrouped::new(&self.usage, args.expr_fields)?;
        if accumulator.supports_retract_batch() {
            return Ok(Box::new(accumulator));
        }
        Ok(Box::new(Frame::new(&self.usage, args.expr_fields)))
    }

    /// The answer for an empty frame. `DataFusion` asks while it plans, too, for rows of an outer query
    /// that find none in a query within; then nothing may be called.
    fn default_value(&self, _: &DataType) -> Result<ScalarValue> {
        if !self.query.is_planned() {
            return Err(self.too_early());
        }
        self.usage.initial().map_err(through_datafusion)
    }
}

/// # Errors
/// Types whose values cannot be compared, where DISTINCT or ORDER BY must.
pub(crate) fn check_comparable(
    function: &Arc<str>,
    shape: &Shape,
    types: &[DataType],
) -> Result<()> {
    let distinct = if shape.distinct { shape.arguments } else { 0 };
    let compared = (0..distinct).chain(shape.keys.iter().map(|key| key.column));
    for data_type in compared.filter_map(|column| types.get(column)) {
        if !RowConverter::supports_fields(&[SortField::new(data_type.clone())]) {
            return Err(through_datafusion(crate::Error::Plan(format!(
                "{function}: values of type {data_type} cannot be compared for DISTINCT or \
                 ORDER BY"
            ))));
        }
    }
    Ok(())
}
