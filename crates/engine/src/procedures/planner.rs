//! Turns calls of procedures into operators.

use std::sync::Arc;

use arrow::datatypes::Schema;
use async_trait::async_trait;
use datafusion::catalog::Session;
use datafusion::common::{DFSchema, Result, internal_err};
use datafusion::logical_expr::physical_planning_context::PhysicalPlanningContext;
use datafusion::logical_expr::{Expr, LogicalPlan, UserDefinedLogicalNode};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_planner::{ExtensionPlanner, PhysicalPlanner};

use super::flat_map::{Callee, FlatMap};
use super::flat_map_exec::FlatMapExec;
use super::table_call::TableCall;
use super::table_call_exec::TableCallExec;
use crate::adapter::Call;
use crate::partitions::Order;

pub(crate) struct ProceduresPlanner;

#[async_trait]
impl ExtensionPlanner for ProceduresPlanner {
    async fn plan_extension(
        &self,
        planner: &dyn PhysicalPlanner,
        node: &dyn UserDefinedLogicalNode,
        logical_inputs: &[&LogicalPlan],
        physical_inputs: &[Arc<dyn ExecutionPlan>],
        session: &dyn Session,
        context: &PhysicalPlanningContext,
    ) -> Result<Option<Arc<dyn ExecutionPlan>>> {
        let ([logical], [input]) = (logical_inputs, physical_inputs) else {
            return Ok(None);
        };
        let physical = |expr: &Expr, schema: &DFSchema| {
            planner.create_physical_expr(expr, schema, session, context)
        };
        let input = Arc::clone(input);
        if let Some(node) = node.as_any().downcast_ref::<FlatMap>() {
            let below = logical.schema();
            let arguments =
                node.arguments.iter().map(|expr| physical(expr, below)).collect::<Result<_>>()?;
            let fields: Vec<_> = node.appended.iter().map(|(_, field)| Arc::clone(field)).collect();
            let yields = Arc::new(Schema::new(fields));
            let call = bound(&node.callee)?;
            return Ok(Some(Arc::new(FlatMapExec::new(
                input, call, arguments, yields, node.outer,
            )?)));
        }
        let Some(table) = node.as_any().downcast_ref::<TableCall>() else {
            return Ok(None);
        };
        let below = logical.schema();
        let order = Order::new(&table.keys, |expr| physical(expr, below))?;
        let empty = DFSchema::empty();
        let arguments =
            table.arguments.iter().map(|expr| physical(expr, &empty)).collect::<Result<_>>()?;
        let schema = Arc::clone(node.schema().inner());
        let call = bound(&table.callee)?;
        Ok(Some(Arc::new(TableCallExec::new(input, call, arguments, order, schema))))
    }
}

fn bound(callee: &Callee) -> Result<Arc<Call>> {
    match &callee.call {
        Some(call) => Ok(Arc::clone(call)),
        None => internal_err!("{callee} was not bound to a run"),
    }
}
