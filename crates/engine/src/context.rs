//! What belongs to one run of a query: its token, its progress and the metrics of its
//! functions.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use arrowsmith_contract::{
    CallContext, CancelToken, ErrorLog, Function, FunctionMetrics, RowNumbers, Tier,
};
use datafusion::common::config::{ConfigExtension, ExtensionOptions};
use datafusion::common::{Result, plan_err};
use datafusion::config::ConfigEntry;
use datafusion::execution::SessionState;
use datafusion::logical_expr::execution_props::ExecutionProps;
use parking_lot::Mutex;

use crate::progress::ProgressReader;
use crate::tasks::Tasks;

/// Made anew for each run, so that a relation can run many times, also at once. It travels as an
/// extension of the run's configuration.
#[derive(Debug, Clone, Default)]
pub(crate) struct QueryContext {
    token: CancelToken,
    errors: Arc<ErrorLog>,
    progress: ProgressReader,
    tasks: Arc<Tasks>,
    metrics: Arc<Mutex<BTreeMap<Arc<str>, Used>>>,
    /// For the names of columns that the engine makes up.
    names: Arc<AtomicUsize>,
    /// Whether the operators of the run are there. Nothing of a plugin may be called before.
    planned: Arc<AtomicBool>,
    /// The time of the run and its like.
    props: Option<Arc<ExecutionProps>>,
}

/// A function that the query may call.
#[derive(Debug, Clone)]
pub(crate) struct Used {
    pub(crate) tier: Tier,
    pub(crate) metrics: Arc<FunctionMetrics>,
}

impl QueryContext {
    pub(crate) fn new(token: CancelToken, errors: Arc<ErrorLog>) -> Self {
        let progress = ProgressReader::new(token.clone());
        Self { token, errors, progress, ..Self::default() }
    }

    /// The context of the run that a configuration belongs to.
    pub(crate) fn of(options: &datafusion::config::ConfigOptions) -> Self {
        options.extensions.get::<Self>().cloned().unwrap_or_default()
    }

    /// Makes a copy of a session's state the state of this run, which starts now.
    pub(crate) fn bind(&self, state: &mut SessionState) {
        state.mark_start_execution();
        let bound = Self {
            props: Some(Arc::new(state.execution_props().clone())),
            // It holds the plan, whose expressions hold the configuration.
            progress: ProgressReader::default(),
            planned: Arc::default(),
            ..self.clone()
        };
        state.config_mut().options_mut().extensions.insert(bound);
    }

    pub(crate) fn mark_planned(&self) {
        self.planned.store(true, Ordering::Release);
    }

    pub(crate) fn is_planned(&self) -> bool {
        self.planned.load(Ordering::Acquire)
    }

    pub(crate) fn execution_props(&self) -> Arc<ExecutionProps> {
        self.props.clone().unwrap_or_default()
    }

    /// A name that no other column of this run has.
    pub(crate) fn next_name(&self) -> String {
        format!("__plugin_{}", self.names.fetch_add(1, Ordering::Relaxed))
    }

    pub(crate) fn token(&self) -> &CancelToken {
        &self.token
    }

    pub(crate) fn call(&self) -> CallContext {
        CallContext {
            token: self.token.clone(),
            rows: RowNumbers::default(),
            errors: Arc::clone(&self.errors),
        }
    }

    pub(crate) fn tasks(&self) -> &Arc<Tasks> {
        &self.tasks
    }

    pub(crate) fn progress(&self) -> ProgressReader {
        self.progress.clone()
    }

    pub(crate) fn metrics_of(&self, function: &Function) -> Arc<FunctionMetrics> {
        let name = function.qualified_name().to_shared();
        let mut metrics = self.metrics.lock();
        let used = metrics
            .entry(name)
            .or_insert_with(|| Used { tier: function.tier(), metrics: Arc::default() });
        Arc::clone(&used.metrics)
    }

    /// The functions of the query by name.
    pub(crate) fn used(&self) -> BTreeMap<Arc<str>, Used> {
        self.metrics.lock().clone()
    }
}

impl ConfigExtension for QueryContext {
    const PREFIX: &'static str = "arrowsmith_query";
}

impl ExtensionOptions for QueryContext {
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn std::any::Any {
        self
    }

    fn cloned(&self) -> Box<dyn ExtensionOptions> {
        Box::new(self.clone())
    }

    fn set(&mut self, key: &str, _value: &str) -> Result<()> {
        plan_err!("{key} cannot be set")
    }

    fn entries(&self) -> Vec<ConfigEntry> {
        Vec::new()
    }
}
