//! Turns `Windows` nodes into operators.

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::catalog::Session;
use datafusion::common::Result;
use datafusion::logical_expr::physical_planning_context::PhysicalPlanningContext;
use datafusion::logical_expr::{Expr, LogicalPlan, UserDefinedLogicalNode};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_planner::{ExtensionPlanner, PhysicalPlanner};

use super::evaluator::WindowFunction;
use super::exec::WindowsExec;
use super::node::Windows;
use crate::partitions::Order;

pub(crate) struct WindowsPlanner;

#[async_trait]
impl ExtensionPlanner for WindowsPlanner {
    async fn plan_extension(
        &self,
        planner: &dyn PhysicalPlanner,
        node: &dyn UserDefinedLogicalNode,
        logical_inputs: &[&LogicalPlan],
        physical_inputs: &[Arc<dyn ExecutionPlan>],
        session: &dyn Session,
        context: &PhysicalPlanningContext,
    ) -> Result<Option<Arc<dyn ExecutionPlan>>> {
        let (Some(windows), [logical], [physical]) =
            (node.as_any().downcast_ref::<Windows>(), logical_inputs, physical_inputs)
        else {
            return Ok(None);
        };
        let physical_expr =
            |expr: &Expr| planner.create_physical_expr(expr, logical.schema(), session, context);
        let below = logical.schema().fields().len();
        let fields = node.schema().fields().iter().skip(below);
        let functions = windows
            .calls()
            .iter()
            .zip(fields)
            .map(|(call, field)| {
                let arguments =
                    call.arguments.iter().map(physical_expr).collect::<Result<Vec<_>>>()?;
                Ok(WindowFunction::new(Arc::clone(&call.call), arguments, Arc::clone(field)))
            })
            .collect::<Result<Vec<_>>>()?;
        let order = Order::new(windows.keys(), physical_expr)?;
        Ok(Some(Arc::new(WindowsExec::new(Arc::clone(physical), functions, order)?)))
    }
}
