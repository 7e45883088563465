//! Files through stages: chunk by chunk, on all cores, in bounded memory.

mod budget;
mod chain;
mod chunks;
mod crew;
mod failures;
mod file_run;
mod foreign;
mod halt;
mod mirror;
mod options;
mod plan;
mod progress;
mod reading;
mod summary;
mod writing;

use std::fmt;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;

pub use options::{OnError, Options};
pub use progress::Progress;
pub use summary::{FileFailure, Summary, UnitFailure};

use crate::{Encoding, Error, Errors, Position, Result, Source, Stage, Target};
use chain::Task;
use chunks::Chunk;
use crew::{Crew, Job};
use file_run::FileRun;
use plan::Plan;

/// Stages, one after the other, and how to run them.
///
/// The answer doesn't depend on the number of threads or the size of chunks. Stages that follow
/// each other and have the same unit share the units; where the unit changes, the text is joined and
/// split anew. Memory stays bounded whatever the size of a file, unless units get coarser from stage
/// to stage (lines, then paragraphs), or records and other units are mixed: then a file is one chunk.
///
/// ```
/// use arrowsmith_text::{Form, Normalise, Pipeline, Source, Target, Trim, Unit};
///
/// let pipeline = Pipeline::new([Trim::default()]).then(Normalise::new(Form::Nfc, Unit::Line));
/// let summary = pipeline.run(Source::bytes("greeting", " hello \n"), Target::null())?;
/// assert_eq!((summary.units_in, summary.bytes_out), (1, 6));
/// # Ok::<(), arrowsmith_text::Error>(())
/// ```
#[derive(Clone)]
pub struct Pipeline {
    plan: Plan,
    options: Options,
}

impl Pipeline {
    /// Stages of one type, or `Box<dyn Stage>`s or `Arc<dyn Stage>`s of several.
    pub fn new<S: Stage + 'static>(stages: impl IntoIterator<Item = S>) -> Self {
        let stages = stages.into_iter().map(|stage| Arc::new(stage) as Arc<dyn Stage>).collect();
        Self { plan: Plan::new(stages), options: Options::default() }
    }

    /// One stage more, at the end.
    pub fn then(self, stage: impl Stage + 'static) -> Self {
        let mut stages = self.plan.stages;
        stages.push(Arc::new(stage));
        Self { plan: Plan::new(stages), ..self }
    }

    pub fn options(self, options: Options) -> Self {
        Self { options, ..self }
    }

    /// Runs one stream through the stages.
    ///
    /// # Errors
    /// Whatever fails. A target that is a file then is what it was before; of others, what came
    /// before the failure may be written.
    pub fn run(&self, source: Source, target: Target) -> Result<Summary> {
        if let (Some(input), Some(output)) = (source.as_path(), target.as_path())
            && output.metadata().is_ok_and(|found| found.is_file())
        {
            mirror::check(&[input.to_owned()], &[output.to_owned()])?;
        }
        let mut summary = self.run_jobs(vec![Job { source, target, folder: None }])?;
        match summary.file_failures.pop() {
            None => Ok(summary),
            Some(failure) => Err(failure.error),
        }
    }

    /// Runs files through the stages, each to a file of the same name. The folders below the one
    /// that all inputs have in common are mirrored below `out_folder`. Names decide about
    /// compression: `a.gz` becomes `a.gz`.
    ///
    /// A file that can't be read, decoded or written fails by itself; the others go on, and the
    /// summary tells of it.
    ///
    /// # Errors
    /// Before anything is written, if an input would be overwritten or two inputs have one output.
    /// While it runs: the first unit in the order of the input on which a stage fails under
    /// [`OnError::Raise`], or a stage that fails as a whole, ends the run. Files that were
    /// complete by then stay.
    pub fn run_files<P: AsRef<Path>>(
        &self,
        inputs: impl IntoIterator<Item = P>,
        out_folder: impl AsRef<Path>,
    ) -> Result<Summary> {
        let inputs: Vec<PathBuf> =
            inputs.into_iter().map(|path| path.as_ref().to_owned()).collect();
        let outputs = mirror::mirror(&inputs, out_folder.as_ref())?;
        let job = |(input, output): (PathBuf, PathBuf)| Job {
            folder: output.parent().map(Path::to_owned),
            source: Source::path(input),
            target: Target::path(output),
        };
        self.run_jobs(inputs.into_iter().zip(outputs).map(job).collect())
    }

    /// Runs a text through the stages. A short one stays on this thread.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn apply(&self, text: &str) -> Result<String> {
        self.apply_named("the text", text).map(|(text, _)| text)
    }

    /// Runs a text through the stages, under a name for errors, and tells what was done.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn apply_named(&self, name: &str, text: &str) -> Result<(String, Summary)> {
        let one_chunk = self.options.chunk_bytes.saturating_mul(2).min(self.options.unit_limit);
        if text.len() > one_chunk {
            return self.apply_long(name, text);
        }
        self.options.check()?;
        if self.options.is_stopped() {
            return Err(Error::Stopped);
        }
        let run = FileRun::new(0, name.into());
        let task = Task { plan: &self.plan, source: &run.name, on_error: self.options.on_error };
        let chunk = Chunk { text: text.to_owned(), start: Position::START, is_last: true };
        let applied = run.apply(task, chunk);
        let retired = run.retire(task);
        let mut done = applied?;
        retired?;
        if self.options.on_error == OnError::Raise
            && let Some(first) = done.failures.pop()
        {
            return Err(Error::Unit(Box::new(first)));
        }
        done.failures.truncate(self.options.failure_limit);
        Ok(done.into_text(text.len() as u64))
    }

    fn apply_long(&self, name: &str, text: &str) -> Result<(String, Summary)> {
        let written = Collected::default();
        let options = self.options.clone().encoding(Encoding::UTF_8, Errors::Strict);
        let pipeline = Self { plan: self.plan.clone(), options };
        let target = Target::writer(name, written.clone());
        let summary = pipeline.run(Source::text(name, text), target)?;
        let bytes = std::mem::take(&mut *written.0.lock());
        let text = String::from_utf8(bytes);
        let text = text.map_err(|_| Error::Internal("what was written is not UTF-8"))?;
        Ok((text, summary))
    }

    fn run_jobs(&self, jobs: Vec<Job>) -> Result<Summary> {
        Crew::run(&self.plan, &self.options, jobs)
    }
}

/// Bytes that are written by another thread.
#[derive(Clone, Default)]
struct Collected(Arc<Mutex<Vec<u8>>>);

impl Write for Collected {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Default for Pipeline {
    /// A pipeline without stages, which copies.
    fn default() -> Self {
        Self { plan: Plan::new(Vec::new()), options: Options::default() }
    }
}

impl fmt::Debug for Pipeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pipeline")
            .field("stages", &self.plan.names)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}
