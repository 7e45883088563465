//! One chunk of text through all stages.

use std::sync::Arc;

use super::chunks::Chunk;
use super::failures::Failures;
use super::plan::{Group, Plan};
use super::{OnError, Summary, UnitFailure};
use crate::units::{Origins, Positions, Split};
use crate::{Applied, Error, Place, Position, Result, StageError, StageRun, Unit};

/// The stages at work on one source.
pub(super) struct Chain {
    runs: Vec<Box<dyn StageRun>>,
    /// How many units each stage was given so far.
    given: Vec<u64>,
}

/// What became of a chunk.
#[derive(Debug, Default)]
pub(super) struct Done {
    pub(super) text: String,
    pub(super) units_in: u64,
    pub(super) units_out: u64,
    /// Under [`OnError::Raise`] the first one, in the order of the input.
    pub(super) failures: Vec<UnitFailure>,
    pub(super) units_failed: u64,
}

impl Done {
    /// What is told of a text that was one chunk.
    pub(super) fn into_text(self, bytes_in: u64) -> (String, Summary) {
        let summary = Summary {
            files: 1,
            units_in: self.units_in,
            units_out: self.units_out,
            bytes_in,
            bytes_out: self.text.len() as u64,
            units_failed: self.units_failed,
            failures: self.failures,
            file_failures: Vec::new(),
        };
        (self.text, summary)
    }
}

/// What stages are told of the run that they are part of.
#[derive(Clone, Copy)]
pub(super) struct Task<'a> {
    pub(super) plan: &'a Plan,
    pub(super) source: &'a Arc<str>,
    pub(super) on_error: OnError,
}

impl Chain {
    pub(super) fn begin(task: Task<'_>) -> Result<Self> {
        let begin = |(index, stage): (usize, &Arc<dyn crate::Stage>)| {
            stage.begin(task.source).map_err(|cause| task.stage_failure(index, 1, cause))
        };
        let runs = task.plan.stages.iter().enumerate().map(begin).collect::<Result<Vec<_>>>()?;
        let given = vec![0; runs.len()];
        Ok(Self { runs, given })
    }

    /// Everything that the stages do about a chunk; at the last one, about the end of the file too.
    pub(super) fn apply(&mut self, task: Task<'_>, chunk: Chunk) -> Result<Done> {
        let mut origins = Origins::start(chunk.start);
        let end = chunk.is_last.then(|| chunk.start.after(&chunk.text));
        let mut failures = Failures::new(task);
        let mut done = Done { text: chunk.text, ..Done::default() };
        for (index, group) in task.plan.groups.iter().enumerate() {
            let mut split = Split::new(&group.unit, std::mem::take(&mut done.text), &origins)?;
            if index == 0 {
                done.units_in = split.units.len() as u64;
            }
            self.apply_group(task, group, &mut split, &mut failures, end)?;
            done.units_out = split.units.len() as u64;
            let next = task.plan.groups.get(index + 1);
            // Behind a failure that ends the run, coarser units would be cut short.
            if next.is_some_and(|next| failures.is_final() && !group.unit.holds(&next.unit)) {
                break;
            }
            if next.is_some() {
                origins = split.origins();
            }
            done.text = split.join();
        }
        (done.failures, done.units_failed) = failures.finish();
        Ok(done)
    }

    /// `end` is where the file ends, if these are its last units.
    fn apply_group(
        &mut self,
        task: Task<'_>,
        group: &Group,
        split: &mut Split<'_>,
        failures: &mut Failures<'_>,
        end: Option<Position>,
    ) -> Result<()> {
        for stage in group.stages.clone() {
            self.apply_stage(task, stage, split, failures)?;
            if let Some(end) = end.filter(|_| !failures.is_final())
                && task.plan.stages[stage].is_stateful()
            {
                self.finish_stage(task, stage, split, end)?;
            }
        }
        Ok(())
    }

    fn apply_stage(
        &mut self,
        task: Task<'_>,
        stage: usize,
        split: &mut Split<'_>,
        failures: &mut Failures<'_>,
    ) -> Result<()> {
        let given = split.units.len();
        if given == 0 {
            return Ok(());
        }
        let units = std::mem::take(&mut split.units);
        let first_unit = self.first_unit(task, stage, &split.positions);
        let place = Place::new(task.source, first_unit, &split.positions);
        let line = place.position(0).line;
        let applied = self.runs[stage]
            .apply(units, &place)
            .map_err(|cause| task.stage_failure(stage, line, cause))?;
        self.given[stage] += given as u64;
        task.check_answer(stage, &applied, given)?;
        failures.take(stage, applied, given, split)
    }

    /// See [`Place::first_unit`].
    fn first_unit(&self, task: Task<'_>, stage: usize, positions: &Positions) -> Option<u64> {
        if task.plan.is_ordered {
            return Some(self.given[stage]);
        }
        match task.plan.groups[0].unit {
            Unit::Whole if stage == 0 => Some(0),
            Unit::Line if stage == 0 => Some(positions.get(0).line - 1),
            _ => None,
        }
    }

    fn finish_stage(
        &mut self,
        task: Task<'_>,
        stage: usize,
        split: &mut Split<'_>,
        end: Position,
    ) -> Result<()> {
        let finished = self.runs[stage].finish();
        let trailing = finished.map_err(|cause| task.stage_failure(stage, end.line, cause))?;
        split.append(&trailing, end)
    }
}

impl Task<'_> {
    fn stage_failure(self, stage: usize, line: u64, cause: StageError) -> Error {
        let (stage, file) = (Arc::clone(&self.plan.names[stage]), Arc::clone(self.source));
        Error::Stage { stage, file, line, cause }
    }

    fn check_answer(self, stage: usize, applied: &Applied, given: usize) -> Result<()> {
        let Some(reason) = contradiction(applied, given) else { return Ok(()) };
        let (stage, file) = (Arc::clone(&self.plan.names[stage]), Arc::clone(self.source));
        Err(Error::Answer { stage, file, reason })
    }
}

/// What is wrong with an answer about so many units.
fn contradiction(applied: &Applied, given: usize) -> Option<String> {
    let count = applied.units.len();
    if let Some(failed) = applied.failures.iter().find(|failed| failed.unit >= given) {
        return Some(format!("unit {} failed, and {given} were given", failed.unit));
    }
    let Some(parents) = &applied.parents else {
        let reason = format!("{count} units came back for {given}, and nothing says of which");
        return (count != given).then_some(reason);
    };
    if parents.len() != count {
        return Some(format!("{count} units came back with {} parents", parents.len()));
    }
    if let Some([first, second]) = parents.windows(2).find(|pair| pair[0] > pair[1]) {
        return Some(format!("parent {first} comes before {second}"));
    }
    let last = parents.last().filter(|last| **last >= given)?;
    Some(format!("{last} is named as a parent, and {given} units were given"))
}
