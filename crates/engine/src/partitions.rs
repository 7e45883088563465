//! Rows that come partition by partition: how an operator asks for them, and where partitions
//! begin.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, make_comparator};
use arrow::compute::{SortOptions, partition};
use datafusion::common::Result;
use datafusion::logical_expr::{Expr, SortExpr};
use datafusion::physical_expr::{
    Distribution, LexRequirement, OrderingRequirements, PhysicalExpr, PhysicalSortExpr,
    PhysicalSortRequirement,
};
use datafusion::physical_expr_common::utils::evaluate_expressions_to_arrays;

use crate::logical_nodes::list;

/// PARTITION BY and ORDER BY, as a plan has them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Keys {
    pub(crate) partition_by: Vec<Expr>,
    pub(crate) order_by: Vec<SortExpr>,
}

impl Keys {
    pub(crate) fn expressions(&self) -> impl Iterator<Item = &Expr> {
        self.partition_by.iter().chain(self.order_by.iter().map(|sort| &sort.expr))
    }

    /// The same keys over others for [`Self::expressions`], in their order.
    pub(crate) fn replaced(&self, exprs: &mut impl Iterator<Item = Expr>) -> Self {
        let sorts = self.order_by.iter();
        Self {
            partition_by: exprs.by_ref().take(self.partition_by.len()).collect(),
            order_by: sorts.zip(exprs).map(|(sort, expr)| SortExpr { expr, ..*sort }).collect(),
        }
    }
}

impl fmt::Display for Keys {
    /// Behind what has the keys.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.partition_by.is_empty() {
            write!(f, " PARTITION BY {}", list(&self.partition_by))?;
        }
        if !self.order_by.is_empty() {
            write!(f, " ORDER BY {}", list(&self.order_by))?;
        }
        Ok(())
    }
}

/// PARTITION BY and ORDER BY, as an operator has them.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    pub(crate) partition_by: Vec<Arc<dyn PhysicalExpr>>,
    order_by: Vec<PhysicalSortExpr>,
}

impl Order {
    pub(crate) fn new(
        keys: &Keys,
        physical: impl Fn(&Expr) -> Result<Arc<dyn PhysicalExpr>>,
    ) -> Result<Self> {
        let order_by = keys.order_by.iter().map(|sort| {
            let options = SortOptions::new(!sort.asc, sort.nulls_first);
            Ok(PhysicalSortExpr::new(physical(&sort.expr)?, options))
        });
        Ok(Self {
            order_by: order_by.collect::<Result<_>>()?,
            partition_by: keys.partition_by.iter().map(&physical).collect::<Result<_>>()?,
        })
    }

    /// The rows of a partition together, and within it by ORDER BY.
    pub(crate) fn requirements(&self) -> Option<OrderingRequirements> {
        let partitions =
            self.partition_by.iter().map(|key| PhysicalSortRequirement::new(Arc::clone(key), None));
        let order = self.order_by.iter().cloned().map(PhysicalSortRequirement::from);
        LexRequirement::new(partitions.chain(order)).map(OrderingRequirements::new)
    }

    pub(crate) fn expressions(&self) -> impl Iterator<Item = &Arc<dyn PhysicalExpr>> {
        self.partition_by.iter().chain(self.order_by.iter().map(|sort| &sort.expr))
    }

    pub(crate) fn distribution(&self) -> Distribution {
        if self.partition_by.is_empty() {
            Distribution::SinglePartition
        } else {
            Distribution::KeyPartitioned(self.partition_by.clone())
        }
    }
}

/// Finds the rows at which partitions begin. NULLs are one partition; floats are compared by their total
/// order, as DataFusion's own windows do, so that -0.0 and 0.0 are two.
pub(crate) struct Borders {
    keys: Vec<Arc<dyn PhysicalExpr>>,
    /// The keys of the last row that was seen.
    last: Option<Vec<ArrayRef>>,
}

impl Borders {
    pub(crate) fn new(keys: Vec<Arc<dyn PhysicalExpr>>) -> Self {
        Self { keys, last: None }
    }

    /// The rows of the next batch at which another partition begins.
    pub(crate) fn starts(&mut self, batch: &RecordBatch) -> Result<Vec<usize>> {
        let rows = batch.num_rows();
        if rows == 0 {
            return Ok(Vec::new());
        }
        let keys = evaluate_expressions_to_arrays(&self.keys, batch)?;
        let mut starts: Vec<usize> = if keys.is_empty() {
            vec![0]
        } else {
            partition(&keys)?.ranges().into_iter().map(|range| range.start).collect()
        };
        if let Some(last) = &self.last
            && equal(last, &keys)?
        {
            starts.remove(0);
        }
        self.last = Some(keys.iter().map(|key| key.slice(rows - 1, 1)).collect());
        Ok(starts)
    }
}

/// Whether the first rows are equal.
fn equal(left: &[ArrayRef], right: &[ArrayRef]) -> Result<bool> {
    for (left, right) in left.iter().zip(right) {
        let compare = make_comparator(left, right, SortOptions::default())?;
        if compare(0, 0) != Ordering::Equal {
            return Ok(false);
        }
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use arrow::array::{Float64Array, StringArray};
    use arrow::datatypes::{DataType, Field, Schema};
    use datafusion::physical_expr::expressions::col;

    use super::*;

    fn batch(a: &[Option<f64>], b: &[Option<&str>]) -> RecordBatch {
        let fields =
            vec![Field::new("a", DataType::Float64, true), Field::new("b", DataType::Utf8, true)];
        let columns: Vec<ArrayRef> =
            vec![Arc::new(Float64Array::from(a.to_vec())), Arc::new(StringArray::from(b.to_vec()))];
        RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).unwrap()
    }

    #[test]
    fn partitions_go_on_across_batches() {
        let first = batch(&[None, None, Some(1.0)], &[None, None, Some("x")]);
        let keys = ["a", "b"].map(|name| col(name, &first.schema()).unwrap()).to_vec();
        let mut borders = Borders::new(keys);
        assert_eq!(borders.starts(&first).unwrap(), [0, 2]);
        assert_eq!(borders.starts(&first.slice(0, 0)).unwrap(), [0; 0]);
        let second = batch(&[Some(1.0), Some(1.0), Some(f64::NAN)], &[Some("x"), Some("y"), None]);
        assert_eq!(borders.starts(&second).unwrap(), [1, 2]);
        let third = batch(&[Some(f64::NAN), Some(f64::NAN)], &[None, None]);
        assert_eq!(borders.starts(&third).unwrap(), [0; 0]);
    }

    #[test]
    fn without_keys_all_is_one_partition() {
        let mut borders = Borders::new(Vec::new());
        let rows = batch(&[None, None], &[None, None]);
        assert_eq!(borders.starts(&rows).unwrap(), [0]);
        assert_eq!(borders.starts(&rows).unwrap(), [0; 0]);
    }
}
