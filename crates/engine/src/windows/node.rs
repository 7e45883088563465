//! The node that computes window functions, as DataFusion's planner sees it: the columns of its
//! input, and behind them one for each function.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use datafusion::common::{DFSchema, DFSchemaRef, Result};
use datafusion::logical_expr::{Expr, Extension, LogicalPlan, UserDefinedLogicalNodeCore};

use crate::adapter::Call;
use crate::logical_nodes::{self, list};
use crate::partitions::Keys;

/// One function over the rows of the node, and the name of its column.
#[derive(Debug, Clone)]
pub(crate) struct WindowCall {
    pub(crate) name: String,
    pub(crate) call: Arc<Call>,
    pub(crate) arguments: Vec<Expr>,
}

/// The name belongs to one call of one run.
impl PartialEq for WindowCall {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.arguments == other.arguments
    }
}

impl Eq for WindowCall {}

impl Hash for WindowCall {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
        self.arguments.hash(state);
    }
}

impl fmt::Display for WindowCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, call, arguments } = self;
        write!(f, "{}({}) AS {name}", call.name(), list(arguments))
    }
}

/// The functions share PARTITION BY and ORDER BY. No filter and no limit goes below: a row's value
/// depends on the rows before it.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct Windows {
    input: LogicalPlan,
    calls: Vec<WindowCall>,
    keys: Keys,
    schema: DFSchemaRef,
}

impl Windows {
    pub(crate) fn over(
        input: LogicalPlan,
        calls: Vec<WindowCall>,
        keys: Keys,
    ) -> Result<LogicalPlan> {
        let node = Arc::new(Self::new(input, calls, keys)?);
        Ok(LogicalPlan::Extension(Extension { node }))
    }

    fn new(input: LogicalPlan, calls: Vec<WindowCall>, keys: Keys) -> Result<Self> {
        let below = input.schema();
        let mut fields = logical_nodes::fields_of(&input);
        for WindowCall { name, call, .. } in &calls {
            let field = call.function().signature.returns().to_field(name, true);
            fields.push((None, Arc::new(field)));
        }
        let mut dependencies = below.functional_dependencies().clone();
        dependencies.extend_target_indices(fields.len());
        let schema = DFSchema::new_with_metadata(fields, below.metadata().clone())?
            .with_functional_dependencies(dependencies)?;
        Ok(Self { schema: Arc::new(schema), input, calls, keys })
    }

    pub(crate) fn calls(&self) -> &[WindowCall] {
        &self.calls
    }

    pub(crate) fn keys(&self) -> &Keys {
        &self.keys
    }
}

impl PartialOrd for Windows {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        (self == other).then_some(Ordering::Equal)
    }
}

impl UserDefinedLogicalNodeCore for Windows {
    fn name(&self) -> &'static str {
        "PluginWindow"
    }

    fn inputs(&self) -> Vec<&LogicalPlan> {
        vec![&self.input]
    }

    fn schema(&self) -> &DFSchemaRef {
        &self.schema
    }

    fn expressions(&self) -> Vec<Expr> {
        let arguments = self.calls.iter().flat_map(|call| &call.arguments);
        arguments.chain(self.keys.expressions()).cloned().collect()
    }

    fn fmt_for_explain(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PluginWindow: {}{}", list(&self.calls), self.keys)
    }

    fn with_exprs_and_inputs(&self, exprs: Vec<Expr>, inputs: Vec<LogicalPlan>) -> Result<Self> {
        let input = logical_nodes::only_input(self.name(), inputs)?;
        let mut exprs = exprs.into_iter().map(Expr::unalias);
        let calls = self
            .calls
            .iter()
            .map(|call| WindowCall {
                arguments: exprs.by_ref().take(call.arguments.len()).collect(),
                ..call.clone()
            })
            .collect();
        Self::new(input, calls, self.keys.replaced(&mut exprs))
    }

    fn necessary_children_exprs(&self, output: &[usize]) -> Option<Vec<Vec<usize>>> {
        Some(logical_nodes::wanted_below(&self.input, output))
    }
}
