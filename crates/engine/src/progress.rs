//! How far a run is, read from the metrics of its operators.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use arrowsmith_contract::CancelToken;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::coop::CooperativeExec;
use datafusion::physical_plan::metrics::{MetricValue, MetricsSet};
use parking_lot::Mutex;

use crate::guards;

/// What a run did so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    pub elapsed: Duration,
    /// What the scans have given.
    pub rows: u64,
    pub bytes: u64,
    /// The operators, what reads first.
    pub stages: Vec<Stage>,
}

/// What one operator did so far, on all threads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// The operator's, and of one that computes the functions that it calls.
    pub name: String,
    /// What it gave.
    pub rows: u64,
    /// What it read or gave, where it counts that.
    pub bytes: u64,
}

/// Looks at a run, from any thread and also after its end.
#[derive(Clone)]
pub struct ProgressReader(Arc<Run>);

struct Run {
    started: Instant,
    token: CancelToken,
    plan: Mutex<Option<Arc<dyn ExecutionPlan>>>,
}

impl ProgressReader {
    pub(crate) fn new(token: CancelToken) -> Self {
        Self(Arc::new(Run { started: Instant::now(), token, plan: Mutex::default() }))
    }

    /// From now on the progress is that of this plan.
    pub(crate) fn show(&self, plan: &Arc<dyn ExecutionPlan>) {
        *self.0.plan.lock() = Some(Arc::clone(plan));
    }

    /// The progress of now. There are no stages before the run is planned.
    pub fn read(&self) -> Progress {
        let plan = self.0.plan.lock().clone();
        // Every run's token is stopped at its end.
        let end = self.0.token.stopped_at().unwrap_or_else(Instant::now);
        let elapsed = end.saturating_duration_since(self.0.started);
        let mut progress = Progress { elapsed, ..Progress::default() };
        if let Some(plan) = plan {
            progress.add(&plan);
        }
        progress
    }
}

impl Default for ProgressReader {
    fn default() -> Self {
        Self::new(CancelToken::new())
    }
}

impl fmt::Debug for ProgressReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.read().fmt(f)
    }
}

impl Progress {
    fn add(&mut self, plan: &Arc<dyn ExecutionPlan>) {
        for child in plan.children() {
            self.add(child);
        }
        if plan.is::<CooperativeExec>() {
            // It shows the metrics of what it wraps.
            return;
        }
        let Some(metrics) = plan.metrics().map(|metrics| metrics.aggregate_by_name()) else {
            return;
        };
        let (rows, bytes) = (rows(&metrics), bytes(&metrics));
        if plan.children().is_empty() {
            self.rows += rows;
            self.bytes += bytes;
        }
        self.stages.push(Stage { name: name(plan), rows, bytes });
    }
}

fn name(plan: &Arc<dyn ExecutionPlan>) -> String {
    match guards::functions_of(plan.as_ref()) {
        Some(functions) => functions.join(", "),
        None => plan.name().to_owned(),
    }
}

fn rows(metrics: &MetricsSet) -> u64 {
    metrics.output_rows().unwrap_or(0) as u64
}

/// Bytes that came from a file, else those of the batches.
fn bytes(metrics: &MetricsSet) -> u64 {
    let scanned = metrics.sum_by_name("bytes_scanned").map_or(0, |value| value.as_usize());
    if scanned > 0 {
        return scanned as u64;
    }
    let given = metrics.sum(|metric| matches!(metric.value(), MetricValue::OutputBytes(_)));
    given.map_or(0, |value| value.as_usize()) as u64
}
