//! What stands behind TABLE(...), and which arguments name columns.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{self, Expr, OrderByExpr, WindowSpec, WindowType};

/// Whether an argument may name columns of the tables beside the call.
pub(super) fn has_columns(argument: &Expr) -> bool {
    ast::visit_expressions(argument, |expr| match expr {
        Expr::Identifier(_) | Expr::CompoundIdentifier(_) | Expr::CompoundFieldAccess { .. } => {
            ControlFlow::Break(())
        }
        _ => ControlFlow::Continue(()),
    })
    .is_break()
}

/// The expressions of PARTITION BY and ORDER BY, where lists may stand in parentheses.
pub(super) fn keys(over: Option<WindowType>) -> Option<(Vec<Expr>, Vec<OrderByExpr>)> {
    match over {
        None => Some((Vec::new(), Vec::new())),
        Some(WindowType::WindowSpec(WindowSpec {
            window_name: None,
            partition_by,
            order_by,
            window_frame: None,
        })) => {
            let partition_by = partition_by.into_iter().flat_map(members).collect();
            let order_by = order_by.into_iter().flat_map(sort_members).collect();
            Some((partition_by, order_by))
        }
        Some(_) => None,
    }
}

fn members(expr: Expr) -> Vec<Expr> {
    match expr {
        Expr::Tuple(members) => members,
        Expr::Nested(inner) => vec![*inner],
        other => vec![other],
    }
}

fn sort_members(order: OrderByExpr) -> Vec<OrderByExpr> {
    let OrderByExpr { expr, options, with_fill } = order;
    members(expr)
        .into_iter()
        .map(|expr| OrderByExpr { expr, options, with_fill: with_fill.clone() })
        .collect()
}
