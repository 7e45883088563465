//! Plans as text, and what the plugin functions of a run did.

use std::fmt::Write;
use std::sync::Arc;

use datafusion::execution::SessionState;
use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_plan::display::DisplayableExecutionPlan;
use futures::StreamExt;

use crate::Result;
use crate::context::QueryContext;
use crate::results::{self, Run};

pub(crate) async fn explain(
    plan: &Arc<LogicalPlan>,
    state: &SessionState,
    query: &QueryContext,
    analyze: bool,
) -> Result<String> {
    let run = results::prepare(plan, state, query).await?;
    if analyze {
        return analyzed(&run, query).await;
    }
    let physical = DisplayableExecutionPlan::new(run.plan.as_ref());
    Ok(format!(
        "logical plan\n{}\n\nphysical plan\n{}",
        run.logical.display_indent(),
        physical.indent(false)
    ))
}

async fn analyzed(run: &Run, query: &QueryContext) -> Result<String> {
    let mut stream = run.stream()?;
    while let Some(batch) = stream.next().await {
        query.token().check()?;
        batch?;
    }
    let physical = DisplayableExecutionPlan::with_metrics(run.plan.as_ref());
    let mut text = format!("physical plan\n{}", physical.indent(false));
    text.push_str(&functions(query));
    Ok(text)
}

/// A table of the functions that the run may have called.
fn functions(query: &QueryContext) -> String {
    let used = query.used();
    if used.is_empty() {
        return String::new();
    }
    let width = used.keys().map(|name| name.len()).max().unwrap_or(0).max("function".len());
    let mut text = format!(
        "\nplugin functions\n{:width$}  {:6}  {:>8}  {:>12}  {:>12}\n",
        "function", "tier", "calls", "rows", "time"
    );
    for (name, used) in used {
        let (metrics, tier) = (&used.metrics, used.tier.as_str());
        let time = format!("{:.3?}", metrics.elapsed());
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{name:width$}  {tier:6}  {:>8}  {:>12}  {time:>12}",
            metrics.calls(),
            metrics.rows()
        );
    }
    text
}
