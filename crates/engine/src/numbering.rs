//! What numbers the rows of an operator's input have in errors.

use std::sync::Arc;

use arrowsmith_contract::{RowNumbers, RowScope};
use datafusion::physical_plan::coalesce_partitions::CoalescePartitionsExec;
use datafusion::physical_plan::sorts::sort::SortExec;
use datafusion::physical_plan::sorts::sort_preserving_merge::SortPreservingMergeExec;
use datafusion::physical_plan::{ExecutionPlan, ExecutionPlanProperties};

/// Whether rows come one after another, in an order that does not depend on threads.
fn is_in_order(plan: &Arc<dyn ExecutionPlan>) -> bool {
    plan.output_partitioning().partition_count() == 1 && !takes_what_comes(plan)
}

fn takes_what_comes(plan: &Arc<dyn ExecutionPlan>) -> bool {
    if plan.is::<SortExec>() || plan.is::<SortPreservingMergeExec>() {
        return false;
    }
    plan.is::<CoalescePartitionsExec>() || plan.children().into_iter().any(takes_what_comes)
}

/// The numbers of the rows of one batch after another.
pub(crate) struct Counter {
    scope: RowScope,
    before: u64,
}

impl Counter {
    /// For the rows that one partition of an input gives.
    pub(crate) fn over(input: &Arc<dyn ExecutionPlan>) -> Self {
        let scope = if is_in_order(input) { RowScope::Input } else { RowScope::Batch };
        Self { scope, before: 0 }
    }

    pub(crate) fn next(&mut self, rows: usize) -> RowNumbers {
        let first = match self.scope {
            RowScope::Input => self.before,
            RowScope::Batch => 0,
        };
        self.before += rows as u64;
        RowNumbers::starting_at(first, self.scope)
    }
}
