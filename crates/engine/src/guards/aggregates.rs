//! GROUP BY, aggregate functions and windows: keys and arguments are computed once, below.

use std::sync::Arc;

use arrow::datatypes::DataType;
use arrowsmith_contract::Function;
use datafusion::common::Result;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::logical_expr::expr::{
    AggregateFunction, AggregateFunctionParams, Case, WindowFunction, WindowFunctionParams,
};
use datafusion::logical_expr::{
    Aggregate, AggregateUDF, Expr, ExprSchemable, LogicalPlan, SortExpr, Window,
    WindowFunctionDefinition,
};

use super::compile::Reading;
use super::hoist::{Hoist, Place, Scope, restore};
use super::nodes::lower_sort;
use super::rule::{calls_plugin, unsupported};
use crate::aggregates::{PluginAggregate, Shape, at_least_one, bind, check_comparable};
use crate::windows::{self, PluginWindow};

pub(crate) fn aggregate(aggregate: Aggregate, scope: &Scope) -> Result<LogicalPlan> {
    let is_ours = |expr: &Expr| expr.exists(|expr| Ok(PluginAggregate::called_by(expr).is_some()));
    if scope.place == Place::Match
        && aggregate.group_expr.is_empty()
        && aggregate.aggr_expr.iter().any(|expr| is_ours(expr).unwrap_or(true))
    {
        // It has a row where nothing matches, which the join that it becomes would not have.
        return Err(unsupported(
            "without GROUP BY in an IN or EXISTS that names columns of the query around it",
        ));
    }
    let wanted = Arc::clone(&aggregate.schema);
    let mut hoist = Hoist::new(Arc::unwrap_or_clone(aggregate.input), scope);
    let groups = aggregate
        .group_expr
        .into_iter()
        .map(|expr| lower_group(expr, &mut hoist))
        .collect::<Result<Vec<Expr>>>()?;
    let aggregates = aggregate
        .aggr_expr
        .into_iter()
        .map(|expr| lower_functions(expr, &mut hoist))
        .collect::<Result<Vec<Expr>>>()?;
    let input = Arc::new(hoist.finish()?);
    let plan = LogicalPlan::Aggregate(Aggregate::try_new(input, groups, aggregates)?);
    restore(plan, &wanted, 0..wanted.fields().len())
}

pub(crate) fn window(window: Window, scope: &Scope) -> Result<LogicalPlan> {
    let is_ours = window.window_expr.iter().any(|expr| PluginWindow::called_by(expr).is_some());
    if is_ours && scope.place != Place::Free {
        // The predicates that name the outer columns could not be pulled above it.
        return Err(unsupported("with OVER in a query that names outer columns"));
    }
    let wanted = Arc::clone(&window.schema);
    let below = window.input.schema().fields().len();
    let mut hoist = Hoist::new(Arc::unwrap_or_clone(window.input), scope);
    let functions = window
        .window_expr
        .into_iter()
        .map(|expr| lower_functions(expr, &mut hoist))
        .collect::<Result<Vec<Expr>>>()?;
    let input = hoist.finish()?;
    let (plan, places) = windows::over(input, functions, scope)?;
    restore(plan, &wanted, (0..below).chain(places))
}

fn lower_group(expr: Expr, hoist: &mut Hoist<'_>) -> Result<Expr> {
    if !matches!(expr, Expr::GroupingSet(_)) {
        return hoist.lower(expr, Reading::Value);
    }
    // A key stands in several sets, and is one column.
    let lowered = expr.map_children(|key| {
        if calls_plugin(&key) {
            hoist.lower_shared(key).map(Transformed::yes)
        } else {
            Ok(Transformed::no(key))
        }
    })?;
    Ok(lowered.data)
}

fn lower_functions(expr: Expr, hoist: &mut Hoist<'_>) -> Result<Expr> {
    if !calls_plugin(&expr) {
        return Ok(expr);
    }
    let lowered = expr.transform_up(|expr| {
        let called = PluginAggregate::called_by(&expr)
            .map(|function| Plugin { function: Arc::clone(function), label: expr.to_string() });
        Ok(match expr {
            Expr::AggregateFunction(mut function) => {
                match called {
                    Some(plugin) => plugin.bind_aggregate(&mut function, hoist)?,
                    None => function.params = lower_aggregate(function.params, hoist)?,
                }
                Transformed::yes(Expr::AggregateFunction(function))
            }
            Expr::WindowFunction(mut function) => {
                match called {
                    Some(plugin) => plugin.bind_window(&mut function, hoist)?,
                    None => function.params = lower_window(function.params, hoist)?,
                }
                Transformed::yes(Expr::WindowFunction(function))
            }
            other => Transformed::no(other),
        })
    })?;
    Ok(lowered.data)
}

