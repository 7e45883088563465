//! Ways to change a module: what compilers' mistakes are planted with.

use crate::ir::{
    BinaryOp, Constant, End, Function, HostFunction, Module, Op, Type, UnaryOp, Var, Variable,
};

/// Operations that stand in the place of another one.
pub(super) struct Instead<'a> {
    variables: &'a mut Vec<Variable>,
    ops: Vec<Op>,
}

impl Instead<'_> {
    pub(super) fn push(&mut self, op: Op) {
        self.ops.push(op);
    }

    pub(super) fn ty(&self, var: Var) -> Type {
        self.variables[var.0 as usize].ty
    }

    pub(super) fn fresh(&mut self, ty: Type) -> Var {
        self.variables.push(Variable { name: "planted".into(), ty });
        Var(self.variables.len() as u32 - 1)
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

    pub(super) fn host(&mut self, function: HostFunction, arguments: &[Var]) -> Var {
        let to = self.fresh(function.returns()[0]);
        self.push(Op::Host { to: vec![to], function, arguments: arguments.to_vec() });
        to
    }

    pub(super) fn copy(&mut self, to: Var, from: Var) {
        self.push(Op::Copy { to, from });
    }
}

/// Puts other operations in the place of some; `change` says whether it has written any for this one.
pub(super) fn ops(module: &mut Module, change: impl Fn(&Op, &mut Instead<'_>) -> bool) -> bool {
    let mut any = false;
    for Function { variables, blocks, .. } in &mut module.functions {
        for block in blocks {
            let mut instead = Instead { variables: &mut *variables, ops: Vec::new() };
            for op in std::mem::take(&mut block.ops) {
                if change(&op, &mut instead) {
                    any = true;
                } else {
                    instead.push(op);
                }
            }
            block.ops = instead.ops;
        }
    }
    any
}

/// Changes how blocks end; `change` says whether it has changed this one.
pub(super) fn ends(module: &mut Module, change: impl Fn(&mut End, &[bool]) -> bool) -> bool {
    let mut any = false;
    for function in &mut module.functions {
        let exits: Vec<bool> = function
            .blocks
            .iter()
            .map(|block| block.ops.is_empty() && matches!(block.end, End::Exit(_)))
            .collect();
        for block in &mut function.blocks {
            any |= change(&mut block.end, &exits);
        }
    }
    any
}

/// Computes something else where an operation of two values stands.
pub(super) fn binary(
    module: &mut Module,
    of: BinaryOp,
    wrong: impl Fn(&mut Instead<'_>, Var, Var) -> Var,
) -> bool {
    ops(module, |op, instead| match *op {
        Op::Binary { to, op, left, right } if op == of => {
            let value = wrong(instead, left, right);
            instead.copy(to, value);
            true
        }
        _ => false,
    })
}

pub(super) fn unary(
    module: &mut Module,
    of: UnaryOp,
    wrong: impl Fn(&mut Instead<'_>, Var) -> Var,
) -> bool {
    ops(module, |op, instead| match *op {
        Op::Unary { to, op, value } if op == of => {
            let value = wrong(instead, value);
            instead.copy(to, value);
            true
        }
        _ => false,
    })
}

/// Computes something else where a host function of one result is called.
pub(super) fn host(
    module: &mut Module,
    of: HostFunction,
    wrong: impl Fn(&mut Instead<'_>, &[Var]) -> Var,
) -> bool {
    ops(module, |op, instead| match op {
        Op::Host { to, function, arguments } if *function == of => {
            let value = wrong(instead, arguments);
            instead.copy(to[0], value);
            true
        }
        _ => false,
    })
}

/// Takes the second result of a host function, whether the first one is right, for true.
pub(super) fn trusted(module: &mut Module, of: HostFunction) -> bool {
    ops(module, |op, instead| match op {
        Op::Host { to, function, .. } if *function == of => {
            instead.push(op.clone());
            instead.push(Op::Constant { to: to[1], value: Constant::Bool(true) });
            true
        }
        _ => false,
    })
}
