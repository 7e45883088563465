//! Join conditions: a call is made for pairs of rows that the rest of the condition lets through.

use std::sync::Arc;

use datafusion::common::{DFSchema, JoinType, Result};
use datafusion::logical_expr::utils::{conjunction, split_conjunction_owned};
use datafusion::logical_expr::{BinaryExpr, Expr, Join, LogicalPlan, Operator};

use super::compile::Reading;
use super::filters;
use super::hoist::{Hoist, Scope, restore};
use super::rule::{calls_plugin, has_query, unsupported};

pub(crate) fn join(mut join: Join, scope: &Scope) -> Result<LogicalPlan> {
    let (mut calling, mut plain): (Vec<Expr>, Vec<Expr>) = join
        .filter
        .take()
        .map(split_conjunction_owned)
        .unwrap_or_default()
        .into_iter()
        .partition(calls_plugin);
    let (keys, on): (Vec<_>, Vec<_>) = std::mem::take(&mut join.on)
        .into_iter()
        .partition(|(left, right)| calls_plugin(left) || calls_plugin(right));
    calling.extend(keys.into_iter().map(|(left, right)| left.eq(right)));
    join.on = on;
    if join.join_type != JoinType::Inner {
        return outer(join, &plain, &calling, scope);
    }
    if plain.is_empty() && join.on.is_empty() {
        return keyed(join, calling, scope);
    }
    join.filter = conjunction(std::mem::take(&mut plain));
    above(join, calling, scope)
}

/// An inner join on calls only. Where the first of them is in an equality between the sides, each
/// row of a side needs its own, so they are computed below the join and become its key. What
/// follows is for the pairs that the key lets through.
fn keyed(join: Join, calling: Vec<Expr>, scope: &Scope) -> Result<LogicalPlan> {
    let wanted = Arc::clone(&join.schema);
    let (below_left, below_right) =
        (join.left.schema().fields().len(), join.right.schema().fields().len());
    let mut left = Hoist::new(Arc::unwrap_or_clone(join.left), scope);
    let mut right = Hoist::new(Arc::unwrap_or_clone(join.right), scope);
    let mut calling = calling.into_iter();
    let mut rest = Vec::new();
    let mut key = None;
    match calling.next().map(|first| sides(first, left.schema(), right.schema())) {
        Some(Ok((of_left, of_right))) => {
            let of_left = left.lower(of_left, Reading::Value)?;
            key = Some(of_left.eq(right.lower(of_right, Reading::Value)?));
        }
        Some(Err(first)) => rest.push(first),
        None => {}
    }
    rest.extend(calling);
    let left = Arc::new(left.finish()?);
    let right = Arc::new(right.finish()?);
    let first_right = left.schema().fields().len();
    let joined = LogicalPlan::Join(Join::try_new(
        left,
        right,
        Vec::new(),
        // Not in `on`: there DataFusion drops a key that it simplifies to a constant.
        key,
        join.join_type,
        join.join_constraint,
        join.null_equality,
        join.null_aware,
    )?);
    let positions = (0..below_left).chain(first_right..first_right + below_right);
    let joined = restore(joined, &wanted, positions)?;
    match conjunction(rest) {
        Some(rest) => filters::filter(rest, &Arc::new(joined), scope),
        None => Ok(joined),
    }
}

/// The two sides of an equality between the inputs, left first, or the expression back.
fn sides(expr: Expr, left: &DFSchema, right: &DFSchema) -> Result<(Expr, Expr), Expr> {
    let within = |expr: &Expr, schema: &DFSchema| {
        let columns = expr.column_refs();
        !columns.is_empty()
            && !has_query(expr)
            && columns.iter().all(|column| schema.has_column(column))
    };
    match expr {
        Expr::BinaryExpr(BinaryExpr { left: a, op: Operator::Eq, right: b }) => {
            if within(&a, left) && within(&b, right) {
                Ok((*a, *b))
            } else if within(&b, left) && within(&a, right) {
                Ok((*b, *a))
            } else {
                Err((*a).eq(*b))
            }
        }
        other => Err(other),
    }
}

/// For an inner join, ON is WHERE.
fn above(join: Join, calling: Vec<Expr>, scope: &Scope) -> Result<LogicalPlan> {
    let joined = Arc::new(LogicalPlan::Join(join));
    match conjunction(calling) {
        Some(predicate) => filters::filter(predicate, &joined, scope),
        None => Ok(Arc::unwrap_or_clone(joined)),
    }
}

/// The condition of any other join decides which rows match, so it stays in the join. It names a
/// column of each side, or the optimizer would move it below one.
fn outer(mut join: Join, plain: &[Expr], calling: &[Expr], scope: &Scope) -> Result<LogicalPlan> {
    if calling.iter().any(has_query) {
        return Err(unsupported("beside a subquery in the condition of an outer join"));
    }
    let mut schema = DFSchema::clone(join.left.schema());
    schema.merge(join.right.schema());
    let both: Vec<Expr> = [join.left.schema(), join.right.schema()]
        .into_iter()
        .filter_map(|side| side.columns().into_iter().next())
        .map(Expr::Column)
        .collect();
    let keys = join.on.iter().map(|(left, right)| left.clone().eq(right.clone()));
    let guards = plain.iter().cloned().chain(keys).collect();
    let guarded = filters::guarded(guards, calling.to_vec(), &schema, &both, scope)?;
    join.filter = Some(guarded);
    Ok(LogicalPlan::Join(join))
}
