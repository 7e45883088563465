//! Projections, sorts, DISTINCT ON and VALUES.

use std::sync::Arc;

use datafusion::common::Result;
use datafusion::logical_expr::{
    Distinct, DistinctOn, Expr, LogicalPlan, LogicalPlanBuilder, Projection, Sort, SortExpr, Union,
    Values,
};

use super::compile::Reading;
use super::hoist::{Hoist, Place, Scope, restore};
use super::rule::{calls_plugin, unsupported};

pub(crate) fn projection(projection: Projection, scope: &Scope) -> Result<LogicalPlan> {
    if scope.place == Place::Match {
        // It would become part of a join's condition, and move below what guards it.
        return Err(unsupported("in the SELECT list of an IN or EXISTS that names outer columns"));
    }
    let mut hoist = Hoist::new(Arc::unwrap_or_clone(projection.input), scope);
    let exprs = projection
        .expr
        .into_iter()
        .map(|expr| lower_named(expr, &mut hoist))
        .collect::<Result<Vec<Expr>>>()?;
    let input = Arc::new(hoist.finish()?);
    Ok(LogicalPlan::Projection(Projection::try_new(exprs, input)?))
}

/// An expression without plugin calls, under the name that it had.
fn lower_named(expr: Expr, hoist: &mut Hoist<'_>) -> Result<Expr> {
    if !calls_plugin(&expr) {
        return Ok(expr);
    }
    let (qualifier, name) = expr.qualified_name();
    Ok(hoist.lower(expr, Reading::Value)?.alias_qualified(qualifier, name))
}

pub(crate) fn sort(sort: Sort, scope: &Scope) -> Result<LogicalPlan> {
    let wanted = Arc::clone(sort.input.schema());
    let mut hoist = Hoist::new(Arc::unwrap_or_clone(sort.input), scope);
    let expr = lower_sort(sort.expr, &mut hoist)?;
    let sorted =
        LogicalPlan::Sort(Sort { expr, input: Arc::new(hoist.finish()?), fetch: sort.fetch });
    restore(sorted, &wanted, 0..wanted.fields().len())
}

pub(crate) fn lower_sort(exprs: Vec<SortExpr>, hoist: &mut Hoist<'_>) -> Result<Vec<SortExpr>> {
    exprs
        .into_iter()
        .map(|sort| {
            let expr = hoist.lower(sort.expr, Reading::Value)?;
            Ok(SortExpr::new(expr, sort.asc, sort.nulls_first))
        })
        .collect()
}

/// The expressions of ON must be those of ORDER BY, so equal ones share a column here.
pub(crate) fn distinct_on(distinct: DistinctOn, scope: &Scope) -> Result<LogicalPlan> {
    let wanted = Arc::clone(&distinct.schema);
    let mut hoist = Hoist::new(Arc::unwrap_or_clone(distinct.input), scope);
    let mut shared = |expr: Expr| {
        if calls_plugin(&expr) { hoist.lower_shared(expr) } else { Ok(expr) }
    };
    let on = distinct.on_expr.into_iter().map(&mut shared).collect::<Result<Vec<Expr>>>()?;
    let select =
        distinct.select_expr.into_iter().map(&mut shared).collect::<Result<Vec<Expr>>>()?;
    let sort = distinct
        .sort_expr
        .map(|exprs| {
            exprs
                .into_iter()
                .map(|sort| Ok(SortExpr::new(shared(sort.expr)?, sort.asc, sort.nulls_first)))
                .collect::<Result<Vec<SortExpr>>>()
        })
        .transpose()?;
    let input = Arc::new(hoist.finish()?);
    let distinct = DistinctOn::try_new(on, select, sort, input)?;
    let plan = LogicalPlan::Distinct(Distinct::On(distinct));
    restore(plan, &wanted, 0..wanted.fields().len())
}

/// DataFusion evaluates VALUES while it plans, so that rows with calls become projections.
pub(crate) fn values(values: Values, scope: &Scope) -> Result<LogicalPlan> {
    let mut rows = Vec::with_capacity(values.values.len());
    for row in values.values {
        let mut hoist = Hoist::new(LogicalPlanBuilder::empty(true).build()?, scope);
        let exprs = row
            .into_iter()
            .zip(values.schema.fields())
            .map(|(expr, field)| Ok(hoist.lower(expr, Reading::Value)?.alias(field.name())))
            .collect::<Result<Vec<Expr>>>()?;
        let input = Arc::new(hoist.finish()?);
        rows.push(Arc::new(LogicalPlan::Projection(Projection::try_new(exprs, input)?)));
    }
    match <[Arc<LogicalPlan>; 1]>::try_from(rows) {
        Ok([row]) => Ok(Arc::unwrap_or_clone(row)),
        Err(inputs) => Ok(LogicalPlan::Union(Union { inputs, schema: values.schema })),
    }
}
