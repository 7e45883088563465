//! Windows that are functions of a whole partition's arrays.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, new_empty_array};
use arrow::compute::concat;
use arrowsmith_contract::{CallContext, Error, Result, WindowEvaluator};

use crate::kernel::callee::Callee;
use crate::kernel::scalar::vectorized;
use crate::kernel::target::Target;

pub(super) struct Whole {
    callee: Arc<Callee>,
    target: Arc<Target>,
}

impl Whole {
    pub(super) fn new(callee: Arc<Callee>, target: Arc<Target>) -> Self {
        Self { callee, target }
    }
}

impl WindowEvaluator for Whole {
    fn evaluate(
        &mut self,
        columns: &[ArrayRef],
        rows: usize,
        partition_starts: &[usize],
        context: &CallContext,
    ) -> Result<ArrayRef> {
        let callee = &self.callee;
        callee.check_shape(columns, rows)?;
        if rows == 0 {
            return Ok(new_empty_array(callee.returns()));
        }
        if partition_starts.first() != Some(&0) {
            return Err(Error::Internal(format!("{} got half of a partition", callee.function)));
        }
        let ends = partition_starts[1..].iter().copied().chain([rows]);
        let partitions: Vec<(usize, usize)> = partition_starts.iter().copied().zip(ends).collect();
        callee.enter(context, |py, stay| {
            let callable = self.target.callable(py, callee)?;
            let mut answers = Vec::with_capacity(partitions.len());
            for (start, end) in partitions {
                context.token.check()?;
                let slices: Vec<ArrayRef> =
                    columns.iter().map(|column| column.slice(start, end - start)).collect();
                let rows = context.rows.behind(start);
                let context = CallContext { rows, ..context.clone() };
                let answer =
                    vectorized::run(callee, &callable, &slices, end - start, &context, stay)?;
                answers.push(answer);
            }
            Ok(concat(&answers.iter().map(|a| a as &dyn Array).collect::<Vec<_>>())?)
        })
    }
}
