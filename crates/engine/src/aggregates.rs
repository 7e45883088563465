//! Plugin aggregates in SQL.
//!
//! [`PluginAggregate`] carries a call through planning. The guards rule puts a
//! [`BoundAggregate`](bound::BoundAggregate) in its place, which belongs to one run. DataFusion does
//! grouping, partial aggregation, spilling, FILTER and window frames, and sees neither DISTINCT nor
//! ORDER BY: the columns that they need become arguments behind the call's own, and [`kept`] does
//! the work. `docs/decisions/0009-aggregates.md` has the reasons.

mod bound;
mod frame;
mod grouped;
mod kept;
mod lists;
mod measured;
mod piece;
mod planning;
mod seen;
mod shape;
mod ungrouped;
mod usage;

use std::collections::BTreeSet;
use std::sync::Arc;

use datafusion::common::Result;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::logical_expr::AggregateUDF;
use datafusion::physical_expr::aggregate::AggregateFunctionExpr;
use datafusion::physical_expr::window::{PlainAggregateWindowExpr, SlidingAggregateWindowExpr};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::aggregates::{AggregateExec, AggregateMode};
use datafusion::physical_plan::windows::{BoundedWindowAggExec, WindowAggExec};

pub(crate) use bound::{bind, check_comparable};
pub(crate) use measured::Measured;
pub(crate) use planning::PluginAggregate;
pub(crate) use shape::{Shape, at_least_one};
pub(crate) use usage::kernel_of;

use bound::BoundAggregate;
use usage::Usage;

/// Tells the aggregates of a plan what its operators do not: that states of an aggregation in one
/// step leave only to be written to a file.
pub(crate) fn note_operators(plan: &Arc<dyn ExecutionPlan>) -> Result<()> {
    plan.apply(|node| {
        if let Some(aggregate) = node.downcast_ref::<AggregateExec>()
            && matches!(aggregate.mode(), AggregateMode::Single | AggregateMode::SinglePartitioned)
        {
            usages(node.as_ref()).into_iter().for_each(Usage::aggregates_in_one_step);
        }
        Ok(TreeNodeRecursion::Continue)
    })?;
    Ok(())
}

/// Whether a plan calls aggregates of plugins.
pub(crate) fn are_in(plan: &Arc<dyn ExecutionPlan>) -> bool {
    !usages(plan.as_ref()).is_empty() || plan.children().into_iter().any(are_in)
}

/// Adds the aggregates that an operator may call.
pub(crate) fn add_functions(node: &dyn ExecutionPlan, names: &mut BTreeSet<Arc<str>>) {
    names.extend(usages(node).into_iter().map(|usage| Arc::clone(usage.call().name())));
}

fn usages(node: &dyn ExecutionPlan) -> Vec<&Usage> {
    functions(node).into_iter().filter_map(BoundAggregate::usage_of).collect()
}

fn functions(node: &dyn ExecutionPlan) -> Vec<&AggregateUDF> {
    if let Some(aggregate) = node.downcast_ref::<AggregateExec>() {
        return aggregate.aggr_expr().iter().map(|expr| expr.fun()).collect();
    }
    let windows =
        match (node.downcast_ref::<WindowAggExec>(), node.downcast_ref::<BoundedWindowAggExec>()) {
            (Some(window), _) => window.window_expr(),
            (_, Some(window)) => window.window_expr(),
            _ => return Vec::new(),
        };
    windows
        .iter()
        .filter_map(|expr| {
            let expr = expr.as_any();
            let plain = expr.downcast_ref().map(PlainAggregateWindowExpr::get_aggregate_expr);
            plain
                .or_else(|| expr.downcast_ref().map(SlidingAggregateWindowExpr::get_aggregate_expr))
        })
        .map(AggregateFunctionExpr::fun)
        .collect()
}
