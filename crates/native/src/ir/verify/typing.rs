//! Indices and types of each operation.

use super::super::{BlockId, CheckedOp, End, ExitId, Function, Module, Op, Type, Var};
use super::{Fault, Verified, fault, type_of};

pub(super) fn check(module: &Module, function: &Function) -> Verified {
    let typing = Typing { module, function };
    for (index, block) in function.blocks.iter().enumerate() {
        for (place, op) in block.ops.iter().enumerate() {
            typing.op(op).map_err(|fault| Fault {
                block: Some(index),
                op: Some(place),
                what: format!("{} in {}", fault.what, function.op_text(op)),
                ..fault
            })?;
        }
        typing.end(&block.end).map_err(|fault| Fault { block: Some(index), ..fault })?;
    }
    Ok(())
}

struct Typing<'a> {
    module: &'a Module,
    function: &'a Function,
}

impl Typing<'_> {
    fn op(&self, op: &Op) -> Verified {
        match op {
            Op::Constant { to, value } => self.is(*to, value.ty()),
            Op::Copy { to, from } => self.is(*to, type_of(self.function, *from)?),
            Op::Unary { to, op, value } => {
                let (taken, given) = op.types();
                self.all(&[(*value, taken), (*to, given)])
            }
            Op::Binary { to, op, left, right } => {
                let (taken, given) = op.types();
                self.all(&[(*left, taken), (*right, taken), (*to, given)])
            }
            Op::Checked { to, op, left, right, exit } => {
                self.checked(*to, *op, *left, *right, *exit)
            }
            Op::FusedMultiplyAdd { to, a, b, c } => {
                self.all(&[*a, *b, *c, *to].map(|var| (var, Type::Float)))
            }
            Op::Select { to, test, yes, no } => self.select(*to, *test, *yes, *no),
            Op::Guard { test, exit } => {
                self.is(*test, Type::Bool)?;
                self.exit(*exit)
            }
            Op::Host { to, function, arguments } => {
                self.call(arguments, function.parameters(), to, function.returns())
            }
            Op::Call { to, function, arguments, too_deep } => {
                self.exit(*too_deep)?;
                let Some(called) = self.module.functions.get(function.0 as usize) else {
                    return Err(fault(format!("no function {}", function.0)));
                };
                let parameters: Verified<Vec<Type>> =
                    called.parameters.iter().map(|var| type_of(called, *var)).collect();
                self.call(arguments, &parameters?, to, &called.returns)
            }
            Op::Length { .. } | Op::Item { .. } | Op::NewList { .. } | Op::Push { .. } => {
                self.list(op)
            }
            Op::Poll => Ok(()),
        }
    }

    fn end(&self, end: &End) -> Verified {
        match end {
            End::Jump(to) => self.block(*to),
            End::Branch { test, yes, no } => {
                self.is(*test, Type::Bool)?;
                self.block(*yes)?;
                self.block(*no)
            }
            End::Return(values) => self.sequence(values, &self.function.returns, "returned values"),
            End::Exit(exit) => self.exit(*exit),
        }
    }

    fn checked(&self, to: Var, _: CheckedOp, left: Var, right: Var, exit: ExitId) -> Verified {
        self.all(&[left, right, to].map(|var| (var, Type::Int)))?;
        self.exit(exit)
    }

    fn select(&self, to: Var, test: Var, yes: Var, no: Var) -> Verified {
        let ty = type_of(self.function, to)?;
        if ty.item().is_some() {
            return Err(fault("a choice between lists"));
        }
        self.all(&[(test, Type::Bool), (yes, ty), (no, ty)])
    }

    fn list(&self, op: &Op) -> Verified {
        match op {
            Op::Length { to, array } => {
                self.item_of(*array)?;
                self.is(*to, Type::Int)
            }
            Op::Item { to, array, index, exit } => {
                let item = self.item_of(*array)?;
                self.all(&[(*index, Type::Int), (*to, item)])?;
                self.exit(*exit)
            }
            Op::NewList { to, exit } => {
                self.new_item_of(*to)?;
                self.exit(*exit)
            }
            Op::Push { list, value, exit } => {
                self.is(*value, self.new_item_of(*list)?)?;
                self.exit(*exit)
            }
            _ => Ok(()),
        }
    }

    fn item_of(&self, array: Var) -> Verified<Type> {
        let missing = || fault(format!("{} is no list", self.function.named(array)));
        type_of(self.function, array)?.item().ok_or_else(missing)
    }

    fn new_item_of(&self, list: Var) -> Verified<Type> {
        match type_of(self.function, list)? {
            Type::NewInts => Ok(Type::Int),
            Type::NewFloats => Ok(Type::Float),
            _ => Err(fault(format!(
                "{} is no list of the function's own",
                self.function.named(list)
            ))),
        }
    }

    fn call(&self, given: &[Var], taken: &[Type], to: &[Var], returns: &[Type]) -> Verified {
        self.sequence(given, taken, "arguments")?;
        self.sequence(to, returns, "results")?;
        match to.iter().enumerate().find(|(index, var)| to[..*index].contains(var)) {
            Some((_, var)) => Err(fault(format!("{} is set twice", self.function.named(*var)))),
            None => Ok(()),
        }
    }

    fn sequence(&self, vars: &[Var], types: &[Type], what: &str) -> Verified {
        if vars.len() != types.len() {
            return Err(fault(format!("{} {what} instead of {}", vars.len(), types.len())));
        }
        vars.iter().zip(types).try_for_each(|(var, ty)| self.is(*var, *ty))
    }

    fn all(&self, vars: &[(Var, Type)]) -> Verified {
        vars.iter().try_for_each(|(var, ty)| self.is(*var, *ty))
    }

    fn is(&self, var: Var, ty: Type) -> Verified {
        let found = type_of(self.function, var)?;
        if found == ty {
            return Ok(());
        }
        let name = self.function.named(var);
        Err(fault(format!("{name} is {found} instead of {ty}")))
    }

    fn exit(&self, exit: ExitId) -> Verified {
        match self.module.exits.get(exit.0 as usize) {
            Some(_) => Ok(()),
            None => Err(fault(format!("no exit {}", exit.0))),
        }
    }

    fn block(&self, block: BlockId) -> Verified {
        match block.0 {
            0 => Err(fault("a jump to the entry")),
            index if index as usize >= self.function.blocks.len() => {
                Err(fault(format!("no block {index}")))
            }
            _ => Ok(()),
        }
    }
}
