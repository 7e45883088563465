//! Takes plugin functions out of a window, into nodes of our own.

use std::sync::Arc;

use arrowsmith_contract::{Function, Kernel};
use datafusion::common::Result;
use datafusion::logical_expr::expr::WindowFunctionParams;
use datafusion::logical_expr::{Expr, LogicalPlan, SortExpr, Window};

use super::called_by;
use super::node::{WindowCall, Windows};
use crate::adapter::Call;
use crate::guards::Scope;

/// Plugin calls that one walk over the rows can serve.
struct Group {
    partition_by: Vec<Expr>,
    order_by: Vec<SortExpr>,
    /// Apart from others, because these hold whole partitions.
    is_whole: bool,
    calls: Vec<(usize, WindowCall)>,
}

impl Group {
    fn serves(&self, params: &WindowFunctionParams, is_whole: bool) -> bool {
        self.partition_by == params.partition_by
            && self.order_by == params.order_by
            && self.is_whole == is_whole
    }
}

/// The plan that computes window functions over an input, and at which place each one's column is.
/// Arguments and keys hold no plugin calls any more.
pub(crate) fn over(
    input: LogicalPlan,
    functions: Vec<Expr>,
    scope: &Scope,
) -> Result<(LogicalPlan, Vec<usize>)> {
    let mut places = vec![0; functions.len()];
    let (mut others, mut groups) = (Vec::new(), Vec::new());
    for (index, expr) in functions.into_iter().enumerate() {
        match called_by(&expr).cloned() {
            Some(function) => add(&mut groups, index, function, expr, scope),
            None => others.push((index, expr)),
        }
    }
    let mut plan = with_others(input, others, &mut places)?;
    for group in groups {
        let below = plan.schema().fields().len();
        let (indexes, calls): (Vec<usize>, Vec<WindowCall>) = group.calls.into_iter().unzip();
        for (offset, index) in indexes.into_iter().enumerate() {
            places[index] = below + offset;
        }
        plan = Windows::over(plan, calls, group.partition_by, group.order_by)?;
    }
    Ok((plan, places))
}

/// DataFusion's own functions stay with it.
fn with_others(
    input: LogicalPlan,
    others: Vec<(usize, Expr)>,
    places: &mut [usize],
) -> Result<LogicalPlan> {
    if others.is_empty() {
        return Ok(input);
    }
    let below = input.schema().fields().len();
    let (indexes, exprs): (Vec<usize>, Vec<Expr>) = others.into_iter().unzip();
    for (offset, index) in indexes.into_iter().enumerate() {
        places[index] = below + offset;
    }
    Ok(LogicalPlan::Window(Window::try_new(exprs, Arc::new(input))?))
}

fn add(groups: &mut Vec<Group>, index: usize, function: Arc<Function>, expr: Expr, scope: &Scope) {
    let Expr::WindowFunction(window) = expr else {
        return;
    };
    let params = window.params;
    let is_whole =
        matches!(&function.kernel, Kernel::Window(kernel) if kernel.needs_whole_partitions());
    let call = WindowCall {
        name: scope.next_name(),
        call: Arc::new(Call::new(function, &scope.query)),
        arguments: params.args.clone(),
    };
    match groups.iter_mut().find(|group| group.serves(&params, is_whole)) {
        Some(group) => group.calls.push((index, call)),
        None => groups.push(Group {
            partition_by: params.partition_by,
            order_by: params.order_by,
            is_whole,
            calls: vec![(index, call)],
        }),
    }
}
