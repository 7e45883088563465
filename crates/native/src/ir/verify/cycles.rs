//! Each loop can be stopped: every cycle of blocks passes a poll.

use super::super::{Block, Function, Op};
use super::{Fault, Verified, fault, successors};

#[derive(Clone, Copy, PartialEq)]
enum State {
    New,
    /// On the path from where the search began.
    Open,
    Done,
}

/// Trusts that all indices are in range. Searches in depth among the blocks that don't poll for a
/// way back to the path.
pub(super) fn check(function: &Function) -> Verified {
    let blocks = &function.blocks;
    let state = |block| if has_poll(block) { State::Done } else { State::New };
    let mut states: Vec<State> = blocks.iter().map(state).collect();
    for start in 0..blocks.len() {
        let mut path = vec![start];
        while let Some(&index) = path.last() {
            match states[index] {
                State::New => {
                    states[index] = State::Open;
                    for next in successors(&blocks[index]) {
                        match states[next] {
                            State::New => path.push(next),
                            State::Open => return Err(endless(index)),
                            State::Done => {}
                        }
                    }
                }
                State::Open | State::Done => {
                    states[index] = State::Done;
                    path.pop();
                }
            }
        }
    }
    Ok(())
}

fn endless(block: usize) -> Fault {
    Fault { block: Some(block), ..fault("a loop that never polls") }
}

fn has_poll(block: &Block) -> bool {
    block.ops.contains(&Op::Poll)
}
