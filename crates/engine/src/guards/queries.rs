//! Queries within expressions. DataFusion makes joins of them, which run whether or not the rows
//! of the outer query need an answer; so those with plugin calls are refused where SQL is lazy.

use datafusion::common::Result;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::logical_expr::utils::split_conjunction;
use datafusion::logical_expr::{BinaryExpr, Expr, LogicalPlan, Subquery};

use super::compile::is_lazy;
use super::rule::{calls_plugin, has_query, node_calls_plugin, unsupported};

/// Refuses the queries of a node that would call for rows that don't need it, or more than once.
/// The queries themselves must not be rewritten yet.
pub(crate) fn check(node: &LogicalPlan) -> Result<()> {
    if let LogicalPlan::Filter(filter) = node {
        return check_conjuncts(&filter.predicate);
    }
    node.apply_expressions(|expr| check_expr(expr).map(|()| TreeNodeRecursion::Continue))?;
    Ok(())
}

/// Whether a plan, or a query within it, calls a plugin function.
pub(crate) fn plan_calls_plugin(plan: &LogicalPlan) -> Result<bool> {
    let mut found = false;
    plan.apply_with_subqueries(|node| {
        found = found || node_calls_plugin(node)?;
        Ok(if found { TreeNodeRecursion::Stop } else { TreeNodeRecursion::Continue })
    })?;
    Ok(found)
}

fn check_conjuncts(predicate: &Expr) -> Result<()> {
    let mut before: Vec<&Expr> = Vec::new();
    for conjunct in split_conjunction(predicate) {
        check_expr(conjunct)?;
        let guarded = before.is_empty()
            || !runs_calls(conjunct)?
            || (calls_in_join_only(conjunct)? && before.iter().all(|expr| filters_first(expr)));
        if !guarded {
            return Err(behind_laziness());
        }
        before.push(conjunct);
    }
    Ok(())
}

fn check_expr(expr: &Expr) -> Result<()> {
    expr.apply(|expr| {
        if let Expr::SetComparison(comparison) = expr
            && plan_calls_plugin(&comparison.subquery.subquery)?
        {
            // DataFusion runs the query once for true and once more for NULL.
            return Err(unsupported("in a query behind ANY or ALL"));
        }
        for part in lazy_parts(expr) {
            if runs_calls(part)? {
                return Err(behind_laziness());
            }
        }
        Ok(TreeNodeRecursion::Continue)
    })?;
    Ok(())
}

fn behind_laziness() -> datafusion::error::DataFusionError {
    unsupported("in a query behind AND, OR, CASE or COALESCE")
}

/// The parts of an expression that only some rows need.
fn lazy_parts(expr: &Expr) -> Vec<&Expr> {
    if !is_lazy(expr) {
        return Vec::new();
    }
    match expr {
        Expr::BinaryExpr(BinaryExpr { right, .. }) => vec![right],
        Expr::Case(case) => {
            let branches = case.when_then_expr.iter().flat_map(|(when, then)| [when, then]);
            branches.skip(1).chain(&case.else_expr).map(AsRef::as_ref).collect()
        }
        Expr::ScalarFunction(call) => call.args.iter().skip(1).collect(),
        _ => Vec::new(),
    }
}

/// Whether an expression holds a query that calls a plugin function.
fn runs_calls(expr: &Expr) -> Result<bool> {
    expr.exists(|expr| query_of(expr).map_or(Ok(false), |query| plan_calls_plugin(&query.subquery)))
}

fn query_of(expr: &Expr) -> Option<&Subquery> {
    match expr {
        Expr::ScalarSubquery(query) => Some(query),
        Expr::Exists(exists) => Some(&exists.subquery),
        Expr::InSubquery(inside) => Some(&inside.subquery),
        Expr::SetComparison(comparison) => Some(&comparison.subquery),
        _ => None,
    }
}

/// Whether a conjunct is an EXISTS or IN whose calls all become part of the join's condition, which
/// sees only rows that the filters on the outer query let through.
fn calls_in_join_only(conjunct: &Expr) -> Result<bool> {
    let query = match conjunct {
        Expr::Not(inner) => return calls_in_join_only(inner),
        Expr::Exists(_) | Expr::InSubquery(_) => query_of(conjunct),
        _ => None,
    };
    let Some(query) = query else {
        return Ok(false);
    };
    let mut all = true;
    query.subquery.apply_with_subqueries(|node| {
        let in_join = match node {
            LogicalPlan::Filter(filter) => filter.predicate.contains_outer(),
            _ => false,
        };
        all = all && (in_join || !node_calls_plugin(node)?);
        Ok(if all { TreeNodeRecursion::Continue } else { TreeNodeRecursion::Stop })
    })?;
    Ok(all)
}

/// Whether DataFusion moves a conjunct below the joins that it makes of the others.
fn filters_first(conjunct: &Expr) -> bool {
    !calls_plugin(conjunct) && !has_query(conjunct) && !conjunct.is_volatile()
}
