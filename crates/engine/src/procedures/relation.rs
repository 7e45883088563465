//! Plans calls of procedures in FROM.

use std::fmt;
use std::sync::Arc;

use arrowsmith_contract::Function;
use datafusion::common::{DFSchema, Result, TableReference};
use datafusion::logical_expr::planner::{
    PlannedRelation, RelationPlanner, RelationPlannerContext, RelationPlanning,
};
use datafusion::logical_expr::{Expr, LogicalPlan, SortExpr};
use datafusion::sql::sqlparser::ast::{
    self, FunctionArg, FunctionArgExpr, FunctionArguments, OrderByExpr, TableAlias, TableFactor,
};

use super::flat_map::FlatMap;
use super::form::is_table;
use super::order_keys;
use super::table_call::TableCall;
use crate::error::through_datafusion;
use crate::names::Called;
use crate::partitions::Keys;

/// Knows the procedures that a statement calls, by qualified name.
pub(crate) struct ProcedureRelations(pub(crate) Called);

impl fmt::Debug for ProcedureRelations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl RelationPlanner for ProcedureRelations {
    fn plan_relation(
        &self,
        relation: TableFactor,
        context: &mut dyn RelationPlannerContext,
    ) -> Result<RelationPlanning> {
        let TableFactor::Function { name, args, alias, .. } = &relation else {
            return Ok(RelationPlanning::Original(Box::new(relation)));
        };
        let function = match name.0.as_slice() {
            [part] => part.as_ident().and_then(|ident| self.0.get(ident.value.as_str())),
            _ => None,
        };
        let Some(function) = function else {
            return Ok(RelationPlanning::Original(Box::new(relation)));
        };
        let call = RelationCall { function, context };
        let plan = call.plan(args.clone(), alias.clone())?;
        // The alias is in the plan's names already.
        Ok(RelationPlanning::Planned(Box::new(PlannedRelation::new(plan, None))))
    }
}

/// The name of a relation and those of its columns, where they are not the procedure's.
pub(super) struct Naming {
    pub(super) relation: TableReference,
    pub(super) columns: Vec<String>,
}

struct RelationCall<'a> {
    function: &'a Arc<Function>,
    context: &'a mut dyn RelationPlannerContext,
}

impl RelationCall<'_> {
    fn plan(self, args: Vec<FunctionArg>, alias: Option<TableAlias>) -> Result<LogicalPlan> {
        let naming = self.naming(alias)?;
        let mut arguments = Vec::new();
        let mut table = None;
        for argument in args {
            let FunctionArg::Unnamed(FunctionArgExpr::Expr(argument)) = argument else {
                return self.refuse("takes expressions only");
            };
            match argument {
                ast::Expr::Function(call) if is_table(&call) => table = Some(call),
                value => arguments.push(self.context.sql_to_expr(value, &DFSchema::empty())?),
            }
        }
        match table {
            None => FlatMap::of_constants(Arc::clone(self.function), arguments, &naming),
            Some(table) => self.plan_table(table, arguments, &naming),
        }
    }

    fn refuse<T>(&self, message: &str) -> Result<T> {
        Err(through_datafusion(self.function.refuse(message)))
    }

    fn plan_table(
        mut self,
        call: ast::Function,
        arguments: Vec<Expr>,
        naming: &Naming,
    ) -> Result<LogicalPlan> {
        let FunctionArguments::List(mut list) = call.args else {
            return self.refuse("takes one query or name within TABLE(...)");
        };
        let Some(FunctionArg::Unnamed(FunctionArgExpr::Expr(ast::Expr::Subquery(subquery)))) =
            list.args.pop()
        else {
            return self.refuse("takes one query or name within TABLE(...)");
        };
        let Some((partition_by, order_by)) = order_keys::keys(call.over) else {
            return self.refuse("takes PARTITION BY and ORDER BY behind TABLE(...), nothing else");
        };
        let derived = TableFactor::Derived { lateral: false, subquery, alias: None, sample: None };
        let input = self.context.plan(derived)?;
        let partition_by = partition_by
            .into_iter()
            .map(|key| self.context.sql_to_expr(key, input.schema()))
            .collect::<Result<Vec<Expr>>>()?;
        let order_by = order_by
            .into_iter()
            .map(|key| self.sort(key, input.schema()))
            .collect::<Result<Vec<SortExpr>>>()?;
        let function = Arc::clone(self.function);
        TableCall::over(input, function, arguments, Keys { partition_by, order_by }, naming)
    }

    fn sort(&mut self, key: OrderByExpr, schema: &DFSchema) -> Result<SortExpr> {
        let asc = key.options.asc.unwrap_or(true);
        let nulls_first = key.options.nulls_first.unwrap_or(!asc);
        Ok(SortExpr::new(self.context.sql_to_expr(key.expr, schema)?, asc, nulls_first))
    }

    fn naming(&self, alias: Option<TableAlias>) -> Result<Naming> {
        let Some(alias) = alias else {
            let relation = TableReference::bare(self.function.name.as_str());
            return Ok(Naming { relation, columns: Vec::new() });
        };
        let relation = TableReference::bare(self.context.normalize_ident(alias.name));
        let columns: Vec<String> = alias
            .columns
            .into_iter()
            .map(|column| self.context.normalize_ident(column.name))
            .collect();
        let yields = super::flat_map::yields(self.function).len();
        if columns.is_empty() || columns.len() == yields {
            return Ok(Naming { relation, columns });
        }
        let plural = if yields == 1 { "" } else { "s" };
        self.refuse(&format!(
            "yields {yields} column{plural}, but its alias names {}",
            columns.len()
        ))
    }
}