/// A call of an aggregate of a plugin.
struct Plugin {
    function: Arc<Function>,
    /// As the user knows it.
    label: String,
}

impl Plugin {
    fn bind_aggregate(self, call: &mut AggregateFunction, hoist: &mut Hoist<'_>) -> Result<()> {
        let name = self.function.qualified_name().to_shared();
        let (shape, params) = Shape::of_aggregate(call.params.clone(), &name)?;
        check_comparable(&name, &shape, &types(&params.args, hoist)?)?;
        call.params = lower_aggregate(params, hoist)?;
        at_least_one(&mut call.params.args);
        call.func = self.bind(shape, hoist);
        Ok(())
    }

    fn bind_window(self, call: &mut WindowFunction, hoist: &mut Hoist<'_>) -> Result<()> {
        let name = self.function.qualified_name().to_shared();
        let (shape, params) = Shape::of_window(call.params.clone());
        check_comparable(&name, &shape, &types(&params.args, hoist)?)?;
        call.params = lower_window(params, hoist)?;
        at_least_one(&mut call.params.args);
        call.fun = WindowFunctionDefinition::AggregateUDF(self.bind(shape, hoist));
        Ok(())
    }

    fn bind(self, shape: Shape, hoist: &Hoist<'_>) -> Arc<AggregateUDF> {
        let scope = hoist.scope();
        bind(self.function, shape, self.label, scope.next_name(), &scope.query)
    }
}

fn types(exprs: &[Expr], hoist: &Hoist<'_>) -> Result<Vec<DataType>> {
    exprs.iter().map(|expr| expr.get_type(hoist.schema())).collect()
}

fn lower_aggregate(
    params: AggregateFunctionParams,
    hoist: &mut Hoist<'_>,
) -> Result<AggregateFunctionParams> {
    let calls = params.args.iter().chain(params.order_by.iter().map(|sort| &sort.expr));
    let filter = lower_filter(params.filter, calls.into_iter().any(calls_plugin), hoist)?;
    Ok(AggregateFunctionParams {
        args: lower_arguments(params.args, filter.as_ref(), hoist)?,
        order_by: lower_filtered_sort(params.order_by, filter.as_ref(), hoist)?,
        filter: filter.map(Box::new),
        ..params
    })
}

fn lower_window(
    params: WindowFunctionParams,
    hoist: &mut Hoist<'_>,
) -> Result<WindowFunctionParams> {
    let filter = lower_filter(params.filter, params.args.iter().any(calls_plugin), hoist)?;
    Ok(WindowFunctionParams {
        args: lower_arguments(params.args, filter.as_ref(), hoist)?,
        partition_by: params
            .partition_by
            .into_iter()
            .map(|expr| hoist.lower(expr, Reading::Value))
            .collect::<Result<_>>()?,
        order_by: lower_sort(params.order_by, hoist)?,
        filter: filter.map(Box::new),
        ..params
    })
}

/// A filter before which calls stand is a column, so that it is evaluated once.
fn lower_filter(
    filter: Option<Box<Expr>>,
    guards_calls: bool,
    hoist: &mut Hoist<'_>,
) -> Result<Option<Expr>> {
    let Some(filter) = filter else {
        return Ok(None);
    };
    if calls_plugin(&filter) || (guards_calls && filter.is_volatile()) {
        let column = hoist.lift(*filter, Reading::Condition)?;
        // The arguments are programs over it, so it must be there before them.
        hoist.settle()?;
        return Ok(Some(column));
    }
    Ok(Some(*filter))
}

fn lower_arguments(
    arguments: Vec<Expr>,
    filter: Option<&Expr>,
    hoist: &mut Hoist<'_>,
) -> Result<Vec<Expr>> {
    arguments
        .into_iter()
        .map(|argument| hoist.lower(only_where(filter, argument), Reading::Value))
        .collect()
}

fn lower_filtered_sort(
    exprs: Vec<SortExpr>,
    filter: Option<&Expr>,
    hoist: &mut Hoist<'_>,
) -> Result<Vec<SortExpr>> {
    let guarded = exprs
        .into_iter()
        .map(|sort| SortExpr::new(only_where(filter, sort.expr), sort.asc, sort.nulls_first))
        .collect();
    lower_sort(guarded, hoist)
}

/// The argument where the filter holds, else NULL, which the aggregate does not see.
fn only_where(filter: Option<&Expr>, argument: Expr) -> Expr {
    match filter {
        Some(filter) if calls_plugin(&argument) => {
            Expr::Case(Case::new(None, vec![(Box::new(filter.clone()), Box::new(argument))], None))
        }
        _ => argument,
    }
}
