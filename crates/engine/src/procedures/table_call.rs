//! The node that gives a table to a procedure, as DataFusion's planner sees it.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use arrowsmith_contract::Function;
use datafusion::common::{DFSchema, DFSchemaRef, Result};
use datafusion::logical_expr::{Expr, Extension, LogicalPlan, UserDefinedLogicalNodeCore};

use super::flat_map::{Callee, named};
use super::relation::Naming;
use crate::logical_nodes::{self, list};
use crate::partitions::Keys;

/// The procedure is called once, or once for each partition that there is. Its own arguments are
/// constant. Nothing goes below.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct TableCall {
    pub(crate) input: LogicalPlan,
    pub(crate) callee: Callee,
    pub(crate) arguments: Vec<Expr>,
    pub(crate) keys: Keys,
    /// What the procedure yields, as the query names it.
    schema: DFSchemaRef,
}

impl TableCall {
    /// The plan of a call that is not bound yet.
    pub(super) fn over(
        input: LogicalPlan,
        function: Arc<Function>,
        arguments: Vec<Expr>,
        keys: Keys,
        naming: &Naming,
    ) -> Result<LogicalPlan> {
        let appended = named(&function, naming);
        let schema = DFSchema::new_with_metadata(appended, HashMap::new())?;
        let call = Self {
            input,
            callee: Callee::new(function),
            arguments,
            keys,
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
        self.arguments.iter().chain(self.keys.expressions()).cloned().collect()
    }

    fn fmt_for_explain(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let table = if self.arguments.is_empty() { "TABLE" } else { "TABLE, " };
        let arguments = list(&self.arguments);
        write!(f, "PluginTableProcedure: {}({table}{arguments}){}", self.callee, self.keys)
    }

    fn with_exprs_and_inputs(&self, exprs: Vec<Expr>, inputs: Vec<LogicalPlan>) -> Result<Self> {
        let input = logical_nodes::only_input(self.name(), inputs)?;
        let mut exprs = exprs.into_iter().map(Expr::unalias);
        let arguments = exprs.by_ref().take(self.arguments.len()).collect();
        Ok(Self { input, arguments, keys: self.keys.replaced(&mut exprs), ..self.clone() })
    }
}
