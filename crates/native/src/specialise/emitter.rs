//! Writes one function of the typed form.

use std::collections::HashMap;
use std::sync::Arc;

use crate::code::Local;
use crate::ir::{
    BinaryOp, Block, BlockId, CheckedOp, Comparison, Constant, End, ExitId, Function, HostFunction,
    Op, Type, UnaryOp, Var, Variable,
};

/// Blocks that have no end yet are open; operations go to the current one.
#[derive(Debug, Default)]
pub(super) struct Emitter {
    variables: Vec<Variable>,
    blocks: Vec<(Vec<Op>, Option<End>)>,
    current: usize,
    /// The variables of locals, by the place in the local's shape and the type.
    homes: HashMap<(Local, usize, Type), Var>,
}

impl Emitter {
    pub(super) fn variable(&mut self, name: &Arc<str>, ty: Type) -> Var {
        self.variables.push(Variable { name: Arc::clone(name), ty });
        Var(self.variables.len() as u32 - 1)
    }

    pub(super) fn fresh(&mut self, ty: Type) -> Var {
        self.variable(&Arc::from(""), ty)
    }

    /// The variable of a local for the so-manieth part of its shape.
    pub(super) fn home(&mut self, local: Local, name: &Arc<str>, part: usize, ty: Type) -> Var {
        if let Some(var) = self.homes.get(&(local, part, ty)) {
            return *var;
        }
        let var = self.variable(name, ty);
        self.homes.insert((local, part, ty), var);
        var
    }

    pub(super) fn block(&mut self) -> BlockId {
        self.blocks.push((Vec::new(), None));
        BlockId(self.blocks.len() as u32 - 1)
    }

    pub(super) fn switch_to(&mut self, block: BlockId) {
        self.current = block.0 as usize;
    }

    pub(super) fn len(&self) -> usize {
        self.blocks.len()
    }

    pub(super) fn push(&mut self, op: Op) {
        self.blocks[self.current].0.push(op);
    }

    pub(super) fn end(&mut self, end: End) {
        self.blocks[self.current].1 = Some(end);
    }

    pub(super) fn constant(&mut self, value: Constant) -> Var {
        let to = self.fresh(value.ty());
        self.push(Op::Constant { to, value });
        to
    }

    pub(super) fn int(&mut self, value: i64) -> Var {
        self.constant(Constant::Int(value))
    }

    pub(super) fn float(&mut self, value: f64) -> Var {
        self.constant(Constant::Float(value.to_bits()))
    }

    pub(super) fn bool(&mut self, value: bool) -> Var {
        self.constant(Constant::Bool(value))
    }

    pub(super) fn copy(&mut self, to: Var, from: Var) {
        if to != from {
            self.push(Op::Copy { to, from });
        }
    }

    pub(super) fn unary(&mut self, op: UnaryOp, value: Var) -> Var {
        let to = self.fresh(op.types().1);
        self.push(Op::Unary { to, op, value });
        to
    }

    pub(super) fn binary(&mut self, op: BinaryOp, left: Var, right: Var) -> Var {
        let to = self.fresh(op.types().1);
        self.push(Op::Binary { to, op, left, right });
        to
    }

    pub(super) fn compare_ints(&mut self, how: Comparison, left: Var, right: Var) -> Var {
        self.binary(BinaryOp::CompareInt(how), left, right)
    }

    pub(super) fn compare_floats(&mut self, how: Comparison, left: Var, right: Var) -> Var {
        self.binary(BinaryOp::CompareFloat(how), left, right)
    }

    pub(super) fn checked(&mut self, op: CheckedOp, left: Var, right: Var, exit: ExitId) -> Var {
        let to = self.fresh(Type::Int);
        self.push(Op::Checked { to, op, left, right, exit });
        to
    }

    pub(super) fn select(&mut self, test: Var, yes: Var, no: Var) -> Var {
        let to = self.fresh(self.variables[yes.0 as usize].ty);
        self.push(Op::Select { to, test, yes, no });
        to
    }

    pub(super) fn host(&mut self, function: HostFunction, arguments: &[Var]) -> Vec<Var> {
        let to: Vec<Var> = function.returns().iter().map(|ty| self.fresh(*ty)).collect();
        self.push(Op::Host { to: to.clone(), function, arguments: arguments.to_vec() });
        to
    }

    /// The function; None if a block has no end, which would be a fault of ours.
    pub(super) fn finish(
        self,
        name: Arc<str>,
        parameters: Vec<Var>,
        returns: Vec<Type>,
    ) -> Option<Function> {
        let blocks = self.blocks.into_iter();
        let blocks = blocks.map(|(ops, end)| Some(Block { ops, end: end? })).collect::<Option<_>>();
        Some(Function { name, parameters, returns, variables: self.variables, blocks: blocks? })
    }
}
