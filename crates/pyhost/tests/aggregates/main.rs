//! Aggregates through the contract's traits: every form, states that travel, failures, stops.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what tests share")]

mod answers;
mod exchange;
mod failures;
mod loading;
mod states;
#[path = "../support/mod.rs"]
mod support;
mod vectorized;

use std::sync::Arc;

use arrow::array::ArrayRef;
use arrowsmith_contract::{Aggregation, CallContext, Function, GroupedAccumulator, Kernel, Result};
use support::*;

const FOUR: &str = "
def init(): return (0.0, 0)
def accumulate(state, v): return (state[0] + v, state[1] + 1)
def merge(a, b): return (a[0] + b[0], a[1] + b[1])
def finalize(state): return state[0] / state[1] if state[1] else None
def retract(state, v): return (state[0] - v, state[1] - 1)
";

const DICT: &str = "db.aggregate_fn('mean', ['float'], 'float', OPTIONS)(dict(init=init, \
    accumulate=accumulate, merge=merge, finalize=finalize, retract=retract))";

const CLASS: &str = "
@db.aggregate_fn(OPTIONS)
class mean:
    def init(self): return (0.0, 0)
    def accumulate(self, state, v: float): return (state[0] + v, state[1] + 1)
    def merge(self, a, b): return (a[0] + b[0], a[1] + b[1])
    def finalize(self, state) -> float: return state[0] / state[1] if state[1] else None
    def retract(self, state, v): return (state[0] - v, state[1] - 1)
";

const PLAIN: &str = "
@db.aggregate_fn(OPTIONS)
class mean:
    def __init__(self): self.sum, self.count = 0.0, 0
    def add(self, v: float): self.sum += v; self.count += 1; return 'ignored'
    def merge(self, other): self.sum += other.sum; self.count += other.count
    def result(self) -> float: return self.sum / self.count if self.count else None
    def retract(self, v): self.sum -= v; self.count -= 1
";

/// The mean in every form, with options of the decorator.
fn means(options: &str) -> Vec<Arc<Function>> {
    let instance =
        CLASS.replace("@db.aggregate_fn(OPTIONS)", "") + "db.aggregate_fn('mean', OPTIONS)(mean())";
    [format!("{FOUR}{DICT}"), CLASS.to_owned(), instance, PLAIN.to_owned()]
        .iter()
        .map(|text| {
            let behind = if options.is_empty() { String::new() } else { format!(", {options}") };
            function(&text.replace(", OPTIONS", &behind).replace("OPTIONS", options))
        })
        .collect()
}

fn begin(function: &Function) -> Arc<dyn Aggregation> {
    let Kernel::Aggregate(kernel) = &function.kernel else { panic!("{function}") };
    kernel.begin(&CallContext::default()).unwrap()
}

fn update(
    accumulator: &mut Box<dyn GroupedAccumulator>,
    group_ids: &[usize],
    values: &ArrayRef,
) -> Result<()> {
    let groups = group_ids.iter().max().map_or(0, |group| group + 1);
    accumulator.update(group_ids, groups, std::slice::from_ref(values), &CallContext::default())
}

/// One accumulator, one batch, so many groups.
fn aggregate(
    function: &Function,
    group_ids: &[usize],
    values: &ArrayRef,
    groups: usize,
) -> Result<ArrayRef> {
    let mut accumulator = begin(function).accumulator()?;
    update(&mut accumulator, group_ids, values)?;
    accumulator.results(groups, &CallContext::default())
}
