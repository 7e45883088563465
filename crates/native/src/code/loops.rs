//! Where the loops of a graph begin.

use std::collections::HashSet;

use super::{BlockId, Code};

impl Code {
    /// The blocks that a jump back leads to: each cycle has one of them.
    pub(crate) fn loops(&self) -> HashSet<BlockId> {
        let mut found = HashSet::new();
        let mut seen = HashSet::new();
        let mut path = HashSet::new();
        // A block with what is still to be followed from it.
        let mut stack = Vec::new();
        self.enter(BlockId(0), &mut seen, &mut path, &mut stack);
        while let Some((block, targets)) = stack.last_mut() {
            let Some(target) = targets.pop() else {
                path.remove(block);
                stack.pop();
                continue;
            };
            if path.contains(&target) {
                found.insert(target);
            } else if !seen.contains(&target) {
                self.enter(target, &mut seen, &mut path, &mut stack);
            }
        }
        found
    }

    fn enter(
        &self,
        id: BlockId,
        seen: &mut HashSet<BlockId>,
        path: &mut HashSet<BlockId>,
        stack: &mut Vec<(BlockId, Vec<BlockId>)>,
    ) {
        seen.insert(id);
        path.insert(id);
        stack.push((id, self.block(id).successors()));
    }
}
