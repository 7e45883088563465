//! One file on its way through the stages, shared by those who read, work and write.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::SyncSender;

use parking_lot::Mutex;

use super::chain::{Chain, Done, Task};
use super::chunks::Chunk;
use super::foreign::catch;
use crate::Result;

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

    /// Runs a chunk through stages that nobody uses right now.
    pub(super) fn apply(&self, task: Task<'_>, chunk: Chunk) -> Result<Done> {
        let free = self.chains.lock().pop();
        let (chain, done) = catch(&task.plan.names, &self.name, || {
            let mut chain = free.map_or_else(|| Chain::begin(task), Ok)?;
            let done = chain.apply(task, chunk)?;
            Ok((chain, done))
        })?;
        self.chains.lock().push(chain);
        Ok(done)
    }

    /// Drops the stages' runs, whose own code may fail at that.
    pub(super) fn retire(&self, task: Task<'_>) -> Result<()> {
        let mut answer = Ok(());
        let next = || self.chains.lock().pop();
        while let Some(chain) = next() {
            let dropped = catch(&task.plan.names, &self.name, || {
                drop(chain);
                Ok(())
            });
            answer = answer.and(dropped);
        }
        answer
    }
}
