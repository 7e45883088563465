//! From text to the relation of its last statement.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrowsmith_contract::{Function, Kind};
use datafusion::common::DataFusionError;
use datafusion::execution::SessionState;
use datafusion::logical_expr::{AggregateUDF, LogicalPlan, ScalarUDF, WindowUDF};
use datafusion::prelude::SessionContext;
use datafusion::sql::parser::{DFParserBuilder, Statement};
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::parser::ParserError;
use datafusion::sql::sqlparser::tokenizer::Tokenizer;

use crate::adapter::PluginScalar;
use crate::aggregates::PluginAggregate;
use crate::context::QueryContext;
use crate::procedures::{self, ProcedureRelations};
use crate::windows::PluginWindow;
use crate::{Error, Parameters, Relation, Result, Session, check, errors, names, results};

/// Plans each statement and runs those that change something, in order.
pub(crate) async fn run(
    session: &Session,
    text: &str,
    parameters: Parameters,
    query: &QueryContext,
) -> Result<Relation> {
    let statements = parse(text)?;
    let mut used = BTreeSet::new();
    let mut last = None;
    for (index, statement) in statements.iter().enumerate() {
        query.token().check()?;
        let (plan, state) = plan(session, statement.clone(), &mut used, &parameters).await?;
        if index + 1 == statements.len() {
            parameters.check_all_used(&used)?;
        }
        last = Some(if changes_something(&plan) {
            execute(session, plan, state, query).await?
        } else {
            Relation::planned(session.clone(), plan, state)
        });
    }
    last.ok_or_else(|| Error::Plan("there is no statement in the text".to_owned()))
}

fn parse(text: &str) -> Result<Vec<Statement>> {
    let dialect = GenericDialect {};
    let tokens = Tokenizer::new(&dialect, text).tokenize_with_location();
    let tokens = tokens.map_err(|error| DataFusionError::from(ParserError::from(error)))?;
    let tokens = procedures::wrap_tables(&tokens);
    let statements =
        DFParserBuilder::new(tokens).with_dialect(&dialect).build()?.parse_statements()?;
    Ok(statements.into())
}

async fn plan(
    session: &Session,
    mut statement: Statement,
    used: &mut BTreeSet<String>,
    parameters: &Parameters,
) -> Result<(LogicalPlan, Arc<SessionState>)> {
    let mut state = session.state();
    let snapshot = session.registry().snapshot();
    let called = names::resolve(&mut statement, &snapshot, &state)?;
    for function in called.values() {
        register(&mut state, Arc::clone(function))?;
    }
    state.register_relation_planner(Arc::new(ProcedureRelations(called)))?;
    let plan = procedures::settle(state.statement_to_plan(statement).await?)?;
    if let LogicalPlan::Statement(datafusion::logical_expr::Statement::Prepare(_)) = plan {
        // Its placeholders are EXECUTE's to fill.
        return Ok((plan, Arc::new(state)));
    }
    let wanted = plan.get_parameter_names()?;
    used.extend(wanted.into_iter().map(|name| name.trim_start_matches('$').to_owned()));
    let plan = parameters.bind(plan)?;
    check::calls(&plan)?;
    check::types(&plan, &state)?;
    Ok((plan, Arc::new(state)))
}

/// Gives a statement's planner the face of a function that the statement calls.
fn register(state: &mut SessionState, function: Arc<Function>) -> Result<()> {
    use datafusion::execution::FunctionRegistry;
    match function.kind() {
        Kind::Scalar => {
            let face = PluginScalar::new(function);
            state.register_udf(Arc::new(ScalarUDF::new_from_impl(face)))?;
        }
        Kind::Aggregate => {
            let face = PluginAggregate::new(function);
            state.register_udaf(Arc::new(AggregateUDF::new_from_impl(face)))?;
        }
        Kind::Window => {
            let face = PluginWindow::new(function);
            state.register_udwf(Arc::new(WindowUDF::new_from_impl(face)))?;
        }
        // Procedures are found by the planner of relations.
        Kind::Procedure => {}
    }
    Ok(())
}

fn changes_something(plan: &LogicalPlan) -> bool {
    matches!(
        plan,
        LogicalPlan::Ddl(_)
            | LogicalPlan::Dml(_)
            | LogicalPlan::Copy(_)
            | LogicalPlan::Statement(_)
    )
}

async fn execute(
    session: &Session,
    plan: LogicalPlan,
    state: Arc<SessionState>,
    query: &QueryContext,
) -> Result<Relation> {
    if let LogicalPlan::Statement(_) = plan {
        // SET and its like change the session itself, not this statement's copy of it.
        let frame = session.context().execute_logical_plan(plan).await?;
        let (state, plan) = frame.into_parts();
        return results::collect(session, &plan, &state, query).await;
    }
    if let LogicalPlan::Ddl(statement) = &plan {
        errors::check(statement)?;
        let mut state = SessionState::clone(&state);
        query.bind(&mut state);
        // Catalogs are shared with the session, so what is created there is there for it.
        let context = SessionContext::new_with_state(state);
        let frame = context.execute_logical_plan(plan).await?;
        let (state, plan) = frame.into_parts();
        return results::collect(session, &plan, &state, query).await;
    }
    results::collect(session, &plan, &state, query).await
}
