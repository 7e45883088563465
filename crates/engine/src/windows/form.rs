//! The forms of call that a plugin's window function has.

use std::sync::Arc;

use arrowsmith_contract::Function;
use datafusion::common::ScalarValue;
use datafusion::logical_expr::expr::WindowFunctionParams;
use datafusion::logical_expr::{WindowFrame, WindowFrameBound, WindowFrameUnits};
use datafusion::sql::sqlparser::ast;

use crate::Result;

/// Refuses calls without OVER. What else is refused depends on no kind.
pub(crate) fn check_call(call: &ast::Function, function: &Arc<Function>) -> Result<()> {
    if call.over.is_some() {
        return Ok(());
    }
    let name = function.qualified_name();
    let message = format!(
        "is a window function and needs OVER: {name}(...) OVER (PARTITION BY ... ORDER BY ...)"
    );
    Err(function.refuse(message).into())
}

/// Refuses frames other than the one that a state walking over the rows gives.
pub(crate) fn check_frame(
    function: &Function,
    params: &WindowFunctionParams,
) -> arrowsmith_contract::Result<()> {
    if is_default(&params.window_frame, !params.order_by.is_empty()) {
        return Ok(());
    }
    Err(function.refuse(format!(
        "takes no window frame but the default one, and got {}; leave the frame out, or write \
         ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW",
        params.window_frame
    )))
}

fn is_default(frame: &WindowFrame, is_ordered: bool) -> bool {
    let starts_first =
        matches!(&frame.start_bound, WindowFrameBound::Preceding(value) if is_unbounded(value));
    let ends_here = match &frame.end_bound {
        WindowFrameBound::CurrentRow => true,
        // What DataFusion gives a window without ORDER BY and without a frame.
        WindowFrameBound::Following(value) => is_unbounded(value) && !is_ordered,
        WindowFrameBound::Preceding(_) => false,
    };
    frame.units != WindowFrameUnits::Groups && starts_first && ends_here
}

fn is_unbounded(value: &ScalarValue) -> bool {
    value.is_null()
}
