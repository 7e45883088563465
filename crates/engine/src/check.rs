//! Checks the calls of plugin functions in a plan: how many arguments, and of which types.
//!
//! DataFusion would turn an error of ours into text while it plans, so the plan is checked after.

use std::sync::Arc;

use arrowsmith_contract::{Function, Type, coerce};
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::common::{DFSchema, Result};
use datafusion::execution::SessionState;
use datafusion::logical_expr::{Expr, ExprSchemable, LogicalPlan};

use crate::error::through_datafusion;
use crate::face::called_by;
use crate::procedures;
use crate::windows::{self, PluginWindow};

/// # Errors
/// The first call that no row could make right, naming function, argument, and types.
pub(crate) fn calls(plan: &LogicalPlan) -> Result<()> {
    plan.apply_with_subqueries(|node| {
        let schema = schema_below(node);
        if let Some((function, arguments)) = procedures::arguments_of(node) {
            for (index, argument) in arguments {
                check_argument(function, index, argument, &schema)?;
            }
        }
        node.apply_expressions(|root| {
            root.apply(|expr| {
                check_expr(expr, &schema)?;
                Ok(TreeNodeRecursion::Continue)
            })
        })
    })?;
    Ok(())
}

fn check_expr(expr: &Expr, schema: &DFSchema) -> Result<()> {
    if let (Some(function), Expr::WindowFunction(call)) = (PluginWindow::called_by(expr), expr) {
        windows::check_frame(function, &call.params).map_err(through_datafusion)?;
    }
    match called(expr) {
        Some((function, arguments)) => check_call(function, arguments, schema),
        None => Ok(()),
    }
}

/// The plugin function that an expression calls, and with what.
fn called(expr: &Expr) -> Option<(&Arc<Function>, &[Expr])> {
    let function = called_by(expr)?;
    match expr {
        Expr::ScalarFunction(call) => Some((function, &call.args)),
        Expr::AggregateFunction(call) => Some((function, &call.params.args)),
        Expr::WindowFunction(call) => Some((function, &call.params.args)),
        _ => None,
    }
}

/// The columns that a node's expressions see.
fn schema_below(node: &LogicalPlan) -> DFSchema {
    let mut schema = DFSchema::empty();
    if let LogicalPlan::TableScan(scan) = node {
        schema.merge(scan.projected_schema.as_ref());
    }
    for input in node.inputs() {
        schema.merge(input.schema());
    }
    schema
}

fn check_call(function: &Arc<Function>, arguments: &[Expr], schema: &DFSchema) -> Result<()> {
    let signature = &function.signature;
    let name = function.qualified_name().to_shared();
    signature.check_count(&name, arguments.len()).map_err(through_datafusion)?;
    for (index, argument) in arguments.iter().enumerate() {
        check_argument(function, index, argument, schema)?;
    }
    Ok(())
}

fn check_argument(
    function: &Function,
    index: usize,
    argument: &Expr,
    schema: &DFSchema,
) -> Result<()> {
    let Some(parameter) = function.signature.parameter(index) else {
        return Ok(());
    };
    let given = argument.get_type(schema)?;
    if coerce::is_coercible(&given, &parameter.ty) {
        return Ok(());
    }
    let (wanted, given) = (&parameter.ty, Type::from(given));
    let message = format!("argument {:?} is {wanted}, but got {given}", parameter.name);
    Err(through_datafusion(function.refuse(message)))
}

/// Runs DataFusion's own type checks, which it would otherwise make when the query runs.
pub(crate) fn types(plan: &LogicalPlan, state: &SessionState) -> Result<()> {
    let plan = match plan {
        LogicalPlan::Statement(_) => return Ok(()),
        LogicalPlan::Explain(explain) => explain.plan.as_ref(),
        plan => plan,
    };
    state.analyzer().execute_and_check(plan.clone(), state.config_options(), |_, _| {})?;
    Ok(())
}
