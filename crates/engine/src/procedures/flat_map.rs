//! The node that calls a procedure for each row of its input, as DataFusion's planner sees it: the
//! columns of the input, repeated for each row that the procedure yields, and behind them what it
//! yields.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, FieldRef};
use arrowsmith_contract::Function;
use datafusion::common::{DFSchema, DFSchemaRef, Result, TableReference};
use datafusion::logical_expr::{
    Expr, Extension, LogicalPlan, LogicalPlanBuilder, UserDefinedLogicalNodeCore,
};

use super::relation::Naming;
use crate::adapter::Call;
use crate::logical_nodes::{self, list};

/// A procedure, which `guards` binds to a run.
#[derive(Debug, Clone)]
pub(crate) struct Callee {
    pub(crate) function: Arc<Function>,
    pub(crate) call: Option<Arc<Call>>,
}

impl Callee {
    pub(super) fn new(function: Arc<Function>) -> Self {
        Self { function, call: None }
    }
}

/// The same function, of the same run.
impl PartialEq for Callee {
    fn eq(&self, other: &Self) -> bool {
        let call = |callee: &Self| callee.call.as_ref().map(Arc::as_ptr);
        Arc::ptr_eq(&self.function, &other.function) && call(self) == call(other)
    }
}

impl Eq for Callee {}

impl Hash for Callee {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Arc::as_ptr(&self.function).hash(state);
    }
}

impl fmt::Display for Callee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.function.qualified_name())
    }
}

/// The columns that a procedure yields, each of which may be NULL.
pub(super) fn yields(function: &Function) -> Vec<FieldRef> {
    let nullable = |field: &FieldRef| Arc::new(Field::clone(field).with_nullable(true));
    match function.signature.returns().data_type() {
        DataType::Struct(fields) => fields.iter().map(nullable).collect(),
        _ => Vec::new(),
    }
}

/// A column that a node appends, under the name that the query gives it.
pub(crate) type Appended = (Option<TableReference>, FieldRef);

/// What a procedure yields, as a query names it.
pub(super) fn named(function: &Function, naming: &Naming) -> Vec<Appended> {
    let mut names = naming.columns.iter();
    yields(function)
        .into_iter()
        .map(|field| {
            let field = match names.next() {
                Some(name) => Arc::new(Field::clone(&field).with_name(name)),
                None => field,
            };
            (Some(naming.relation.clone()), field)
        })
        .collect()
}

/// Filters on the input's columns go below: they only spare calls.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct FlatMap {
    pub(crate) input: LogicalPlan,
    pub(crate) callee: Callee,
    pub(crate) arguments: Vec<Expr>,
    pub(crate) appended: Vec<Appended>,
    /// Whether an input row for which nothing is yielded stays, with NULLs.
    pub(crate) outer: bool,
    schema: DFSchemaRef,
}

impl FlatMap {
    pub(super) fn of_constants(
        function: Arc<Function>,
        arguments: Vec<Expr>,
        naming: &Naming,
    ) -> Result<LogicalPlan> {
        let one = LogicalPlanBuilder::empty(true).build()?;
        let appended = named(&function, naming);
        Self::over(one, Callee::new(function), arguments, appended, false)
    }

    pub(super) fn over(
        input: LogicalPlan,
        callee: Callee,
        arguments: Vec<Expr>,
        appended: Vec<Appended>,
        outer: bool,
    ) -> Result<LogicalPlan> {
        let node = Arc::new(Self::new(input, callee, arguments, appended, outer)?);
        Ok(LogicalPlan::Extension(Extension { node }))
    }

    fn new(
        input: LogicalPlan,
        callee: Callee,
        arguments: Vec<Expr>,
        appended: Vec<Appended>,
        outer: bool,
    ) -> Result<Self> {
        let mut fields = logical_nodes::fields_of(&input);
        fields.extend(appended.iter().cloned());
        // Rows repeat, so nothing that the input's columns determined is unique any more.
        let schema = DFSchema::new_with_metadata(fields, input.schema().metadata().clone())?;
        Ok(Self { schema: Arc::new(schema), input, callee, arguments, appended, outer })
    }

    pub(crate) fn of(plan: &LogicalPlan) -> Option<&Self> {
        logical_nodes::of(plan)
    }
}

impl PartialOrd for FlatMap {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        (self == other).then_some(Ordering::Equal)
    }
}

impl UserDefinedLogicalNodeCore for FlatMap {
    fn name(&self) -> &'static str {
        "PluginProcedure"
    }

    fn inputs(&self) -> Vec<&LogicalPlan> {
        vec![&self.input]
    }

    fn schema(&self) -> &DFSchemaRef {
        &self.schema
    }

    fn expressions(&self) -> Vec<Expr> {
        self.arguments.clone()
    }

    fn prevent_predicate_push_down_columns(&self) -> HashSet<String> {
        self.appended.iter().map(|(_, field)| field.name().clone()).collect()
    }

    fn fmt_for_explain(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let outer = if self.outer { " outer" } else { "" };
        write!(f, "PluginProcedure: {}({}){outer}", self.callee, list(&self.arguments))
    }

    fn with_exprs_and_inputs(&self, exprs: Vec<Expr>, inputs: Vec<LogicalPlan>) -> Result<Self> {
        let input = logical_nodes::only_input(self.name(), inputs)?;
        let arguments = exprs.into_iter().map(Expr::unalias).collect();
        Self::new(input, self.callee.clone(), arguments, self.appended.clone(), self.outer)
    }

    fn necessary_children_exprs(&self, output: &[usize]) -> Option<Vec<Vec<usize>>> {
        Some(logical_nodes::wanted_below(&self.input, output))
    }
}
