//! What becomes of units on which a stage fails.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::chain::Task;
use super::{OnError, UnitFailure};
use crate::units::{Split, Units};
use crate::{Applied, Result, StageError};

/// The failures in one chunk.
pub(super) struct Failures<'a> {
    task: Task<'a>,
    found: Vec<UnitFailure>,
    count: u64,
}

impl<'a> Failures<'a> {
    pub(super) fn new(task: Task<'a>) -> Self {
        Self { task, found: Vec::new(), count: 0 }
    }

    /// Whether the run ends with this chunk.
    pub(super) fn is_final(&self) -> bool {
        self.task.on_error == OnError::Raise && self.count > 0
    }

    /// Puts what a stage made of so many units in their place, without those that failed.
    pub(super) fn take(
        &mut self,
        stage: usize,
        applied: Applied,
        given: usize,
        split: &mut Split<'_>,
    ) -> Result<()> {
        let Applied { units, parents, failures } = applied;
        if failures.is_empty() {
            return match parents {
                Some(parents) => split.replace(units, &parents, given),
                None => {
                    split.units = units;
                    Ok(())
                }
            };
        }
        let failed = failures.into_iter().map(|failed| (failed.unit, failed.error)).collect();
        let parents = parents.unwrap_or_else(|| (0..given).collect());
        self.leave_out(stage, failed, (units, parents), given, split)
    }

    fn leave_out(
        &mut self,
        stage: usize,
        failed: BTreeMap<usize, StageError>,
        (units, parents): (Units, Vec<usize>),
        given: usize,
        split: &mut Split<'_>,
    ) -> Result<()> {
        let end = self.end(&failed, given);
        let is_kept = |parent: usize| parent < end && !failed.contains_key(&parent);
        let kept: Vec<usize> = (0..parents.len()).filter(|&unit| is_kept(parents[unit])).collect();
        let kept_parents: Vec<usize> = kept.iter().map(|&unit| parents[unit]).collect();
        let kept: Units = units.select(kept.into_iter())?;
        self.record(stage, failed, split);
        split.replace(kept, &kept_parents, given)
    }

    /// Behind a failure that ends the run nothing has to be worked on. An earlier unit may still
    /// fail in a later stage, and then is the first one.
    fn end(&self, failed: &BTreeMap<usize, StageError>, given: usize) -> usize {
        match self.task.on_error {
            OnError::Raise => failed.keys().next().copied().unwrap_or(given),
            OnError::Skip | OnError::Collect => given,
        }
    }

    fn record(&mut self, stage: usize, failed: BTreeMap<usize, StageError>, split: &Split<'_>) {
        self.count += failed.len() as u64;
        let failure = |(unit, error)| UnitFailure {
            stage: Arc::clone(&self.task.plan.names[stage]),
            file: Arc::clone(self.task.source),
            position: split.positions.get(unit),
            error,
        };
        match self.task.on_error {
            OnError::Raise => self.found = failed.into_iter().take(1).map(failure).collect(),
            OnError::Skip => {}
            OnError::Collect => self.found.extend(failed.into_iter().map(failure)),
        }
    }

    /// In the order of the input, with how many there were.
    pub(super) fn finish(mut self) -> (Vec<UnitFailure>, u64) {
        self.found.sort_by_key(|failure| failure.position);
        (self.found, self.count)
    }
}
