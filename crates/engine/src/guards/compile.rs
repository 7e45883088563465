//! From an expression with plugin calls to a program.

use std::sync::Arc;

use datafusion::arrow::datatypes::{Field, FieldRef, Schema};
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{Column, DFSchema, Result};
use datafusion::logical_expr::expr::{Case, ScalarFunction};
use datafusion::logical_expr::physical_planning_context::PhysicalPlanningContext;
use datafusion::logical_expr::simplify::SimplifyContext;
use datafusion::logical_expr::{BinaryExpr, Expr, ExprSchemable, Operator, ScalarUDF};
use datafusion::optimizer::simplify_expressions::ExprSimplifier;
use datafusion::physical_expr::{PhysicalExpr, create_physical_expr};

use super::hoist::Scope;
use super::program::Program;
use super::rule::{calls_plugin, unsupported};
use super::steps::{CallStep, Step};
use crate::adapter::{Call, PluginScalar};

/// What becomes of a NULL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// It is a value.
    Value,
    /// It excludes the row, as false does: nothing behind it is called.
    Condition,
}

/// A call of a program that computes `expr` over the columns of `schema`. The program takes the
/// columns that the expression names, and those of `also`, as its arguments.
pub(crate) fn program(
    expr: &Expr,
    schema: &DFSchema,
    also: &[Expr],
    reading: Reading,
    scope: &Scope,
) -> Result<Expr> {
    let label = expr.to_string();
    let mut arguments = Vec::new();
    let inner = expr.clone().transform_up(|expr| {
        Ok(match expr {
            Expr::Column(_) | Expr::OuterReferenceColumn(..) => {
                Transformed::yes(argument_column(position(&mut arguments, expr)))
            }
            other => Transformed::no(other),
        })
    })?;
    for column in also {
        position(&mut arguments, column.clone());
    }
    let fields = arguments
        .iter()
        .enumerate()
        .map(|(index, argument)| field(&argument_name(index), argument, schema))
        .collect::<Result<Vec<Arc<Field>>>>()?;
    // As nullable as the expression was: the nodes above have taken that into their schemas.
    let (_, returns) = expr.to_field(schema)?;
    let inside = DFSchema::try_from(Schema::new(fields))?;
    let step = Compiler { scope }.step(inner.data, &inside, reading)?;
    let program = Program::new(label, step, Arc::clone(inside.inner()), returns);
    let udf = Arc::new(ScalarUDF::new_from_impl(program));
    Ok(Expr::ScalarFunction(ScalarFunction::new_udf(udf, arguments)))
}

/// Whether SQL evaluates only some of the parts of an expression.
pub(crate) fn is_lazy(expr: &Expr) -> bool {
    match expr {
        Expr::BinaryExpr(binary) => matches!(binary.op, Operator::And | Operator::Or),
        Expr::Case(_) => true,
        Expr::ScalarFunction(call) => is_lazy_call(call),
        _ => false,
    }
}

struct Compiler<'a> {
    scope: &'a Scope,
}

