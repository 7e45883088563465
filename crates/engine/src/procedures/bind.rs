//! Binds the calls of procedures to a run, when `guards` walks over its plan.

use std::sync::Arc;

use datafusion::common::{DFSchema, Result};
use datafusion::logical_expr::{Expr, LogicalPlan};

use super::flat_map::{Callee, FlatMap};
use super::table_call::TableCall;
use crate::adapter::Call;
use crate::error::through_datafusion;
use crate::guards::{Hoist, Reading, Scope, calls_plugin, has_query, restore};

/// Whether a node calls a procedure.
pub(crate) fn is_call(plan: &LogicalPlan) -> bool {
    FlatMap::of(plan).is_some() || TableCall::of(plan).is_some()
}

/// The node for this run, over arguments without plugin calls; nothing where it is no call.
pub(crate) fn bind(plan: &LogicalPlan, scope: &Scope) -> Result<Option<LogicalPlan>> {
    if let Some(node) = FlatMap::of(plan) {
        return flat_map(node, plan.schema(), scope).map(Some);
    }
    match TableCall::of(plan) {
        Some(node) => table_call(node, scope).map(Some),
        None => Ok(None),
    }
}

fn flat_map(node: &FlatMap, wanted: &DFSchema, scope: &Scope) -> Result<LogicalPlan> {
    let below = node.input.schema().fields().len();
    let mut hoist = Hoist::new(node.input.clone(), scope);
    let arguments = node
        .arguments
        .iter()
        .map(|argument| hoist.lower(argument.clone(), Reading::Value))
        .collect::<Result<Vec<Expr>>>()?;
    let input = hoist.finish()?;
    let behind = input.schema().fields().len();
    let appended = node.appended.clone();
    let positions = (0..below).chain(behind..behind + appended.len());
    let bound = FlatMap::over(input, bound(&node.callee, scope), arguments, appended, node.outer)?;
    if behind == below { Ok(bound) } else { restore(bound, wanted, positions) }
}

fn table_call(node: &TableCall, scope: &Scope) -> Result<LogicalPlan> {
    let mut exprs = node.arguments.iter().chain(node.keys.expressions());
    if exprs.any(|expr| calls_plugin(expr) || has_query(expr)) {
        return Err(through_datafusion(crate::Error::Plan(format!(
            "{}: what stands beside TABLE(...) cannot call plugin functions or hold queries yet; \
             compute it within the query of TABLE(...)",
            node.callee
        ))));
    }
    Ok(node.with_callee(bound(&node.callee, scope)))
}

fn bound(callee: &Callee, scope: &Scope) -> Callee {
    let function = Arc::clone(&callee.function);
    let call = Some(Arc::new(Call::new(Arc::clone(&function), &scope.query)));
    Callee { function, call }
}
