//! A short queue of pieces of a table, from a task that may not block to a reader that must.
//!
//! Tokio's channels let their reader wait with a limit only by a timer of the runtime, which is late
//! when all workers are busy.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use arrow::array::RecordBatch;
use parking_lot::{Condvar, Mutex};
use tokio::sync::Notify;

use crate::Error;

/// Pieces that wait for their reader. More would only cost memory.
const WAITING: usize = 2;

/// Rows of one partition.
pub(super) struct Piece {
    /// Whether they are its first.
    pub(super) begins: bool,
    pub(super) batch: RecordBatch,
}

#[derive(Default)]
pub(super) struct Pipe {
    state: Mutex<State>,
    arrived: Condvar,
    room: Notify,
}

#[derive(Default)]
struct State {
    pieces: VecDeque<Piece>,
    end: Option<Result<(), Error>>,
    /// Nobody reads any more.
    closed: bool,
}

impl Pipe {
    /// Waits for room; false where nobody reads any more.
    pub(super) async fn send(&self, piece: Piece) -> bool {
        loop {
            {
                let mut state = self.state.lock();
                if state.closed {
                    return false;
                }
                if state.pieces.len() < WAITING {
                    state.pieces.push_back(piece);
                    self.arrived.notify_all();
                    return true;
                }
            }
            self.room.notified().await;
        }
    }

    /// Says that there is nothing more, if that was not said before.
    pub(super) fn end(&self, end: Result<(), Error>) {
        self.state.lock().end.get_or_insert(end);
        self.arrived.notify_all();
    }

    /// Tells the sender that nobody reads any more.
    pub(super) fn close(&self) {
        let mut state = self.state.lock();
        state.closed = true;
        let pieces = std::mem::take(&mut state.pieces);
        drop(state);
        drop(pieces);
        self.room.notify_one();
    }

    /// What the table failed with.
    pub(super) fn failure(&self) -> Option<Error> {
        match &self.state.lock().end {
            Some(Err(error)) => Some(error.clone()),
            _ => None,
        }
    }

    /// Looks at the next piece with `take`, which says whether it takes it. Blocks for at most
    /// `patience`; nothing at all means that there was no piece.
    pub(super) fn next(
        &self,
        patience: Duration,
        take: impl Fn(&Piece) -> bool,
    ) -> Option<Result<Next, Error>> {
        let until = Instant::now() + patience;
        let mut state = self.state.lock();
        loop {
            if let Some(piece) = state.pieces.front() {
                if !take(piece) {
                    return Some(Ok(Next::Left));
                }
                let piece = state.pieces.pop_front();
                self.room.notify_one();
                return piece.map(|piece| Ok(Next::Taken(piece)));
            }
            match &state.end {
                Some(Ok(())) => return Some(Ok(Next::End)),
                Some(Err(error)) => return Some(Err(error.clone())),
                None => {}
            }
            if self.arrived.wait_until(&mut state, until).timed_out() {
                return None;
            }
        }
    }
}

/// What a reader found.
pub(super) enum Next {
    Taken(Piece),
    /// There is a piece, which stays.
    Left,
    End,
}
