//! Takes plugin functions out of a window, into nodes of our own.

use std::sync::Arc;

use arrowsmith_contract::Function;
use datafusion::common::Result;
use datafusion::logical_expr::expr::WindowFunctionParams;
use datafusion::logical_expr::{Expr, LogicalPlan, Window};

use super::evaluator::needs_whole_partitions;
use super::face::PluginWindow;
use super::node::{WindowCall, Windows};
use crate::adapter::Call;
use crate::guards::Scope;
use crate::partitions::Keys;

/// Plugin calls that one walk over the rows can serve.
struct Group {
    keys: Keys,
    /// Apart from others, because these hold whole partitions.
    is_whole: bool,
    calls: Vec<(usize, WindowCall)>,
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
        match PluginWindow::called_by(&expr).cloned() {
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
        plan = Windows::over(plan, calls, group.keys)?;
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
    let WindowFunctionParams { args: arguments, partition_by, order_by, .. } = window.params;
    let keys = Keys { partition_by, order_by };
    let is_whole = needs_whole_partitions(&function);
    let call = WindowCall {
        name: scope.next_name(),
        call: Arc::new(Call::new(function, &scope.query)),
        arguments,
    };
    match groups.iter_mut().find(|group| group.is_whole == is_whole && group.keys == keys) {
        Some(group) => group.calls.push((index, call)),
        None => groups.push(Group { keys, is_whole, calls: vec![(index, call)] }),
    }
}
