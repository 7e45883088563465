//! The last look at an optimized plan, before operators are made of it.
//!
//! In queries that named outer columns, programs stood in projections, so that DataFusion could
//! make joins of them. DataFusion's physical rules push filters through such projections, volatile
//! or not, so the programs go into `Compute` nodes now, which nothing moves through.

use std::sync::Arc;

use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{DFSchema, Result};
use datafusion::logical_expr::utils::{conjunction, split_conjunction_owned};
use datafusion::logical_expr::{Expr, Filter, Limit, LogicalPlan, Projection};

use super::compute::Compute;
use super::hoist::{column, restore};
use super::program::Program;

pub(crate) fn settle(plan: LogicalPlan) -> Result<LogicalPlan> {
    let settled = plan.transform_down_with_subqueries(|node| match node {
        LogicalPlan::Projection(node) if node.expr.iter().any(runs_program) => projection(node),
        LogicalPlan::Filter(node) if runs_program(&node.predicate) => filter(node),
        LogicalPlan::Limit(node) => limit(node),
        other => Ok(Transformed::no(other)),
    })?;
    Ok(settled.data)
}

fn runs_program(expr: &Expr) -> bool {
    expr.exists(|expr| Ok(Program::is_called_by(expr))).unwrap_or(true)
}

fn projection(node: Projection) -> Result<Transformed<LogicalPlan>> {
    let mut programs = Vec::new();
    let exprs = node
        .expr
        .into_iter()
        .map(|expr| {
            let (qualifier, name) = expr.qualified_name();
            let lowered = take_out(expr, node.input.schema(), &mut programs)?;
            Ok(match lowered {
                Expr::Column(column) if column.name == name => Expr::Column(column),
                other => other.unalias().alias_qualified(qualifier, name),
            })
        })
        .collect::<Result<Vec<Expr>>>()?;
    let input = Compute::over(Arc::unwrap_or_clone(node.input), programs)?;
    let plan = LogicalPlan::Projection(Projection::try_new(exprs, Arc::new(input))?);
    Ok(Transformed::yes(plan))
}

fn filter(node: Filter) -> Result<Transformed<LogicalPlan>> {
    let wanted = Arc::clone(node.input.schema());
    let (calling, plain): (Vec<Expr>, Vec<Expr>) =
        split_conjunction_owned(node.predicate).into_iter().partition(runs_program);
    let mut plan = match conjunction(plain) {
        Some(plain) => LogicalPlan::Filter(Filter::try_new(plain, node.input)?),
        None => Arc::unwrap_or_clone(node.input),
    };
    for predicate in calling {
        let mut programs = Vec::new();
        let predicate = take_out(predicate, plan.schema(), &mut programs)?;
        let input = Arc::new(Compute::over(plan, programs)?);
        plan = LogicalPlan::Filter(Filter::try_new(predicate, input)?);
    }
    Ok(Transformed::yes(restore(plan, &wanted, 0..wanted.fields().len())?))
}

/// A limit goes below, whole: what it skips is not computed either.
fn limit(node: Limit) -> Result<Transformed<LogicalPlan>> {
    let over = |input: LogicalPlan| {
        Arc::new(LogicalPlan::Limit(Limit {
            skip: node.skip.clone(),
            fetch: node.fetch.clone(),
            input: Arc::new(input),
        }))
    };
    match node.input.as_ref() {
        LogicalPlan::Projection(projection) if Compute::of(&projection.input).is_some() => {
            let input = over(LogicalPlan::clone(&projection.input));
            let projection = Projection::try_new(projection.expr.clone(), input)?;
            Ok(Transformed::yes(LogicalPlan::Projection(projection)))
        }
        input => match Compute::of(input) {
            Some(compute) => {
                let input = Arc::unwrap_or_clone(over(compute.input().clone()));
                Ok(Transformed::yes(compute.over_input(input)?))
            }
            None => Ok(Transformed::no(LogicalPlan::Limit(node))),
        },
    }
}

fn take_out(expr: Expr, below: &DFSchema, programs: &mut Vec<(String, Expr)>) -> Result<Expr> {
    let lowered = expr.transform_down(|expr| {
        let Some(identity) = Program::identity_of(&expr) else {
            return Ok(Transformed::no(expr));
        };
        let mut name = format!("__program_{identity}");
        while below.has_column_with_unqualified_name(&name) {
            name.push('_');
        }
        let stand_in = column(&name);
        if programs.iter().all(|(known, _)| *known != name) {
            programs.push((name, expr));
        }
        Ok(Transformed::yes(stand_in))
    })?;
    Ok(lowered.data)
}
