//! One file on its way through the stages, shared by those who read, work and write.

use std::any::Any;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::SyncSender;

use parking_lot::Mutex;

use super::chain::{Chain, Done, Task};
use super::chunks::Chunk;
use crate::{Error, Result};

pub(super) struct FileRun {
    /// Which file of the run it is.
    pub(super) index: usize,
    pub(super) name: Arc<str>,
    is_abandoned: AtomicBool,
    /// Chains that nobody uses right now.
    chains: Mutex<Vec<Chain>>,
    queue: Mutex<Queue>,
}

/// Pieces of a file whose stages want them in their order.
#[derive(Default)]
struct Queue {
    waiting: VecDeque<Piece>,
    /// Whether a worker is at it, or will be.
    is_taken: bool,
}

/// A chunk, and where to send what becomes of it: nothing, if nobody wants it any more.
pub(super) struct Piece {
    pub(super) chunk: Chunk,
    pub(super) answer: SyncSender<Option<Result<Done>>>,
}

impl FileRun {
    pub(super) fn new(index: usize, name: Arc<str>) -> Self {
        Self {
            index,
            name,
            is_abandoned: AtomicBool::new(false),
            chains: Mutex::default(),
            queue: Mutex::default(),
        }
    }

    /// Says that the file has failed: what is still on its way is thrown away.
    pub(super) fn abandon(&self) {
        self.is_abandoned.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_abandoned(&self) -> bool {
        self.is_abandoned.load(Ordering::Relaxed)
    }

    /// Puts a piece behind the others. True if a worker has to be told.
    pub(super) fn enqueue(&self, piece: Piece) -> bool {
        let mut queue = self.queue.lock();
        queue.waiting.push_back(piece);
        !std::mem::replace(&mut queue.is_taken, true)
    }

    /// The next piece for the worker who is at it. If there is none, it no longer is.
    pub(super) fn dequeue(&self) -> Option<Piece> {
        let mut queue = self.queue.lock();
        let piece = queue.waiting.pop_front();
        queue.is_taken = piece.is_some();
        piece
    }

    /// Stages are other people's code: a panic of theirs is an error like others.
    pub(super) fn apply(&self, task: Task<'_>, chunk: Chunk) -> Result<Done> {
        let free = self.chains.lock().pop();
        let chain = || -> Result<(Chain, Done)> {
            let mut chain = free.map_or_else(|| Chain::begin(task), Ok)?;
            let done = chain.apply(task, chunk)?;
            Ok((chain, done))
        };
        let (chain, done) = match catch_unwind(AssertUnwindSafe(chain)) {
            Ok(answer) => answer?,
            Err(panic) => return Err(task.panicked(panic.as_ref())),
        };
        self.chains.lock().push(chain);
        Ok(done)
    }
}

impl Task<'_> {
    fn panicked(self, panic: &(dyn Any + Send)) -> Error {
        let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let message = text.or_else(|| panic.downcast_ref::<String>().cloned());
        Error::Panicked {
            stages: self.plan.names.join(", "),
            file: Arc::clone(self.source),
            message: message.unwrap_or_else(|| "it did not say why".to_owned()),
        }
    }
}
