//! Each loop can be stopped: every cycle of blocks passes a poll.

use super::super::{Block, Function, Op};
use super::{Fault, Verified, fault, successors};

/// Trusts that all indices are in range. Blocks are taken away, those without predecessors first;
/// what remains among those that don't poll are cycles.
pub(super) fn check(function: &Function) -> Verified {
    let polls: Vec<bool> = function.blocks.iter().map(has_poll).collect();
    let mut ways_in = vec![0_usize; function.blocks.len()];
    let unpolled = || function.blocks.iter().enumerate().filter(|(index, _)| !polls[*index]);
    for next in unpolled().flat_map(|(_, block)| successors(block)) {
        ways_in[next] += 1;
    }
    let mut free: Vec<usize> =
        unpolled().map(|(index, _)| index).filter(|index| ways_in[*index] == 0).collect();
    let mut left = unpolled().count();
    while let Some(index) = free.pop() {
        left -= 1;
        for next in successors(&function.blocks[index]) {
            ways_in[next] -= 1;
            if ways_in[next] == 0 && !polls[next] {
                free.push(next);
            }
        }
    }
    if left == 0 {
        return Ok(());
    }
    let block = (0..polls.len()).find(|index| !polls[*index] && ways_in[*index] > 0);
    Err(Fault { block, ..fault("a loop that never polls") })
}

fn has_poll(block: &Block) -> bool {
    block.ops.contains(&Op::Poll)
}
