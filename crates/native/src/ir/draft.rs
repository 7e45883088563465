//! Functions written by hand, for tests.

use super::{
    BinaryOp, Block, BlockId, Constant, End, Exit, ExitId, Function, HostFunction, Module, Op,
    Slot, Type, UnaryOp, Var, Variable,
};
use crate::Place;

/// A function in the making: its entry is begun.
pub(crate) struct Draft {
    function: Function,
    ops: Vec<Op>,
}

impl Draft {
    pub(crate) fn new(name: &str, parameters: &[Type], returns: &[Type]) -> Self {
        let function = Function {
            name: name.into(),
            parameters: vec![],
            returns: returns.into(),
            variables: vec![],
            blocks: vec![],
        };
        let mut draft = Self { function, ops: vec![] };
        draft.function.parameters = parameters.iter().map(|ty| draft.var(*ty)).collect();
        draft
    }

    pub(crate) fn parameter(&self, index: usize) -> Var {
        self.function.parameters[index]
    }

    pub(crate) fn var(&mut self, ty: Type) -> Var {
        self.function.variables.push(Variable { name: "v".into(), ty });
        Var(self.function.variables.len() as u32 - 1)
    }

    pub(crate) fn op(&mut self, op: Op) -> &mut Self {
        self.ops.push(op);
        self
    }

    pub(crate) fn int(&mut self, value: i64) -> Var {
        self.constant(Constant::Int(value))
    }

    pub(crate) fn float(&mut self, value: f64) -> Var {
        self.constant(Constant::Float(value.to_bits()))
    }

    pub(crate) fn constant(&mut self, value: Constant) -> Var {
        let to = self.var(value.ty());
        self.op(Op::Constant { to, value });
        to
    }

    pub(crate) fn unary(&mut self, op: UnaryOp, value: Var) -> Var {
        let to = self.var(op.types().1);
        self.op(Op::Unary { to, op, value });
        to
    }

    pub(crate) fn binary(&mut self, op: BinaryOp, left: Var, right: Var) -> Var {
        let to = self.var(op.types().1);
        self.op(Op::Binary { to, op, left, right });
        to
    }

    pub(crate) fn host(&mut self, function: HostFunction, arguments: &[Var]) -> Vec<Var> {
        let to: Vec<Var> = function.returns().iter().map(|ty| self.var(*ty)).collect();
        self.op(Op::Host { to: to.clone(), function, arguments: arguments.into() });
        to
    }

    /// Ends the block; the next one is begun. Gives the number of the one that ended.
    pub(crate) fn end(&mut self, end: End) -> BlockId {
        let ops = std::mem::take(&mut self.ops);
        self.function.blocks.push(Block { ops, end });
        BlockId(self.function.blocks.len() as u32 - 1)
    }

    pub(crate) fn finish(self) -> Function {
        self.function
    }

    /// A module of this function alone.
    pub(crate) fn module(self, parameters: &[Slot], returns: Slot) -> Module {
        module(vec![self.function], parameters, returns)
    }
}

/// A module with a state of a tag and these columns.
pub(crate) fn with_state(
    function: Function,
    columns: &[Type],
    parameters: &[Slot],
    returns: Option<Slot>,
) -> Module {
    let mut module = module(vec![function], parameters, INT);
    module.state = [&[Type::Int], columns].concat();
    module.returns = returns;
    module
}

/// With exits that say their own number.
pub(crate) fn module(functions: Vec<Function>, parameters: &[Slot], returns: Slot) -> Module {
    let exit = |index: u32| Exit {
        place: Place { start: index, end: index + 1 },
        reason: format!("exit {index}").into(),
    };
    let exits = (0..4).map(exit).collect();
    Module {
        functions,
        exits,
        state: vec![],
        parameters: parameters.into(),
        returns: Some(returns),
    }
}

pub(crate) const EXIT: ExitId = ExitId(0);
pub(crate) const INT: Slot = Slot { ty: Type::Int, nullable: false };
pub(crate) const FLOAT: Slot = Slot { ty: Type::Float, nullable: false };
pub(crate) const BOOL: Slot = Slot { ty: Type::Bool, nullable: false };

pub(crate) const fn nullable(slot: Slot) -> Slot {
    Slot { ty: slot.ty, nullable: true }
}
