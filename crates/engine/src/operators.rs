//! What our physical operators share.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, RecordBatch, RecordBatchOptions};
use arrow::compute::concat;
use arrow::datatypes::{FieldRef, Schema, SchemaRef};
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{Result, internal_err};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::equivalence::ProjectionMapping;
use datafusion::physical_expr::expressions::Column;
use datafusion::physical_plan::{ExecutionPlan, ExecutionPlanProperties, PlanProperties};

/// A batch that may have rows and no columns.
pub(crate) fn batch(
    schema: &SchemaRef,
    columns: Vec<ArrayRef>,
    rows: usize,
) -> Result<RecordBatch> {
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    Ok(RecordBatch::try_new_with_options(Arc::clone(schema), columns, &options)?)
}

/// The `count` columns of one piece or more, one piece after another.
pub(crate) fn concat_columns<'a>(
    pieces: &(impl Iterator<Item = &'a Vec<ArrayRef>> + Clone),
    count: usize,
) -> Result<Vec<ArrayRef>> {
    let column = |index: usize| {
        let parts: Vec<&dyn Array> = pieces.clone().map(|piece| piece[index].as_ref()).collect();
        Ok(concat(&parts)?)
    };
    (0..count).map(column).collect()
}

/// Shows an operator's expressions to a visitor, until it has seen enough.
pub(crate) fn visit<'a>(
    exprs: impl IntoIterator<Item = &'a Arc<dyn PhysicalExpr>>,
    visitor: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
) -> Result<TreeNodeRecursion> {
    for expr in exprs {
        if visitor(expr)? == TreeNodeRecursion::Stop {
            return Ok(TreeNodeRecursion::Stop);
        }
    }
    Ok(TreeNodeRecursion::Continue)
}

/// The one input of an operator that is given new ones.
pub(crate) fn only_child(
    operator: &str,
    children: Vec<Arc<dyn ExecutionPlan>>,
) -> Result<Arc<dyn ExecutionPlan>> {
    let Ok([input]) = <[Arc<dyn ExecutionPlan>; 1]>::try_from(children) else {
        return internal_err!("{operator} has one input");
    };
    Ok(input)
}

/// The columns of an operator that puts its own behind those of its input.
pub(crate) fn appended<'a>(
    below: &'a SchemaRef,
    fields: impl IntoIterator<Item = &'a FieldRef>,
) -> SchemaRef {
    let all: Vec<FieldRef> = below.fields().iter().chain(fields).cloned().collect();
    Arc::new(Schema::new_with_metadata(all, below.metadata().clone()))
}

/// Of such an operator: what holds of the input's columns still holds, at the same places.
pub(crate) fn properties_of_appending(
    input: &Arc<dyn ExecutionPlan>,
    schema: &SchemaRef,
) -> Result<PlanProperties> {
    let below = input.schema();
    let columns = below.fields().iter().enumerate().map(|(index, field)| {
        let column = Arc::new(Column::new(field.name(), index)) as Arc<dyn PhysicalExpr>;
        (column, field.name().clone())
    });
    let mapping = ProjectionMapping::try_new(columns, &below)?;
    let equivalences = input.equivalence_properties().project(&mapping, Arc::clone(schema));
    Ok(PlanProperties::new(
        equivalences,
        input.output_partitioning().clone(),
        input.pipeline_behavior(),
        input.boundedness(),
    ))
}
