//! The threads of a run, and what they share.
//!
//! Workers run stages. Beside them there are lanes, one for each file that is being worked on: a
//! thread that reads it and one that writes it. The reader tells the writer of each chunk, in
//! order, and hands it to the workers; the writer waits for them in that order. How much is on its
//! way is bounded by a budget of bytes for the whole run.

use std::iter::Enumerate;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel, sync_channel};
use std::thread::{self, Scope};
use std::vec::IntoIter;

use parking_lot::Mutex;

use super::budget::Budget;
use super::chain::Task;
use super::file_run::{FileRun, Piece};
use super::foreign::catch;
use super::halt::Halt;
use super::plan::Plan;
use super::progress::add;
use super::{Options, Summary, reading, writing};
use crate::{Error, Result, Source, Target};

/// How many chunks and files a lane's reader may be ahead of its writer, however small they are.
const AHEAD: usize = 64;

/// A file to read and one to write.
pub(super) struct Job {
    pub(super) source: Source,
    pub(super) target: Target,
    /// The folder to make for the target.
    pub(super) folder: Option<PathBuf>,
}

pub(super) enum Work {
    /// A piece that any worker may take at any time.
    Piece(Arc<FileRun>, Piece),
    /// The pieces that wait in a file's queue.
    Queue(Arc<FileRun>),
}

/// What the threads of a run share.
pub(super) struct Crew<'a> {
    pub(super) plan: &'a Plan,
    pub(super) options: &'a Options,
    pub(super) budget: Budget,
    pub(super) halt: Halt,
    jobs: Mutex<Enumerate<IntoIter<Job>>>,
    /// What each file told, by its place.
    summaries: Mutex<Vec<(usize, Summary)>>,
}

impl<'a> Crew<'a> {
    /// Does all jobs.
    ///
    /// # Errors
    /// What ends the run; files that fail by themselves are in the summary.
    pub(super) fn run(plan: &'a Plan, options: &'a Options, jobs: Vec<Job>) -> Result<Summary> {
        options.check()?;
        let chunks = options.jobs.saturating_mul(2).saturating_add(2);
        let crew = Self {
            plan,
            options,
            budget: Budget::new(chunks.saturating_mul(options.chunk_bytes)),
            halt: Halt::new(),
            summaries: Mutex::new(Vec::with_capacity(jobs.len())),
            jobs: Mutex::new(Vec::new().into_iter().enumerate()),
        };
        crew.announce(&jobs);
        let lanes = options.jobs.min(jobs.len());
        *crew.jobs.lock() = jobs.into_iter().enumerate();
        let (sender, receiver) = channel();
        let receiver = Mutex::new(receiver);
        thread::scope(|scope| {
            let started = crew.start(scope, lanes, sender, &receiver);
            if started.is_err() {
                crew.halt.stop();
            }
            started
        })?;
        crew.finish()
    }

    fn announce(&self, jobs: &[Job]) {
        let progress = &self.options.progress;
        add(&progress.files_total, jobs.len() as u64);
        add(&progress.bytes_total, jobs.iter().filter_map(|job| job.source.size()).sum());
    }

    fn start<'scope, 'env>(
        &'env self,
        scope: &'scope Scope<'scope, 'env>,
        lanes: usize,
        work: Sender<Work>,
        receiver: &'env Mutex<Receiver<Work>>,
    ) -> Result<()> {
        for _ in 0..self.options.jobs {
            start(scope, || self.do_work(receiver))?;
        }
        for _ in 0..lanes {
            let (sender, messages) = sync_channel(AHEAD);
            let work = work.clone();
            start(scope, move || writing::write_files(self, &messages))?;
            start(scope, move || reading::read_files(self, &sender, &work))?;
        }
        // Workers stay until the last sender has gone; from here on readers have all of them.
        drop(work);
        Ok(())
    }

    /// What a worker does until all readers have gone.
    fn do_work(&self, receiver: &Mutex<Receiver<Work>>) {
        loop {
            // Others wait for the lock meanwhile, which is as good as waiting for work.
            let Ok(work) = receiver.lock().recv() else { return };
            match work {
                Work::Piece(run, piece) => self.guard(&run, || self.do_piece(&run, piece)),
                Work::Queue(run) => {
                    while let Some(piece) = run.dequeue() {
                        self.guard(&run, || self.do_piece(&run, piece));
                    }
                }
            }
        }
    }

    fn do_piece(&self, run: &FileRun, piece: Piece) {
        let Piece { chunk, answer } = piece;
        let done = (!self.is_over(run)).then(|| run.apply(self.task(run), chunk));
        // The writer may have gone, and then nobody wants it.
        drop(answer.send(done));
    }

    /// Does what may lead into other people's code; a panic of theirs ends the run.
    pub(super) fn guard(&self, run: &FileRun, work: impl FnOnce()) {
        let done = catch(&self.plan.names, &run.name, || {
            work();
            Ok(())
        });
        if let Err(error) = done {
            run.abandon();
            self.halt.at(run.index, error);
        }
    }

    /// What stages are told of a file's run.
    pub(super) fn task<'t>(&'t self, run: &'t FileRun) -> Task<'t> {
        Task { plan: self.plan, source: &run.name, on_error: self.options.on_error }
    }

    /// Whether nobody wants the file any more. Asks whether the run is to stop.
    pub(super) fn is_over(&self, run: &FileRun) -> bool {
        match catch(&self.plan.names, &run.name, || Ok(self.options.is_stopped())) {
            Ok(true) => self.halt.stop(),
            Ok(false) => {}
            Err(error) => self.halt.at(run.index, error),
        }
        run.is_abandoned() || self.halt.covers(run.index)
    }

    pub(super) fn next_job(&self) -> Option<(usize, Job)> {
        self.jobs.lock().next()
    }

    /// Keeps what a file told at its end.
    pub(super) fn close(&self, index: usize, summary: Summary) {
        add(&self.options.progress.files_done, 1);
        self.summaries.lock().push((index, summary));
    }

    fn finish(self) -> Result<Summary> {
        self.halt.finish()?;
        let mut summaries = self.summaries.into_inner();
        summaries.sort_by_key(|(index, _)| *index);
        let mut all = Summary::default();
        for (_, summary) in summaries {
            all.add(summary);
        }
        Ok(all)
    }
}

fn start<'scope>(
    scope: &'scope Scope<'scope, '_>,
    work: impl FnOnce() + Send + 'scope,
) -> Result<()> {
    let builder = thread::Builder::new().name("arrowsmith-text".to_owned());
    builder.spawn_scoped(scope, work).map(drop).map_err(Error::Thread)
}
