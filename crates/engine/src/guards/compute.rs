//! The node that computes programs, as DataFusion's planner sees it: the columns of its input,
//! and behind them one for each program.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use datafusion::common::{DFSchema, DFSchemaRef, Result};
use datafusion::logical_expr::{
    Expr, ExprSchemable, Extension, LogicalPlan, UserDefinedLogicalNodeCore,
};

use crate::logical_nodes::{self, list};

/// Opaque to the optimizer, except that filters on other columns and limits go below it: they
/// only spare calls.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct Compute {
    input: LogicalPlan,
    names: Vec<String>,
    programs: Vec<Expr>,
    schema: DFSchemaRef,
}

impl Compute {
    /// The plan that computes `lifted`, programs under the names of their columns.
    pub(crate) fn over(input: LogicalPlan, lifted: Vec<(String, Expr)>) -> Result<LogicalPlan> {
        let (names, programs) = lifted.into_iter().unzip();
        let node = Arc::new(Self::new(input, names, programs)?);
        Ok(LogicalPlan::Extension(Extension { node }))
    }

    fn new(input: LogicalPlan, names: Vec<String>, programs: Vec<Expr>) -> Result<Self> {
        let below = input.schema();
        let mut fields = logical_nodes::fields_of(&input);
        for (name, program) in names.iter().zip(&programs) {
            let (_, field) = program.to_field(below)?;
            fields.push((None, Arc::new(field.as_ref().clone().with_name(name))));
        }
        let schema = DFSchema::new_with_metadata(fields, below.metadata().clone())?
            .with_functional_dependencies(below.functional_dependencies().clone())?;
        Ok(Self { schema: Arc::new(schema), input, names, programs })
    }

    pub(crate) fn of(plan: &LogicalPlan) -> Option<&Self> {
        logical_nodes::of(plan)
    }

    pub(crate) fn input(&self) -> &LogicalPlan {
        &self.input
    }

    /// The same programs over another input with the same columns.
    pub(crate) fn over_input(&self, input: LogicalPlan) -> Result<LogicalPlan> {
        let lifted = self.names.iter().cloned().zip(self.programs.iter().cloned()).collect();
        Self::over(input, lifted)
    }

    pub(crate) fn programs(&self) -> &[Expr] {
        &self.programs
    }
}

impl PartialOrd for Compute {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        (self == other).then_some(Ordering::Equal)
    }
}

impl UserDefinedLogicalNodeCore for Compute {
    fn name(&self) -> &'static str {
        "PluginCompute"
    }

    fn inputs(&self) -> Vec<&LogicalPlan> {
        vec![&self.input]
    }

    fn schema(&self) -> &DFSchemaRef {
        &self.schema
    }

    fn expressions(&self) -> Vec<Expr> {
        self.programs.clone()
    }

    fn prevent_predicate_push_down_columns(&self) -> HashSet<String> {
        self.names.iter().cloned().collect()
    }

    fn fmt_for_explain(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = self.names.iter().zip(&self.programs);
        let columns = columns.map(|(name, program)| format!("{} AS {name}", label(program)));
        write!(f, "PluginCompute: {}", list(columns))
    }

    fn with_exprs_and_inputs(&self, exprs: Vec<Expr>, inputs: Vec<LogicalPlan>) -> Result<Self> {
        let input = logical_nodes::only_input(self.name(), inputs)?;
        let programs = exprs.into_iter().map(Expr::unalias).collect();
        Self::new(input, self.names.clone(), programs)
    }

    fn necessary_children_exprs(&self, output: &[usize]) -> Option<Vec<Vec<usize>>> {
        Some(logical_nodes::wanted_below(&self.input, output))
    }

    fn supports_limit_pushdown(&self) -> bool {
        true
    }
}

/// What a program computes, in the names of the query.
fn label(program: &Expr) -> String {
    match program {
        Expr::ScalarFunction(call) => call.func.name().to_owned(),
        other => other.to_string(),
    }
}
