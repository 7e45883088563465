//! The node that gives a table to a procedure, as DataFusion's planner sees it.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use arrowsmith_contract::Function;
use datafusion::common::{DFSchema, DFSchemaRef, Result};
use datafusion::logical_expr::{
    Expr, Extension, LogicalPlan, SortExpr, UserDefinedLogicalNodeCore,
};

use super::flat_map::{Callee, named};
use super::relation::Naming;
use crate::logical_nodes::{self, list};

/// The procedure is called once, or once for each partition that there is. Its own arguments are
/// constant. Nothing goes below.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct TableCall {
    pub(crate) input: LogicalPlan,
    pub(crate) callee: Callee,
    pub(crate) arguments: Vec<Expr>,
    pub(crate) partition_by: Vec<Expr>,
    pub(crate) order_by: Vec<SortExpr>,
    /// What the procedure yields, as the query names it.
    schema: DFSchemaRef,
}

impl TableCall {
    /// The plan of a call that is not bound yet.
    pub(super) fn over(
        input: LogicalPlan,
        function: Arc<Function>,
        arguments: Vec<Expr>,
        partition_by: Vec<Expr>,
        order_by: Vec<SortExpr>,
        naming: &Naming,
    ) -> Result<LogicalPlan> {
        let appended = named(&function, naming);
        let schema = DFSchema::new_with_metadata(appended, HashMap::new())?;
        let call = Self {
            input,
            callee: Callee::new(function),
            arguments,
            partition_by,
            order_by,
            schema: Arc::new(schema),
        };
        Ok(call.into_plan())
    }

    /// The same call, bound to a run.
    pub(super) fn with_callee(&self, callee: Callee) -> LogicalPlan {
        Self { callee, ..self.clone() }.into_plan()
    }

    fn into_plan(self) -> LogicalPlan {
        LogicalPlan::Extension(Extension { node: Arc::new(self) })
    }

    pub(crate) fn of(plan: &LogicalPlan) -> Option<&Self> {
        logical_nodes::of(plan)
    }
}

impl PartialOrd for TableCall {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        (self == other).then_some(Ordering::Equal)
    }
}

impl UserDefinedLogicalNodeCore for TableCall {
    fn name(&self) -> &'static str {
        "PluginTableProcedure"
    }

    fn inputs(&self) -> Vec<&LogicalPlan> {
        vec![&self.input]
    }

    fn schema(&self) -> &DFSchemaRef {
        &self.schema
    }

    fn expressions(&self) -> Vec<Expr> {
        let keys = self.order_by.iter().map(|sort| &sort.expr);
        self.arguments.iter().chain(&self.partition_by).chain(keys).cloned().collect()
    }

    fn fmt_for_explain(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let table = if self.arguments.is_empty() { "TABLE" } else { "TABLE, " };
        write!(f, "PluginTableProcedure: {}({table}{})", self.callee, list(&self.arguments))?;
        if !self.partition_by.is_empty() {
            write!(f, " PARTITION BY {}", list(&self.partition_by))?;
        }
        Ok(())
    }

    fn with_exprs_and_inputs(&self, exprs: Vec<Expr>, inputs: Vec<LogicalPlan>) -> Result<Self> {
        let input = logical_nodes::only_input(self.name(), inputs)?;
        let mut exprs = exprs.into_iter().map(Expr::unalias);
        let arguments = exprs.by_ref().take(self.arguments.len()).collect();
        let partition_by = exprs.by_ref().take(self.partition_by.len()).collect();
        let order_by = self
            .order_by
            .iter()
            .zip(exprs)
            .map(|(sort, expr)| SortExpr { expr, ..sort.clone() })
            .collect();
        Ok(Self { input, arguments, partition_by, order_by, ..self.clone() })
    }
}
