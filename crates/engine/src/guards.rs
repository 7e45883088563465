//! Guards guard: a plugin function is never called for a row that the query excludes, and once
//! for each row that needs it.
//!
//! DataFusion promises neither, so no operator of its own evaluates a plugin call. A rule that runs
//! after its type checks and before its optimizer takes each expression with such a call out of
//! the plan into a [`Compute`](compute::Compute) node below, as a [`Program`](program::Program)
//! that evaluates lazily; what stays is a plain column. Where an expression cannot move, as in an
//! outer join's condition, the program takes its place.
//! `docs/decisions/0001-guards.md` has the reasons.

mod aggregates;
mod compile;
mod compute;
mod compute_exec;
mod filters;
mod folded;
mod hoist;
mod joins;
mod nodes;
mod planner;
mod program;
mod queries;
mod rule;
mod settle;
mod steps;

use std::collections::BTreeSet;
use std::sync::Arc;

use datafusion::execution::SessionStateBuilder;
use datafusion::physical_plan::ExecutionPlan;

use crate::procedures::{FlatMapExec, TableCallExec};
use crate::windows::WindowsExec;

pub(crate) use compile::Reading;
pub(crate) use hoist::{Hoist, Scope, columns_of, restore};
pub(crate) use rule::{calls_plugin, has_query};

use compute_exec::ComputeExec;

/// Gives a session the rule and the planner that guards need.
pub(crate) fn install(builder: SessionStateBuilder) -> SessionStateBuilder {
    builder
        .with_analyzer_rule(Arc::new(rule::Guards))
        .with_query_planner(Arc::new(planner::Planner))
}

/// The functions that an operator may call, if it is one that calls any.
pub(crate) fn functions_of(plan: &dyn ExecutionPlan) -> Option<Vec<Arc<str>>> {
    let mut names = BTreeSet::new();
    crate::aggregates::add_functions(plan, &mut names);
    if let Some(windows) = plan.downcast_ref::<WindowsExec>() {
        names.extend(windows.functions().cloned());
    } else if let Some(procedure) = plan.downcast_ref::<FlatMapExec>() {
        names.insert(Arc::clone(procedure.function()));
    } else if let Some(procedure) = plan.downcast_ref::<TableCallExec>() {
        names.insert(Arc::clone(procedure.function()));
    } else if let Some(compute) = plan.downcast_ref::<ComputeExec>() {
        compute.add_functions(&mut names);
    } else if names.is_empty() {
        return None;
    }
    Some(names.into_iter().collect())
}
