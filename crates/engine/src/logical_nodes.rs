//! What our logical nodes share.

use std::fmt;

use arrow::datatypes::FieldRef;
use datafusion::common::{Result, TableReference, internal_err};
use datafusion::logical_expr::LogicalPlan;

/// The node of ours that a plan is, if it is one of this type.
pub(crate) fn of<T: 'static>(plan: &LogicalPlan) -> Option<&T> {
    match plan {
        LogicalPlan::Extension(extension) => extension.node.as_any().downcast_ref(),
        _ => None,
    }
}

/// The one input of a node that is given new ones.
pub(crate) fn only_input(node: &str, inputs: Vec<LogicalPlan>) -> Result<LogicalPlan> {
    let Ok([input]) = <[LogicalPlan; 1]>::try_from(inputs) else {
        return internal_err!("{node} has one input");
    };
    Ok(input)
}

/// The columns of an input, as a schema over it takes them.
pub(crate) fn fields_of(input: &LogicalPlan) -> Vec<(Option<TableReference>, FieldRef)> {
    let columns = input.schema().iter();
    columns.map(|(relation, field)| (relation.cloned(), FieldRef::clone(field))).collect()
}

/// Of a node that puts its own columns behind those of its input: the input's among those wanted.
/// What else it needs is in its expressions.
pub(crate) fn wanted_below(input: &LogicalPlan, output: &[usize]) -> Vec<Vec<usize>> {
    let below = input.schema().fields().len();
    vec![output.iter().copied().filter(|index| *index < below).collect()]
}

/// Items as a plan shows them.
pub(crate) fn list(items: impl IntoIterator<Item = impl fmt::Display>) -> String {
    let items: Vec<String> = items.into_iter().map(|item| item.to_string()).collect();
    items.join(", ")
}
