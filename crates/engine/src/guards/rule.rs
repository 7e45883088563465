//! The rule that walks over a plan and takes plugin calls out of each node.

use std::collections::HashSet;
use std::sync::Arc;

use datafusion::common::Result;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::config::ConfigOptions;
use datafusion::logical_expr::{Distinct, Expr, LogicalPlan, Subquery, WriteOp};
use datafusion::optimizer::AnalyzerRule;

use super::hoist::{Place, Scope};
use super::{aggregates, filters, joins, nodes, queries};
use crate::context::QueryContext;
use crate::error::through_datafusion;
use crate::face::called_by;
use crate::procedures;

#[derive(Debug)]
pub(crate) struct Guards;

impl AnalyzerRule for Guards {
    fn analyze(&self, plan: LogicalPlan, config: &ConfigOptions) -> Result<LogicalPlan> {
        check_change(&plan)?;
        let scope = Scope {
            query: QueryContext::of(config),
            config: Arc::new(config.clone()),
            place: Place::Free,
            taken: Arc::new(made_up_names(&plan)?),
        };
        guard(plan, &scope)
    }

    fn name(&self) -> &'static str {
        "plugin_guards"
    }
}

/// Refuses calls in statements from which tables read expressions themselves.
fn check_change(plan: &LogicalPlan) -> Result<()> {
    plan.apply(|node| {
        let LogicalPlan::Dml(change) = node else {
            return Ok(TreeNodeRecursion::Continue);
        };
        let place = match change.op {
            WriteOp::Update | WriteOp::Delete => "in UPDATE or DELETE",
            WriteOp::MergeInto(_) => "in MERGE",
            _ => return Ok(TreeNodeRecursion::Continue),
        };
        if queries::plan_calls_plugin(node)? {
            return Err(unsupported(place));
        }
        Ok(TreeNodeRecursion::Continue)
    })?;
    Ok(())
}

/// The names in a plan that could be those of lifted columns.
fn made_up_names(plan: &LogicalPlan) -> Result<HashSet<String>> {
    let mut names = HashSet::new();
    plan.apply_with_subqueries(|node| {
        let fields = node.schema().fields().iter();
        names.extend(
            fields.map(|field| field.name()).filter(|name| name.starts_with("__")).cloned(),
        );
        Ok(TreeNodeRecursion::Continue)
    })?;
    Ok(names)
}

/// Rewrites a plan from its leaves up, the queries within expressions first.
fn guard(plan: LogicalPlan, scope: &Scope) -> Result<LogicalPlan> {
    let rewritten = plan.transform_up(|node| {
        queries::check(&node)?;
        let node =
            node.map_expressions(|expr| expr.transform_up(|expr| guard_query(expr, scope)))?;
        node.transform_data(|node| rewrite(node, scope))
    })?;
    Ok(rewritten.data)
}

fn guard_query(expr: Expr, scope: &Scope) -> Result<Transformed<Expr>> {
    let within = |query: Subquery, place: Place| -> Result<Subquery> {
        let place = if query.outer_ref_columns.is_empty() { Place::Free } else { place };
        let plan = guard(Arc::unwrap_or_clone(query.subquery), &scope.at(place))?;
        Ok(Subquery { subquery: Arc::new(plan), ..query })
    };
    Ok(Transformed::yes(match expr {
        Expr::ScalarSubquery(query) => Expr::ScalarSubquery(within(query, Place::Value)?),
        Expr::Exists(mut exists) => {
            exists.subquery = within(exists.subquery, Place::Match)?;
            Expr::Exists(exists)
        }
        Expr::InSubquery(mut inside) => {
            inside.subquery = within(inside.subquery, Place::Match)?;
            Expr::InSubquery(inside)
        }
        Expr::SetComparison(mut comparison) => {
            comparison.subquery = within(comparison.subquery, Place::Match)?;
            Expr::SetComparison(comparison)
        }
        other => return Ok(Transformed::no(other)),
    }))
}

fn rewrite(node: LogicalPlan, scope: &Scope) -> Result<Transformed<LogicalPlan>> {
    if let Some(bound) = procedures::bind(&node, scope)? {
        return Ok(Transformed::yes(bound));
    }
    if matches!(node, LogicalPlan::Extension(_)) || !node_calls_plugin(&node)? {
        return Ok(Transformed::no(node));
    }
    let plan = match node {
        LogicalPlan::Projection(projection) => nodes::projection(projection, scope)?,
        LogicalPlan::Filter(filter) => filters::filter(filter.predicate, &filter.input, scope)?,
        LogicalPlan::Sort(sort) => nodes::sort(sort, scope)?,
        LogicalPlan::Aggregate(aggregate) => aggregates::aggregate(aggregate, scope)?,
        LogicalPlan::Window(window) => aggregates::window(window, scope)?,
        LogicalPlan::Join(join) => joins::join(join, scope)?,
        LogicalPlan::Distinct(Distinct::On(distinct)) => nodes::distinct_on(distinct, scope)?,
        LogicalPlan::Values(values) => nodes::values(values, scope)?,
        LogicalPlan::Limit(_) => return Err(unsupported("in LIMIT or OFFSET")),
        LogicalPlan::Statement(_) => return Err(unsupported("among the values of EXECUTE")),
        _ => return Err(unsupported("in this clause")),
    };
    Ok(Transformed::yes(plan))
}

pub(crate) fn node_calls_plugin(node: &LogicalPlan) -> Result<bool> {
    let mut found = procedures::is_call(node);
    node.apply_expressions(|expr| {
        found = found || calls_plugin(expr);
        Ok(if found { TreeNodeRecursion::Stop } else { TreeNodeRecursion::Continue })
    })?;
    Ok(found)
}

/// Whether an expression holds a call of a plugin function. Queries inside of it do not count.
pub(crate) fn calls_plugin(expr: &Expr) -> bool {
    // The closure cannot fail.
    expr.exists(|expr| Ok(called_by(expr).is_some())).unwrap_or(true)
}

/// Whether an expression holds a query.
pub(crate) fn has_query(expr: &Expr) -> bool {
    expr.exists(|expr| {
        Ok(matches!(
            expr,
            Expr::ScalarSubquery(_)
                | Expr::Exists(_)
                | Expr::InSubquery(_)
                | Expr::SetComparison(_)
        ))
    })
    .unwrap_or(true)
}

pub(crate) fn unsupported(place: &str) -> datafusion::error::DataFusionError {
    through_datafusion(crate::Error::Plan(format!(
        "a plugin function cannot be called {place} yet"
    )))
}
