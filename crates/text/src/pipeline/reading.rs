//! What a lane's reader does: files become chunks.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, SyncSender, sync_channel};

use super::budget::Share;
use super::chain::Done;
use super::chunks::Chunks;
use super::crew::{Crew, Job, Work};
use super::file_run::{FileRun, Piece};
use super::progress::add;
use super::{FileFailure, Summary};
use crate::{Result, Target};

/// What a reader tells its writer.
pub(super) enum Message<'a> {
    Begin {
        run: Arc<FileRun>,
        target: Target,
        folder: Option<std::path::PathBuf>,
    },
    /// What the workers make of the next chunk comes this way.
    Chunk {
        answer: Receiver<Option<Result<Done>>>,
        share: Share<'a>,
    },
    End {
        read: Result<Read>,
        bytes_in: u64,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Read {
    All,
    /// Nobody wanted the rest.
    Part,
}

/// One lane's way to its writer and to the workers.
struct Lane<'l, 'a> {
    crew: &'a Crew<'a>,
    writer: &'l SyncSender<Message<'a>>,
    workers: &'l Sender<Work>,
}

/// Reads files until there are no more.
pub(super) fn read_files<'a>(
    crew: &'a Crew<'a>,
    writer: &SyncSender<Message<'a>>,
    workers: &Sender<Work>,
) {
    let lane = Lane { crew, writer, workers };
    while let Some((index, job)) = crew.next_job() {
        let run = Arc::new(FileRun::new(index, Arc::clone(job.source.name())));
        crew.guard(&run, || {
            if !crew.is_over(&run) {
                lane.read_file(&run, job);
            }
        });
    }
}

impl<'a> Lane<'_, 'a> {
    fn read_file(&self, run: &Arc<FileRun>, job: Job) {
        let Job { source, target, folder } = job;
        let reader = match source.open() {
            Ok(reader) => reader,
            Err(error) => {
                let failure = FileFailure { file: Arc::clone(&run.name), error };
                let summary = Summary { file_failures: vec![failure], ..Summary::default() };
                return self.crew.close(run.index, summary);
            }
        };
        if !self.tell(Message::Begin { run: Arc::clone(run), target, folder }) {
            return;
        }
        let name = Arc::clone(&run.name);
        let mut chunks = Chunks::new(name, reader, &self.crew.plan.cut, self.crew.options);
        let mut counted = 0;
        let read = self.read_chunks(run, &mut chunks, &mut counted);
        self.tell(Message::End { read, bytes_in: chunks.stored_bytes() });
    }

    fn read_chunks(
        &self,
        run: &Arc<FileRun>,
        chunks: &mut Chunks<'_>,
        counted: &mut u64,
    ) -> Result<Read> {
        loop {
            if self.crew.is_over(run) {
                return Ok(Read::Part);
            }
            let chunk = chunks.next()?;
            let stored = chunks.stored_bytes();
            add(&self.crew.options.progress.bytes_read, stored - *counted);
            *counted = stored;
            let (is_last, bytes) = (chunk.is_last, chunk.text.len());
            let share = self.crew.budget.take(bytes);
            let (answer, receiver) = sync_channel(1);
            if !self.tell(Message::Chunk { answer: receiver, share }) {
                return Ok(Read::Part);
            }
            self.hand_over(run, Piece { chunk, answer });
            if is_last {
                return Ok(Read::All);
            }
        }
    }

    fn hand_over(&self, run: &Arc<FileRun>, piece: Piece) {
        let work = if !self.crew.plan.is_ordered {
            Work::Piece(Arc::clone(run), piece)
        } else if run.enqueue(piece) {
            Work::Queue(Arc::clone(run))
        } else {
            return;
        };
        // Workers stay until the last reader has gone.
        drop(self.workers.send(work));
    }

    /// False if the writer has gone.
    fn tell(&self, message: Message<'a>) -> bool {
        self.writer.send(message).is_ok()
    }
}
