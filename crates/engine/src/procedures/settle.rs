//! Turns joins with procedures that take columns of the left side into nodes over that side.
//!
//! DataFusion plans such a call as a query that names outer columns, which it can then run only where
//! they stand in predicates.

use std::sync::Arc;

use arrowsmith_contract::Function;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::common::{Column, JoinType, Result};
use datafusion::logical_expr::utils::conjunction;
use datafusion::logical_expr::{
    Expr, Filter, Join, LogicalPlan, LogicalPlanBuilder, Subquery, lit,
};

use super::flat_map::FlatMap;
use super::table_call::TableCall;
use crate::error::through_datafusion;
use crate::guards::{columns_of, has_query, restore};

pub(crate) fn settle(plan: LogicalPlan) -> Result<LogicalPlan> {
    let settled = plan.transform_up_with_subqueries(|node| match node {
        LogicalPlan::Join(join) => lateral(join),
        other => Ok(Transformed::no(other)),
    })?;
    let settled = settled.data.transform_up_with_subqueries(without_queries)?;
    settled.data.apply_with_subqueries(|node| {
        check_outer(node)?;
        Ok(TreeNodeRecursion::Continue)
    })?;
    Ok(settled.data)
}

/// A function, and arguments with their places among its parameters.
type Arguments<'a> = (&'a Arc<Function>, Vec<(usize, &'a Expr)>);

/// The function that a node calls, and its arguments with their places among the parameters.
pub(crate) fn arguments_of(plan: &LogicalPlan) -> Option<Arguments<'_>> {
    if let Some(node) = FlatMap::of(plan) {
        return Some((&node.callee.function, node.arguments.iter().enumerate().collect()));
    }
    let node = TableCall::of(plan)?;
    let function = &node.callee.function;
    let table = function.signature.table();
    let places = (0..).filter(|place| Some(*place) != table);
    Some((function, places.zip(&node.arguments).collect()))
}

fn lateral(join: Join) -> Result<Transformed<LogicalPlan>> {
    let LogicalPlan::Subquery(Subquery { subquery, .. }) = join.right.as_ref() else {
        return Ok(Transformed::no(LogicalPlan::Join(join)));
    };
    let Some(node) = FlatMap::of(subquery) else {
        return Ok(Transformed::no(LogicalPlan::Join(join)));
    };
    let left = Arc::unwrap_or_clone(join.left);
    let arguments = node
        .arguments
        .iter()
        .map(|argument| over_left(argument.clone(), &left, &node.callee.function))
        .collect::<Result<Vec<Expr>>>()?;
    let outer = match join.join_type {
        JoinType::Inner => false,
        JoinType::Left => true,
        other => {
            return refuse(
                &node.callee.function,
                &format!(
                    "takes columns of the left side, which {other} JOIN does not allow; use an inner or LEFT JOIN"
                ),
            );
        }
    };
    let keys = join.on.into_iter().map(|(left, right)| left.eq(right));
    let condition: Vec<Expr> =
        keys.chain(join.filter).filter(|condition| *condition != lit(true)).collect();
    if outer && !condition.is_empty() {
        return refuse(
            &node.callee.function,
            "takes columns of the left side, so LEFT JOIN with it needs ON true; filter its rows \
             with WHERE, or in a query around it",
        );
    }
    let plan = FlatMap::over(left, node.callee.clone(), arguments, node.appended.clone(), outer)?;
    Ok(Transformed::yes(match conjunction(condition) {
        Some(condition) => LogicalPlan::Filter(Filter::try_new(condition, Arc::new(plan))?),
        None => plan,
    }))
}

/// An argument over the columns of the left side, in place of outer columns. Those of a query within
/// it stay.
fn over_left(argument: Expr, left: &LogicalPlan, function: &Arc<Function>) -> Result<Expr> {
    let over = argument.transform_down(|expr| match expr {
        Expr::OuterReferenceColumn(_, column) if left.schema().has_column(&column) => {
            Ok(Transformed::yes(Expr::Column(column)))
        }
        Expr::OuterReferenceColumn(_, column) => {
            refuse(function, &format!("takes {column}, which is no column of what it is joined to"))
        }
        query @ (Expr::ScalarSubquery(_)
        | Expr::Exists(_)
        | Expr::InSubquery(_)
        | Expr::SetComparison(_)) => Ok(Transformed::new(query, false, TreeNodeRecursion::Jump)),
        other => Ok(Transformed::no(other)),
    })?;
    Ok(over.data)
}

/// Queries among the arguments become columns of a projection below, where DataFusion makes joins
/// of them.
fn without_queries(plan: LogicalPlan) -> Result<Transformed<LogicalPlan>> {
    let Some(node) = FlatMap::of(&plan).filter(|node| node.arguments.iter().any(has_query)) else {
        return Ok(Transformed::no(plan));
    };
    let below = node.input.schema();
    let first = below.fields().len();
    let mut columns = columns_of(below);
    let arguments = node
        .arguments
        .iter()
        .enumerate()
        .map(|(index, argument)| {
            let mut name = format!("__procedure_argument_{index}");
            while below.has_column_with_unqualified_name(&name) {
                name.push('_');
            }
            columns.push(argument.clone().alias(&name));
            Expr::Column(Column::new_unqualified(name))
        })
        .collect();
    let input = LogicalPlanBuilder::from(node.input.clone()).project(columns)?.build()?;
    let (callee, appended) = (node.callee.clone(), node.appended.clone());
    let behind = input.schema().fields().len();
    let positions = (0..first).chain(behind..behind + appended.len());
    let called = FlatMap::over(input, callee, arguments, appended, node.outer)?;
    Ok(Transformed::yes(restore(called, plan.schema(), positions)?))
}

/// Refuses outer columns that no join gives.
fn check_outer(plan: &LogicalPlan) -> Result<()> {
    if let Some(node) = TableCall::of(plan) {
        let exprs = node.arguments.iter().chain(&node.keys.partition_by);
        if exprs.into_iter().any(Expr::contains_outer) || !node.input.all_out_ref_exprs().is_empty()
        {
            return refuse(
                &node.callee.function,
                "takes a table, so its arguments cannot name columns of the tables beside it",
            );
        }
    }
    if let Some(node) = FlatMap::of(plan)
        && let Some(column) = node.arguments.iter().find_map(outer_column)
    {
        return refuse(
            &node.callee.function,
            &format!(
                "takes {column} of an outer query; call it in the FROM of that query, beside the \
                 table: FROM t, {}(t.x). Where a JOIN follows, write CROSS JOIN for the comma, which \
                 joins last",
                node.callee
            ),
        );
    }
    Ok(())
}

fn outer_column(expr: &Expr) -> Option<Column> {
    let mut found = None;
    // The closure cannot fail.
    let _ = expr.apply(|expr| {
        if has_query(expr) {
            return Ok(TreeNodeRecursion::Jump);
        }
        if let Expr::OuterReferenceColumn(_, column) = expr {
            found = Some(column.clone());
        }
        Ok(TreeNodeRecursion::Continue)
    });
    found
}

fn refuse<T>(function: &Function, message: &str) -> Result<T> {
    Err(through_datafusion(function.refuse(message)))
}
