//! Graphs without blocks that do nothing or that nothing leads to.

use super::{Block, BlockId, Code, End};

impl Code {
    pub(super) fn tidy(&mut self) {
        self.skip_empty_blocks();
        self.drop_unreachable_blocks();
        self.join_blocks();
        self.drop_unreachable_blocks();
    }

    /// Jumps to a block that only jumps go where that one goes.
    fn skip_empty_blocks(&mut self) {
        let goals: Vec<BlockId> = (0..self.blocks.len()).map(|from| self.goal(from)).collect();
        for block in &mut self.blocks {
            block.end.for_each_target(&mut |id| *id = goals[id.0 as usize]);
            if let Some(landing) = &mut block.on_exception {
                landing.block = goals[landing.block.0 as usize];
            }
        }
    }

    fn goal(&self, from: usize) -> BlockId {
        let mut at = from;
        // An endless loop without steps has no goal.
        for _ in 0..self.blocks.len() {
            match &self.blocks[at] {
                Block { steps, end: End::Jump(to), .. } if steps.is_empty() => at = to.0 as usize,
                _ => return BlockId(at as u32),
            }
        }
        BlockId(from as u32)
    }

    /// Puts a block behind the only one that leads to it.
    fn join_blocks(&mut self) {
        let mut sources = vec![0_usize; self.blocks.len()];
        for id in self.blocks.iter().flat_map(Block::successors) {
            sources[id.0 as usize] += 1;
        }
        for index in 0..self.blocks.len() {
            while let End::Jump(to) = self.blocks[index].end {
                let next = to.0 as usize;
                let same = self.blocks[next].on_exception == self.blocks[index].on_exception;
                if next == index || next == 0 || sources[next] != 1 || !same {
                    break;
                }
                let empty = Block {
                    steps: vec![],
                    end: End::Leave("joined".into()),
                    place: self.blocks[next].place,
                    on_exception: None,
                };
                let joined = std::mem::replace(&mut self.blocks[next], empty);
                self.blocks[index].steps.extend(joined.steps);
                self.blocks[index].end = joined.end;
                self.blocks[index].place = joined.place;
            }
        }
    }

    fn drop_unreachable_blocks(&mut self) {
        let reached = self.reached();
        let mut numbers = vec![None; self.blocks.len()];
        let mut kept = Vec::new();
        for (index, block) in std::mem::take(&mut self.blocks).into_iter().enumerate() {
            if reached[index] {
                numbers[index] = Some(BlockId(kept.len() as u32));
                kept.push(block);
            }
        }
        let renumber = |id: &mut BlockId| {
            if let Some(number) = numbers[id.0 as usize] {
                *id = number;
            }
        };
        for block in &mut kept {
            block.end.for_each_target(&mut { renumber });
            if let Some(landing) = &mut block.on_exception {
                renumber(&mut landing.block);
            }
        }
        self.blocks = kept;
    }

    fn reached(&self) -> Vec<bool> {
        let mut reached = vec![false; self.blocks.len()];
        let mut open = vec![BlockId(0)];
        while let Some(id) = open.pop() {
            if !std::mem::replace(&mut reached[id.0 as usize], true) {
                open.extend(self.block(id).successors());
            }
        }
        reached
    }
}
