//! Graphs with other numbers for their locals and blocks.

use super::{Block, BlockId, End, Landing, Local, Op, Operand};

/// Adds to each local and to each block that is named.
#[derive(Clone, Copy)]
pub(super) struct Shift {
    pub(super) locals: u32,
    pub(super) blocks: u32,
}

impl Shift {
    pub(super) fn local(self, local: Local) -> Local {
        Local(local.0 + self.locals)
    }

    pub(super) fn block_id(self, id: BlockId) -> BlockId {
        BlockId(id.0 + self.blocks)
    }

    pub(super) fn block(self, mut block: Block) -> Block {
        for step in &mut block.steps {
            step.op.for_each_local(&mut |local| *local = self.local(*local));
        }
        block.end.for_each_local(&mut |local| *local = self.local(*local));
        block.end.for_each_target(&mut |id| *id = self.block_id(*id));
        block.on_exception = block.on_exception.map(|landing| Landing {
            block: self.block_id(landing.block),
            exception: self.local(landing.exception),
        });
        block
    }
}

fn operand(operand: &mut Operand, change: &mut impl FnMut(&mut Local)) {
    if let Operand::Local(local) = operand {
        change(local);
    }
}

impl Op {
    /// Those that it reads and those that it sets.
    pub(super) fn for_each_local(&mut self, change: &mut impl FnMut(&mut Local)) {
        match self {
            Self::NewList { to } => change(to),
            Self::Unset { local, .. } => change(local),
            Self::Set { to, value }
            | Self::Unary { to, value, .. }
            | Self::Iterate { to, value }
            | Self::Attribute { to, object: value, .. } => {
                operand(value, change);
                change(to);
            }
            Self::Binary { to, left, right, .. }
            | Self::Compare { to, left, right, .. }
            | Self::Item { to, value: left, index: right } => {
                operand(left, change);
                operand(right, change);
                change(to);
            }
            Self::Call { to, arguments, .. }
            | Self::CallFunction { to, arguments, .. }
            | Self::Tuple { to, items: arguments } => {
                for argument in arguments {
                    operand(argument, change);
                }
                change(to);
            }
            Self::Unpack { to, value } => {
                operand(value, change);
                for local in to {
                    change(local);
                }
            }
            Self::Field { to, field, .. } => {
                change(field);
                change(to);
            }
            Self::SetAttribute { object, value, .. } | Self::Append { list: object, value } => {
                operand(object, change);
                operand(value, change);
            }
        }
    }
}

impl End {
    pub(super) fn for_each_local(&mut self, change: &mut impl FnMut(&mut Local)) {
        match self {
            Self::Branch { test: value, .. } | Self::Return(value) => operand(value, change),
            Self::Next { iterator, to, .. } => {
                change(iterator);
                change(to);
            }
            Self::Reraise(exception) | Self::Caught { exception, .. } => change(exception),
            Self::Jump(_) | Self::Raise(_) | Self::Leave(_) => {}
        }
    }

    pub(super) fn for_each_target(&mut self, change: &mut impl FnMut(&mut BlockId)) {
        match self {
            Self::Jump(to) => change(to),
            Self::Branch { yes, no, .. } | Self::Caught { yes, no, .. } => {
                change(yes);
                change(no);
            }
            Self::Next { body, done, .. } => {
                change(body);
                change(done);
            }
            Self::Return(_) | Self::Raise(_) | Self::Reraise(_) | Self::Leave(_) => {}
        }
    }
}
