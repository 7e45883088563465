//! A graph while it is being made.

use std::sync::Arc;

use crate::Place;
use crate::code::{Block, BlockId, End, Landing, Local, Op, Operand, Step};

#[derive(Default)]
struct Draft {
    steps: Vec<Step>,
    end: Option<(End, Place)>,
    on_exception: Option<Landing>,
    /// Whether something leads here.
    is_target: bool,
}

/// What can be gone back to.
pub(super) struct Mark {
    locals: usize,
    blocks: usize,
    current: Option<(BlockId, usize)>,
}

/// Steps are added to the current block; where nothing leads to, they are dropped.
pub(super) struct Graph {
    pub(super) locals: Vec<Arc<str>>,
    /// Where an exception goes from here.
    pub(super) landing: Option<Landing>,
    blocks: Vec<Draft>,
    current: Option<BlockId>,
    /// Steps and blocks so far.
    pub(super) size: usize,
}

impl Graph {
    pub(super) fn new() -> Self {
        let entry = Draft { is_target: true, ..Draft::default() };
        let current = Some(BlockId(0));
        Self { locals: vec![], landing: None, blocks: vec![entry], current, size: 0 }
    }

    pub(super) fn is_reachable(&self) -> bool {
        self.current.is_some()
    }

    pub(super) fn local(&mut self, name: &Arc<str>) -> Local {
        self.locals.push(Arc::clone(name));
        Local(self.locals.len() as u32 - 1)
    }

    pub(super) fn temporary(&mut self, name: &str) -> Local {
        let name = format!("%{name}{}", self.locals.len());
        self.local(&name.into())
    }

    pub(super) fn block(&mut self) -> BlockId {
        self.size += 1;
        self.blocks.push(Draft::default());
        BlockId(self.blocks.len() as u32 - 1)
    }

    fn draft(&mut self, id: BlockId) -> &mut Draft {
        &mut self.blocks[id.0 as usize]
    }

    /// Goes on in the block.
    pub(super) fn start(&mut self, id: BlockId) {
        self.current = self.draft(id).is_target.then_some(id);
    }

    pub(super) fn step(&mut self, op: Op, place: Place) {
        self.size += 1;
        if let Some(current) = self.in_landing(place) {
            self.draft(current).steps.push(Step { op, place });
        }
    }

    pub(super) fn set(&mut self, to: Local, value: Operand, place: Place) {
        self.step(Op::Set { to, value }, place);
    }

    pub(super) fn end(&mut self, end: End, place: Place) {
        let raises = !matches!(end, End::Jump(_) | End::Leave(_));
        let current = if raises { self.in_landing(place) } else { self.current };
        if let Some(current) = current {
            for target in end.targets() {
                self.draft(target).is_target = true;
            }
            self.draft(current).end = Some((end, place));
        }
        self.current = None;
    }

    pub(super) fn jump(&mut self, to: BlockId, place: Place) {
        self.end(End::Jump(to), place);
    }

    pub(super) fn branch(&mut self, test: Operand, yes: BlockId, no: BlockId, place: Place) {
        match test {
            Operand::Constant(value) => {
                self.jump(if value.is_true() { yes } else { no }, place);
            }
            Operand::Local(_) => self.end(End::Branch { test, yes, no }, place),
        }
    }

    /// The current block, or one after it if exceptions go elsewhere now.
    fn in_landing(&mut self, place: Place) -> Option<BlockId> {
        let mut current = self.current?;
        let landing = self.landing;
        if self.draft(current).on_exception != landing && !self.draft(current).steps.is_empty() {
            let next = self.block();
            self.jump(next, place);
            self.current = Some(next);
            current = next;
        }
        self.draft(current).on_exception = landing;
        if let Some(landing) = landing {
            self.draft(landing.block).is_target = true;
        }
        Some(current)
    }

    pub(super) fn mark(&self) -> Mark {
        let current = self.current.map(|id| (id, self.blocks[id.0 as usize].steps.len()));
        Mark { locals: self.locals.len(), blocks: self.blocks.len(), current }
    }

    /// Forgets what was added since.
    pub(super) fn go_back(&mut self, mark: &Mark) {
        self.locals.truncate(mark.locals);
        self.blocks.truncate(mark.blocks);
        self.current = mark.current.map(|(id, _)| id);
        if let Some((id, steps)) = mark.current {
            self.draft(id).steps.truncate(steps);
            self.draft(id).end = None;
        }
    }

    /// Blocks that nothing leads to have no end yet, and go when the graph is tidied.
    pub(super) fn into_parts(self) -> (Vec<Arc<str>>, Vec<Block>) {
        let block = |draft: Draft| {
            let (end, place) =
                draft.end.unwrap_or_else(|| (End::Leave("no end".into()), Place::default()));
            Block { steps: draft.steps, end, place, on_exception: draft.on_exception }
        };
        (self.locals, self.blocks.into_iter().map(block).collect())
    }
}
