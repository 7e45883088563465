//! Takes expressions with plugin calls out of a node, into a `Compute` node below it.

use std::collections::HashSet;
use std::sync::Arc;

use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{Column, DFSchema, Result};
use datafusion::config::ConfigOptions;
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, Projection};

use super::compile::{self, Reading};
use super::compute::Compute;
use super::rule::{calls_plugin, has_query, unsupported};
use crate::context::QueryContext;

/// Where the plan stands that is rewritten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// On its own, so that nothing is pulled out of it.
    Free,
    /// In EXISTS or IN over a query that names outer columns, which becomes a join.
    Match,
    /// In a scalar query that names outer columns, which becomes a join too, above an aggregate.
    Value,
}

/// The run that a plan is rewritten for, and where the plan stands.
pub(crate) struct Scope {
    pub(crate) query: QueryContext,
    pub(crate) config: Arc<ConfigOptions>,
    pub(crate) place: Place,
    /// Names of columns of the query's own that look like [`QueryContext::next_name`]'s.
    pub(crate) taken: Arc<HashSet<String>>,
}

impl Scope {
    pub(crate) fn at(&self, place: Place) -> Self {
        Self {
            query: self.query.clone(),
            config: Arc::clone(&self.config),
            place,
            taken: Arc::clone(&self.taken),
        }
    }

    /// A name that no column of the plan has.
    pub(crate) fn next_name(&self) -> String {
        loop {
            let name = self.query.next_name();
            if !self.taken.contains(&name) {
                return name;
            }
        }
    }

    /// The plan with columns behind its own. In a query that names outer columns it is a
    /// projection, through which DataFusion can pull the predicates that name them.
    fn compute(&self, input: LogicalPlan, lifted: Vec<(String, Expr)>) -> Result<LogicalPlan> {
        if self.place == Place::Free {
            return Compute::over(input, lifted);
        }
        let columns = columns_of(input.schema());
        let programs = lifted.into_iter().map(|(name, program)| program.alias(name));
        LogicalPlanBuilder::from(input).project(columns.into_iter().chain(programs))?.build()
    }
}

/// Collects what must be computed below one node.
pub(crate) struct Hoist<'a> {
    scope: &'a Scope,
    input: LogicalPlan,
    /// Names of columns that are in the input already, and what waits to be computed.
    settled: Vec<String>,
    lifted: Vec<(String, Expr)>,
    /// What was lifted, so that equal expressions can share a column where they must.
    originals: Vec<Expr>,
}

impl<'a> Hoist<'a> {
    pub(crate) fn new(input: LogicalPlan, scope: &'a Scope) -> Self {
        Self { scope, input, settled: Vec::new(), lifted: Vec::new(), originals: Vec::new() }
    }

    pub(crate) fn scope(&self) -> &'a Scope {
        self.scope
    }

    /// The columns below.
    pub(crate) fn schema(&self) -> &DFSchema {
        self.input.schema()
    }

    /// An expression without plugin calls that gives the same values over [`Self::finish`]'s plan.
    pub(crate) fn lower(&mut self, expr: Expr, reading: Reading) -> Result<Expr> {
        if !calls_plugin(&expr) {
            return Ok(expr);
        }
        let expr = expr.unalias();
        if !has_query(&expr) {
            return self.lift(expr, reading);
        }
        let expr = self.without_scalar_queries(expr)?;
        self.lower_beside_query(expr, reading)
    }

    /// As [`Self::lower`], where an equal expression was lifted before with its column.
    pub(crate) fn lower_shared(&mut self, expr: Expr) -> Result<Expr> {
        let plain = expr.clone().unalias();
        if let Some(index) = self.originals.iter().position(|original| *original == plain) {
            let lifted = self.lifted.iter().map(|(name, _)| name);
            let name = self.settled.iter().chain(lifted).nth(index);
            return Ok(column(name.map_or("", String::as_str)));
        }
        self.lower(expr, Reading::Value)
    }

    /// Always a column of its own, computed once, with or without plugin calls.
    pub(crate) fn lift(&mut self, expr: Expr, reading: Reading) -> Result<Expr> {
        let program = compile::program(&expr, self.input.schema(), &[], reading, self.scope)?;
        let name = self.scope.next_name();
        let lifted = column(&name);
        self.lifted.push((name, program));
        self.originals.push(expr);
        Ok(lifted)
    }

    /// Makes what was lifted so far part of the columns below, for programs over it.
    pub(crate) fn settle(&mut self) -> Result<()> {
        if !self.lifted.is_empty() {
            let lifted = std::mem::take(&mut self.lifted);
            self.settled.extend(lifted.iter().map(|(name, _)| name.clone()));
            self.input = self.scope.compute(self.input.clone(), lifted)?;
        }
        Ok(())
    }

    /// The input with the lifted columns behind its own.
    pub(crate) fn finish(mut self) -> Result<LogicalPlan> {
        self.settle()?;
        Ok(self.input)
    }

    /// An IN or EXISTS stays with DataFusion; what it compares with a plugin call is lifted.
    fn lower_beside_query(&mut self, expr: Expr, reading: Reading) -> Result<Expr> {
        if !calls_plugin(&expr) {
            return Ok(expr);
        }
        if !has_query(&expr) {
            return self.lift(expr, reading);
        }
        if compile::is_lazy(&expr) {
            return Err(unsupported("beside EXISTS or IN (SELECT ...) in one AND, OR or CASE"));
        }
        let lowered = expr.map_children(|child| {
            self.lower_beside_query(child, Reading::Value).map(Transformed::yes)
        })?;
        Ok(lowered.data)
    }

    /// Moves scalar queries into a projection below, whose columns take their place.
    fn without_scalar_queries(&mut self, expr: Expr) -> Result<Expr> {
        let mut queries = Vec::new();
        let replaced = expr.transform_down(|expr| {
            if !matches!(expr, Expr::ScalarSubquery(_)) {
                return Ok(Transformed::no(expr));
            }
            let name = self.scope.next_name();
            let stand_in = column(&name);
            queries.push(expr.alias(name));
            Ok(Transformed::yes(stand_in))
        })?;
        if !queries.is_empty() {
            self.settle()?;
            let columns = columns_of(self.input.schema());
            self.input = LogicalPlanBuilder::from(self.input.clone())
                .project(columns.into_iter().chain(queries))?
                .build()?;
        }
        Ok(replaced.data)
    }
}

pub(crate) fn column(name: &str) -> Expr {
    Expr::Column(Column::new_unqualified(name))
}

pub(crate) fn columns_of(schema: &DFSchema) -> Vec<Expr> {
    schema.columns().into_iter().map(Expr::Column).collect()
}

/// Puts the columns at `positions` of a plan under the names of another schema, which is what the
/// nodes above expect.
pub(crate) fn restore(
    plan: LogicalPlan,
    wanted: &DFSchema,
    positions: impl Iterator<Item = usize>,
) -> Result<LogicalPlan> {
    let columns = plan.schema().columns();
    let restored = wanted
        .iter()
        .zip(positions)
        .map(|((qualifier, field), position)| {
            let column = columns[position].clone();
            if column.relation.as_ref() == qualifier && column.name == *field.name() {
                Expr::Column(column)
            } else {
                Expr::Column(column).alias_qualified(qualifier.cloned(), field.name())
            }
        })
        .collect();
    Ok(LogicalPlan::Projection(Projection::try_new(restored, Arc::new(plan))?))
}
