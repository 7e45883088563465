//! Makes the blocks of a function fewer: what is written one step after the other often only jumps on.

use super::{Block, BlockId, End, Function};

impl Function {
    /// Takes empty blocks out of the way, puts each block that has one way in behind where that comes
    /// from, and drops what nothing leads to. What the function does stays the same.
    pub(crate) fn tidy(&mut self) {
        self.skip_empty();
        self.join();
        self.drop_unreachable();
    }

    fn skip_empty(&mut self) {
        let next: Vec<BlockId> = (0..self.blocks.len()).map(|index| self.beyond(index)).collect();
        for block in &mut self.blocks {
            block.end.redirect(|id| next[id.0 as usize]);
        }
    }

    /// Where one gets to from a block by empty ones only.
    fn beyond(&self, index: usize) -> BlockId {
        let mut at = index;
        // A cycle of empty blocks would never end.
        for _ in 0..self.blocks.len() {
            match &self.blocks[at] {
                Block { ops, end: End::Jump(to) } if ops.is_empty() && to.0 != 0 => {
                    at = to.0 as usize;
                }
                _ => break,
            }
        }
        BlockId(at as u32)
    }

    fn join(&mut self) {
        let mut ways_in = vec![0_usize; self.blocks.len()];
        for block in &self.blocks {
            for target in block.end.targets() {
                ways_in[target.0 as usize] += 1;
            }
        }
        for index in 0..self.blocks.len() {
            while let End::Jump(to) = self.blocks[index].end {
                let to = to.0 as usize;
                if to == index || to == 0 || ways_in[to] != 1 {
                    break;
                }
                // Nothing leads there any more.
                let emptied = Block { ops: Vec::new(), end: End::Jump(BlockId(to as u32)) };
                let joined = std::mem::replace(&mut self.blocks[to], emptied);
                ways_in[to] = 0;
                self.blocks[index].ops.extend(joined.ops);
                self.blocks[index].end = joined.end;
            }
        }
    }

    /// The blocks that the entry leads to, in an order in which each follows one that leads to it. Of
    /// two the first comes first: what holds is likelier than what doesn't.
    pub(crate) fn reachable(&self) -> Vec<BlockId> {
        let mut order = Vec::new();
        let mut is_known = vec![false; self.blocks.len()];
        let mut waiting = vec![BlockId(0)];
        while let Some(id) = waiting.pop() {
            if std::mem::replace(&mut is_known[id.0 as usize], true) {
                continue;
            }
            order.push(id);
            waiting.extend(self.blocks[id.0 as usize].end.targets().into_iter().rev());
        }
        order
    }

    fn drop_unreachable(&mut self) {
        let order = self.reachable();
        let mut places = vec![BlockId(0); self.blocks.len()];
        for (place, id) in order.iter().enumerate() {
            places[id.0 as usize] = BlockId(place as u32);
        }
        let mut blocks: Vec<Option<Block>> = self.blocks.drain(..).map(Some).collect();
        self.blocks = order.iter().filter_map(|id| blocks[id.0 as usize].take()).collect();
        for block in &mut self.blocks {
            block.end.redirect(|id| places[id.0 as usize]);
        }
    }
}

impl End {
    /// The blocks that may be next.
    pub(crate) fn targets(&self) -> Vec<BlockId> {
        match self {
            Self::Jump(to) => vec![*to],
            Self::Branch { yes, no, .. } => vec![*yes, *no],
            Self::Return(_) | Self::Exit(_) => vec![],
        }
    }

    fn redirect(&mut self, to: impl Fn(BlockId) -> BlockId) {
        match self {
            Self::Jump(target) => *target = to(*target),
            Self::Branch { yes, no, .. } => {
                *yes = to(*yes);
                *no = to(*no);
            }
            Self::Return(_) | Self::Exit(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::{Op, Var};

    fn block(ops: usize, end: End) -> Block {
        Block { ops: vec![Op::Poll; ops], end }
    }

    #[test]
    fn chains_become_one_block_and_loops_stay() {
        let branch = End::Branch { test: Var(0), yes: BlockId(2), no: BlockId(5) };
        let mut function = Function {
            name: "f".into(),
            parameters: vec![Var(0)],
            returns: vec![],
            variables: vec![],
            blocks: vec![
                block(1, End::Jump(BlockId(1))),
                block(1, branch.clone()),
                block(0, End::Jump(BlockId(3))),
                block(2, End::Jump(BlockId(4))),
                block(0, End::Jump(BlockId(1))),
                block(0, End::Jump(BlockId(6))),
                block(0, End::Return(vec![])),
                block(0, End::Jump(BlockId(7))),
            ],
        };
        function.tidy();
        let branch = End::Branch { test: Var(0), yes: BlockId(2), no: BlockId(3) };
        let expected = [
            block(1, End::Jump(BlockId(1))),
            block(1, branch),
            block(2, End::Jump(BlockId(1))),
            block(0, End::Return(vec![])),
        ];
        assert_eq!(function.blocks, expected);
    }
}
