//! What DataFusion does not see of a call: how many arguments it has, DISTINCT and ORDER BY.

use std::sync::Arc;

use arrow::compute::SortOptions;
use datafusion::common::Result;
use datafusion::logical_expr::expr::{AggregateFunctionParams, WindowFunctionParams};
use datafusion::logical_expr::{Expr, SortExpr, lit};

use crate::error::through_datafusion;

/// One key of ORDER BY within a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Key {
    /// Its column among the call's arguments and what stands behind them.
    pub(crate) column: usize,
    pub(crate) options: SortOptions,
}

/// The call's own arguments come first among the columns that DataFusion gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) arguments: usize,
    pub(crate) distinct: bool,
    pub(crate) keys: Vec<Key>,
}

impl Shape {
    /// Takes DISTINCT and ORDER BY out of a call. Sort keys that are no arguments become further
    /// arguments.
    ///
    /// # Errors
    /// A key that the values left by DISTINCT do not have.
    pub(crate) fn of_aggregate(
        mut params: AggregateFunctionParams,
        function: &Arc<str>,
    ) -> Result<(Self, AggregateFunctionParams)> {
        let arguments = params.args.len();
        let distinct = std::mem::take(&mut params.distinct);
        let mut keys = Vec::with_capacity(params.order_by.len());
        for sort in std::mem::take(&mut params.order_by) {
            let column = column_of(&sort, &mut params.args);
            if distinct && column >= arguments {
                return Err(not_an_argument(&sort, function));
            }
            let options = SortOptions { descending: !sort.asc, nulls_first: sort.nulls_first };
            keys.push(Key { column, options });
        }
        Ok((Self { arguments, distinct, keys }, params))
    }

    /// Takes DISTINCT out of a call with OVER.
    pub(crate) fn of_window(mut params: WindowFunctionParams) -> (Self, WindowFunctionParams) {
        let distinct = std::mem::take(&mut params.distinct);
        (Self { arguments: params.args.len(), distinct, keys: Vec::new() }, params)
    }

    /// Whether rows must be kept until all are there.
    pub(crate) fn keeps_rows(&self) -> bool {
        self.distinct || !self.keys.is_empty()
    }
}

/// DataFusion counts rows by a column, so that a call without any gets one.
pub(crate) fn at_least_one(arguments: &mut Vec<Expr>) {
    if arguments.is_empty() {
        arguments.push(lit(true));
    }
}

fn column_of(sort: &SortExpr, columns: &mut Vec<Expr>) -> usize {
    columns.iter().position(|column| *column == sort.expr).unwrap_or_else(|| {
        columns.push(sort.expr.clone());
        columns.len() - 1
    })
}

fn not_an_argument(sort: &SortExpr, function: &Arc<str>) -> datafusion::error::DataFusionError {
    through_datafusion(crate::Error::Plan(format!(
        "{function}: with DISTINCT, ORDER BY can only name arguments of the call, and {} is none; \
         sort by an argument, or leave DISTINCT out",
        sort.expr
    )))
}