impl Compiler<'_> {
    fn step(&self, expr: Expr, schema: &DFSchema, reading: Reading) -> Result<Step> {
        if !calls_plugin(&expr) {
            return Ok(Step::Plain(self.physical(expr, schema)?));
        }
        if let Some(function) = PluginScalar::called_by(&expr).cloned()
            && let Expr::ScalarFunction(call) = expr
        {
            let arguments = self.steps(call.args, schema)?;
            let call = Call::new(function, &self.scope.query);
            return Ok(Step::Call(CallStep::new(call, arguments)));
        }
        match expr {
            Expr::Alias(alias) => self.step(*alias.expr, schema, reading),
            Expr::BinaryExpr(BinaryExpr {
                left,
                op: op @ (Operator::And | Operator::Or),
                right,
            }) => self.connective(*left, op, *right, schema, reading),
            Expr::Case(case) => self.case(case, schema, reading),
            Expr::ScalarFunction(call) if is_lazy_call(&call) => self.lazy_call(call, schema),
            Expr::Lambda(_) | Expr::HigherOrderFunction(_) => Err(unsupported("in a lambda")),
            other => self.strict(other, schema),
        }
    }

    fn steps(&self, exprs: Vec<Expr>, schema: &DFSchema) -> Result<Vec<Step>> {
        exprs.into_iter().map(|expr| self.step(expr, schema, Reading::Value)).collect()
    }

    fn connective(
        &self,
        left: Expr,
        op: Operator,
        right: Expr,
        schema: &DFSchema,
        reading: Reading,
    ) -> Result<Step> {
        let left = Box::new(self.step(left, schema, reading)?);
        let right = Box::new(self.step(right, schema, reading)?);
        Ok(if op == Operator::And {
            Step::And { left, right, null_is_false: reading == Reading::Condition }
        } else {
            Step::Or { left, right }
        })
    }

    fn case(&self, case: Case, schema: &DFSchema, reading: Reading) -> Result<Step> {
        if let Some(base) = case.expr {
            // CASE a WHEN b is CASE WHEN a = b, with a computed once.
            let (slot, extended) = extend(schema, &base)?;
            let conditions = case
                .when_then_expr
                .into_iter()
                .map(|(when, then)| (Box::new(slot.clone().eq(*when)), then))
                .collect();
            let searched = Case::new(None, conditions, case.else_expr);
            let body = self.case(searched, &extended, reading)?;
            return Ok(Step::With {
                values: vec![self.step(*base, schema, Reading::Value)?],
                schema: Arc::clone(extended.inner()),
                body: Box::new(body),
            });
        }
        let data_type = Expr::Case(case.clone()).get_type(schema)?;
        let branches = case
            .when_then_expr
            .into_iter()
            .map(|(when, then)| {
                let when = self.step(*when, schema, Reading::Condition)?;
                Ok((when, self.step(*then, schema, reading)?))
            })
            .collect::<Result<_>>()?;
        let otherwise = case
            .else_expr
            .map(|expr| self.step(*expr, schema, reading).map(Box::new))
            .transpose()?;
        Ok(Step::Case { branches, otherwise, data_type })
    }

    fn lazy_call(&self, call: ScalarFunction, schema: &DFSchema) -> Result<Step> {
        let data_type = Expr::ScalarFunction(call.clone()).get_type(schema)?;
        if call.func.name() != "nvl2" {
            return Ok(Step::Coalesce { parts: self.steps(call.args, schema)?, data_type });
        }
        let mut arguments = call.args.into_iter();
        let (Some(tested), Some(then), Some(otherwise)) =
            (arguments.next(), arguments.next(), arguments.next())
        else {
            return Err(unsupported("in nvl2 without three arguments"));
        };
        let condition = self.step(tested.is_not_null(), schema, Reading::Condition)?;
        Ok(Step::Case {
            branches: vec![(condition, self.step(then, schema, Reading::Value)?)],
            otherwise: Some(Box::new(self.step(otherwise, schema, Reading::Value)?)),
            data_type,
        })
    }

    /// An expression that needs all its parts: those with plugin calls are computed first, each
    /// once, and the rest is DataFusion's over the values, which it may use as often as it likes.
    fn strict(&self, expr: Expr, schema: &DFSchema) -> Result<Step> {
        let mut values = Vec::new();
        let mut extended = schema.clone();
        let body = expr.map_children(|child| {
            if !calls_plugin(&child) {
                return Ok(Transformed::no(child));
            }
            let (slot, wider) = extend(&extended, &child)?;
            extended = wider;
            values.push(self.step(child, schema, Reading::Value)?);
            Ok(Transformed::yes(slot))
        })?;
        if calls_plugin(&body.data) {
            return Err(unsupported("in this kind of expression"));
        }
        Ok(Step::With {
            values,
            body: Box::new(Step::Plain(self.physical(body.data, &extended)?)),
            schema: Arc::clone(extended.inner()),
        })
    }

    fn physical(&self, expr: Expr, schema: &DFSchema) -> Result<Arc<dyn PhysicalExpr>> {
        let props = self.scope.query.execution_props();
        let context = SimplifyContext::builder()
            .with_schema(Arc::new(schema.clone()))
            .with_config_options(Arc::clone(&self.scope.config))
            .with_query_execution_start_time(props.query_execution_start_time)
            .build();
        let expr = ExprSimplifier::new(context).simplify(expr)?;
        create_physical_expr(&expr, schema, &props, &PhysicalPlanningContext::default())
    }
}

fn is_lazy_call(call: &ScalarFunction) -> bool {
    matches!(call.func.name(), "coalesce" | "nvl" | "ifnull" | "nvl2")
}

/// The schema with one more column, which holds the value of `expr`, and that column.
fn extend(schema: &DFSchema, expr: &Expr) -> Result<(Expr, DFSchema)> {
    let name = format!("__value_{}", schema.fields().len());
    let mut fields: Vec<FieldRef> = schema.fields().iter().cloned().collect();
    fields.push(field(&name, expr, schema)?);
    let extended = DFSchema::try_from(Schema::new(fields))?;
    Ok((Expr::Column(Column::new_unqualified(name)), extended))
}

fn field(name: &str, expr: &Expr, schema: &DFSchema) -> Result<FieldRef> {
    let (_, field) = expr.to_field(schema)?;
    Ok(Arc::new(field.as_ref().clone().with_name(name).with_nullable(true)))
}

fn argument_name(index: usize) -> String {
    format!("__argument_{index}")
}

fn argument_column(index: usize) -> Expr {
    Expr::Column(Column::new_unqualified(argument_name(index)))
}

fn position(arguments: &mut Vec<Expr>, column: Expr) -> usize {
    arguments.iter().position(|known| *known == column).unwrap_or_else(|| {
        arguments.push(column);
        arguments.len() - 1
    })
}
