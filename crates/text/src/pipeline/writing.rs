//! What a lane's writer does: what became of chunks becomes files, in order.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::Receiver;

use super::chain::Done;
use super::crew::Crew;
use super::file_run::FileRun;
use super::progress::add;
use super::reading::{Message, Read};
use super::{FileFailure, OnError, Summary};
use crate::{Error, Result, Target, Writer};

/// A file that is being written.
struct Writing<'a> {
    crew: &'a Crew<'a>,
    run: Arc<FileRun>,
    /// None once the file has failed.
    writer: Option<Writer>,
    summary: Summary,
}

/// Writes what one reader reads, until it has gone.
pub(super) fn write_files<'a>(crew: &'a Crew<'a>, messages: &Receiver<Message<'a>>) {
    let mut current: Option<Writing<'a>> = None;
    while let Ok(message) = messages.recv() {
        let run = match (&message, &current) {
            (Message::Begin { run, .. }, _) => Arc::clone(run),
            (_, Some(writing)) => Arc::clone(&writing.run),
            (_, None) => continue,
        };
        crew.guard(&run, || follow(crew, &mut current, message));
    }
    if let Some(writing) = current {
        let run = Arc::clone(&writing.run);
        crew.guard(&run, || drop(writing));
    }
}

fn follow<'a>(crew: &'a Crew<'a>, current: &mut Option<Writing<'a>>, message: Message<'a>) {
    match message {
        Message::Begin { run, target, folder } => {
            *current = Some(Writing::begin(crew, run, target, folder));
        }
        Message::Chunk { answer, share } => {
            let answer = answer.recv();
            if let Some(writing) = current {
                let lost = || Some(Err(Error::Internal("a worker has gone")));
                writing.take(answer.unwrap_or_else(|_| lost()));
            }
            drop(share);
        }
        Message::End { read, bytes_in } => {
            if let Some(writing) = current.take() {
                writing.end(read, bytes_in);
            }
        }
    }
}

impl<'a> Writing<'a> {
    fn begin(
        crew: &'a Crew<'a>,
        run: Arc<FileRun>,
        target: Target,
        folder: Option<PathBuf>,
    ) -> Self {
        let mut writing = Self { crew, run, writer: None, summary: Summary::default() };
        match create(target, folder) {
            Ok(writer) => writing.writer = Some(writer),
            Err(error) => writing.fail(error),
        }
        writing
    }

    /// A fault of this file alone.
    fn fail(&mut self, error: Error) {
        self.run.abandon();
        self.writer = None;
        if self.summary.file_failures.is_empty() {
            let failure = FileFailure { file: Arc::clone(&self.run.name), error };
            self.summary.file_failures.push(failure);
        }
    }

    /// A fault that ends the run.
    fn halt(&mut self, error: Error) {
        self.run.abandon();
        self.crew.halt.at(self.run.index, error);
        self.writer = None;
    }

    fn take(&mut self, answer: Option<Result<Done>>) {
        match answer {
            _ if self.writer.is_none() => {}
            None => self.writer = None,
            Some(Ok(done)) => self.write(done),
            Some(Err(error @ Error::TooMuchText)) => self.fail(error),
            Some(Err(error)) => self.halt(error),
        }
    }

    fn write(&mut self, mut done: Done) {
        let options = self.crew.options;
        if options.on_error == OnError::Raise
            && let Some(first) = done.failures.pop()
        {
            return self.halt(Error::Unit(Box::new(first)));
        }
        add(&options.progress.units, done.units_out);
        self.summary.units_in += done.units_in;
        self.summary.units_out += done.units_out;
        self.summary.units_failed += done.units_failed;
        let room = options.failure_limit.saturating_sub(self.summary.failures.len());
        self.summary.failures.extend(done.failures.into_iter().take(room));
        let written = self.writer.as_mut().map(|writer| writer.write(done.text.as_bytes()));
        if let Some(Err(error)) = written {
            self.fail(error);
        }
    }

    fn end(mut self, read: Result<Read>, bytes_in: u64) {
        if let Err(error) = self.run.retire(self.crew.task(&self.run)) {
            self.halt(error);
        }
        let is_complete = match read {
            Ok(read) => read == Read::All,
            Err(error) => {
                self.fail(error);
                false
            }
        };
        if is_complete && !self.crew.is_over(&self.run) {
            match self.writer.take().map(Writer::finish) {
                Some(Ok(bytes_out)) => {
                    self.summary.files = 1;
                    self.summary.bytes_out = bytes_out;
                }
                Some(Err(error)) => self.fail(error),
                None => {}
            }
        }
        if self.summary.files == 0 {
            let file_failures = self.summary.file_failures;
            self.summary = Summary { file_failures, ..Summary::default() };
        }
        self.summary.bytes_in = bytes_in;
        self.crew.close(self.run.index, self.summary);
    }
}

fn create(target: Target, folder: Option<PathBuf>) -> Result<Writer> {
    if let Some(folder) = folder {
        fs::create_dir_all(&folder)
            .map_err(|cause| Error::Write { file: folder.display().to_string().into(), cause })?;
    }
    target.create()
}
