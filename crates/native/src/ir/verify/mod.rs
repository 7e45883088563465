//! Proves that a module may become machine code: indices, types, values set before they are used,
//! loops that can be stopped.
//!
//! The machine trusts what this accepts. It makes no claim about meaning: that is for the
//! differential tests.

mod cycles;
mod defined;
#[cfg(test)]
mod faults;
mod typing;

use std::fmt;
use std::sync::Arc;

use super::{Block, Function, Module, Slot, Type, Var};

/// What is wrong with a module, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub function: Option<Arc<str>>,
    pub block: Option<usize>,
    /// None for the end of the block.
    pub op: Option<usize>,
    pub what: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(function) = &self.function {
            write!(f, "function {function}, ")?;
        }
        match (self.block, self.op) {
            (Some(block), Some(op)) => write!(f, "b{block}, op {op}: ")?,
            (Some(block), None) => write!(f, "b{block}, end: ")?,
            (None, _) => {}
        }
        f.write_str(&self.what)
    }
}

impl std::error::Error for Fault {}

type Verified<T = ()> = Result<T, Fault>;

/// # Errors
/// The first fault that is found.
pub fn verify(module: &Module) -> Result<(), Fault> {
    let Some(entry) = module.functions.first() else {
        return Err(fault("the module has no function"));
    };
    for function in &module.functions {
        let checks = signature(function)
            .and_then(|()| typing::check(module, function))
            .and_then(|()| defined::check(function))
            .and_then(|()| cycles::check(function));
        checks.map_err(|fault| Fault { function: Some(Arc::clone(&function.name)), ..fault })?;
    }
    row(module, entry)
}

fn fault(what: impl Into<String>) -> Fault {
    Fault { function: None, block: None, op: None, what: what.into() }
}

/// Parameters are variables, each another one; there is a block to begin with.
fn signature(function: &Function) -> Verified {
    for (index, parameter) in function.parameters.iter().enumerate() {
        type_of(function, *parameter)?;
        if function.parameters[..index].contains(parameter) {
            return Err(fault(format!("{} is two parameters", function.named(*parameter))));
        }
    }
    if function.blocks.is_empty() {
        return Err(fault("there are no blocks"));
    }
    Ok(())
}

/// The first function takes and gives what the module says of a row.
fn row(module: &Module, entry: &Function) -> Verified {
    let carried = || module.state.iter().copied();
    let parameters = module.parameters.iter().flat_map(|slot| slot.variables());
    let given: Vec<Type> = carried().chain(parameters).collect();
    let taken: Verified<Vec<Type>> =
        entry.parameters.iter().map(|parameter| type_of(entry, *parameter)).collect();
    let returns = module.returns.iter().flat_map(|slot| slot.variables());
    let wanted: Vec<Type> = carried().chain(returns).collect();
    let name = || Some(Arc::clone(&entry.name));
    if taken? != given {
        let what = "the parameters differ from those of a row";
        return Err(Fault { function: name(), ..fault(what) });
    }
    if entry.returns != wanted {
        let what = "what is returned differs from what a row gives";
        return Err(Fault { function: name(), ..fault(what) });
    }
    if module.parameters.iter().any(|slot| matches!(slot.ty, Type::NewInts | Type::NewFloats)) {
        return Err(fault("a list that the function makes can't be a parameter of a row"));
    }
    if module.returns.is_some_and(|slot| matches!(slot.ty, Type::Ints | Type::Floats)) {
        return Err(fault("a column's list can't be what a row gives"));
    }
    state(module)
}

/// A tag and numbers.
fn state(module: &Module) -> Verified {
    if module.state.first().is_some_and(|tag| *tag != Type::Int) {
        return Err(fault("a state begins with its tag, which is an int"));
    }
    if module.state.iter().any(|ty| !matches!(ty, Type::Int | Type::Float)) {
        return Err(fault("a state has ints and floats only"));
    }
    if module.state.is_empty() && module.returns.is_none() {
        return Err(fault("a row gives nothing"));
    }
    Ok(())
}

impl Slot {
    /// The types of the variables that stand for it.
    pub(crate) fn variables(self) -> impl Iterator<Item = Type> {
        self.nullable.then_some(Type::Bool).into_iter().chain([self.ty])
    }
}

fn type_of(function: &Function, var: Var) -> Verified<Type> {
    let variable = function.variables.get(var.0 as usize);
    variable.map(|variable| variable.ty).ok_or_else(|| fault(format!("no variable {}", var.0)))
}

/// The blocks that may be next, checked to be there by `typing`.
fn successors(block: &Block) -> impl Iterator<Item = usize> {
    block.end.targets().into_iter().map(|block| block.0 as usize)
}
