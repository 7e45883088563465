//! WHERE and HAVING: what has no plugin call filters first, and calls see only what is left.

use std::sync::Arc;

use datafusion::common::{DFSchema, Result};
use datafusion::logical_expr::utils::{conjunction, split_conjunction_owned};
use datafusion::logical_expr::{Expr, Filter, LogicalPlan, lit};

use super::compile::{self, Reading};
use super::hoist::{Hoist, Place, Scope, restore};
use super::rule::{calls_plugin, has_query, unsupported};

pub(crate) fn filter(
    predicate: Expr,
    input: &Arc<LogicalPlan>,
    scope: &Scope,
) -> Result<LogicalPlan> {
    let wanted = Arc::clone(input.schema());
    let (calling, plain): (Vec<Expr>, Vec<Expr>) =
        split_conjunction_owned(predicate).into_iter().partition(calls_plugin);
    let becomes_join = scope.place == Place::Match && plain.iter().any(Expr::contains_outer);
    if becomes_join || calling.iter().any(Expr::contains_outer) {
        return correlated(plain, calling, input, scope);
    }
    let mut plan = match conjunction(plain) {
        Some(plain) => LogicalPlan::Filter(Filter::try_new(plain, Arc::clone(input))?),
        None => LogicalPlan::clone(input),
    };
    let (with_query, simple): (Vec<Expr>, Vec<Expr>) = calling.into_iter().partition(has_query);
    // One program for all, since a conjunct must not see rows that the one before it excludes.
    for predicate in conjunction(simple).into_iter().chain(with_query) {
        let mut hoist = Hoist::new(plan, scope);
        let lowered = hoist.lower(predicate, Reading::Condition)?;
        plan = LogicalPlan::Filter(Filter::try_new(lowered, Arc::new(hoist.finish()?))?);
    }
    restore(plan, &wanted, 0..wanted.fields().len())
}

/// In a subquery, predicates over columns of the outer query become part of a join's condition
/// later. So the calls stay where they are, with the predicates before them repeated in front;
/// naming an outer column makes them part of that condition too.
fn correlated(
    plain: Vec<Expr>,
    calling: Vec<Expr>,
    input: &Arc<LogicalPlan>,
    scope: &Scope,
) -> Result<LogicalPlan> {
    if calling.iter().any(has_query) {
        return Err(unsupported("beside a query, in a query that names outer columns"));
    }
    let predicate = guarded(plain, calling, input.schema(), &[], scope)?;
    Ok(LogicalPlan::Filter(Filter::try_new(predicate, Arc::clone(input))?))
}

/// A condition whose plugin calls are made only where its plain parts hold, in any order of
/// evaluation. Volatile plain parts are evaluated once, within.
pub(crate) fn guarded(
    plain: Vec<Expr>,
    calling: Vec<Expr>,
    schema: &DFSchema,
    also: &[Expr],
    scope: &Scope,
) -> Result<Expr> {
    let repeated = plain.iter().filter(|expr| !has_query(expr)).cloned();
    let Some(whole) = conjunction(repeated.chain(calling).collect::<Vec<_>>()) else {
        return Ok(lit(true));
    };
    let program = compile::program(&whole, schema, also, Reading::Condition, scope)?;
    let outside = plain.into_iter().filter(|expr| !expr.is_volatile());
    Ok(conjunction(outside.chain([program.clone()]).collect::<Vec<_>>()).unwrap_or(program))
}
