//! Turns nodes of ours into operators; everything else is planned by DataFusion.

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::catalog::Session;
use datafusion::common::Result;
use datafusion::execution::context::QueryPlanner;
use datafusion::logical_expr::physical_planning_context::PhysicalPlanningContext;
use datafusion::logical_expr::{LogicalPlan, UserDefinedLogicalNode};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_planner::{DefaultPhysicalPlanner, ExtensionPlanner, PhysicalPlanner};

use super::compute::Compute;
use super::compute_exec::ComputeExec;
use super::settle::settle;
use crate::aggregates;
use crate::context::QueryContext;
use crate::procedures::ProceduresPlanner;
use crate::windows::WindowsPlanner;

#[derive(Debug)]
pub(crate) struct Planner;

#[async_trait]
impl QueryPlanner for Planner {
    async fn create_physical_plan(
        &self,
        plan: &LogicalPlan,
        session: &dyn Session,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let planned = DefaultPhysicalPlanner::with_extension_planners(extension_planners())
            .create_physical_plan(&settle(plan.clone())?, session)
            .await?;
        aggregates::note_operators(&planned)?;
        QueryContext::of(session.config_options()).mark_planned();
        Ok(planned)
    }
}

fn extension_planners() -> Vec<Arc<dyn ExtensionPlanner + Send + Sync>> {
    vec![Arc::new(ComputePlanner), Arc::new(WindowsPlanner), Arc::new(ProceduresPlanner)]
}

struct ComputePlanner;

#[async_trait]
impl ExtensionPlanner for ComputePlanner {
    async fn plan_extension(
        &self,
        planner: &dyn PhysicalPlanner,
        node: &dyn UserDefinedLogicalNode,
        logical_inputs: &[&LogicalPlan],
        physical_inputs: &[Arc<dyn ExecutionPlan>],
        session: &dyn Session,
        context: &PhysicalPlanningContext,
    ) -> Result<Option<Arc<dyn ExecutionPlan>>> {
        let (Some(compute), [logical], [physical]) =
            (node.as_any().downcast_ref::<Compute>(), logical_inputs, physical_inputs)
        else {
            return Ok(None);
        };
        let programs = compute
            .programs()
            .iter()
            .map(|program| {
                planner.create_physical_expr(program, logical.schema(), session, context)
            })
            .collect::<Result<Vec<Arc<dyn PhysicalExpr>>>>()?;
        let below = logical.schema().fields().len();
        let fields = node.schema().fields().iter().skip(below).cloned().collect();
        Ok(Some(Arc::new(ComputeExec::new(Arc::clone(physical), programs, fields)?)))
    }
}
