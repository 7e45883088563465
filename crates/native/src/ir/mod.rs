//! The typed form of a function: what is verified, printed, shipped and turned into machine code.
//!
//! A function is a control-flow graph over typed variables that may be set again and again. All
//! operations are total: where Python would raise, or give a value that is no 64-bit number, there is
//! an explicit branch, or an operation with an *exit*. An exit gives the row up; the interpreter runs
//! it from its begin. Nothing that a function does is seen before it returns.

#[cfg(test)]
pub(crate) mod draft;
mod form;
pub mod host;
mod ops;
mod print;
#[cfg(test)]
pub(crate) mod sample;
mod tidy;
mod vars;
mod verify;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use form::{FormError, VERSION};
pub use host::HostFunction;
pub use ops::{BinaryOp, CheckedOp, Comparison, UnaryOp};
pub use verify::{Fault, verify};

use crate::Place;

/// A compiled function with those that it calls.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Module {
    /// The first one takes what [`Module::parameters`] say and gives [`Module::returns`].
    pub functions: Vec<Function>,
    pub exits: Vec<Exit>,
    /// What is carried from row to row, each an `Int` or a `Float`: a tag first, then the columns of
    /// [`crate::state::Layout`]. The first function takes it before the parameters and gives the next one
    /// before what it returns. Empty for a function of rows alone.
    pub state: Vec<Type>,
    /// Each parameter of a row: two variables of the first function where it may be NULL, whether
    /// there is a value (`Bool`) and the value (anything where there is none); else the value alone.
    pub parameters: Vec<Slot>,
    /// As the parameters; None where there is only a state to give.
    pub returns: Option<Slot>,
}

/// A value that comes from or goes to a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Slot {
    pub ty: Type,
    pub nullable: bool,
}

/// Where and why a row may leave.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Exit {
    pub place: Place,
    /// What happened: `integer overflow`, `division by zero`.
    pub reason: Arc<str>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Function {
    pub name: Arc<str>,
    pub parameters: Vec<Var>,
    pub returns: Vec<Type>,
    pub variables: Vec<Variable>,
    /// The first one is the entry, and nothing jumps to it.
    pub blocks: Vec<Block>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Variable {
    /// For readers; several may share one.
    pub name: Arc<str>,
    pub ty: Type,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Type {
    /// 64 bits, signed.
    Int,
    /// 64 bits, IEEE 754.
    Float,
    Bool,
    /// A column's list of values, all of them there.
    Ints,
    Floats,
    /// A list that the function makes. Copies of the variable are the same list.
    NewInts,
    NewFloats,
}

impl Module {
    /// Of all functions.
    pub(crate) fn ops(&self) -> impl Iterator<Item = &Op> {
        self.functions.iter().flat_map(Function::ops)
    }
}

impl Function {
    pub(crate) fn ops(&self) -> impl Iterator<Item = &Op> {
        self.blocks.iter().flat_map(|block| &block.ops)
    }
}

impl Type {
    /// Of one item of an array or list.
    pub fn item(self) -> Option<Self> {
        match self {
            Self::Ints | Self::NewInts => Some(Self::Int),
            Self::Floats | Self::NewFloats => Some(Self::Float),
            Self::Int | Self::Float | Self::Bool => None,
        }
    }
}

/// An index into [`Function::variables`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Var(pub u32);

/// An index into [`Function::blocks`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct BlockId(pub u32);

/// An index into [`Module::exits`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ExitId(pub u32);

/// An index into [`Module::functions`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FunctionId(pub u32);

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Block {
    pub ops: Vec<Op>,
    pub end: End,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Constant {
    Int(i64),
    /// By its bits.
    Float(u64),
    Bool(bool),
}

impl Constant {
    pub fn ty(self) -> Type {
        match self {
            Self::Int(_) => Type::Int,
            Self::Float(_) => Type::Float,
            Self::Bool(_) => Type::Bool,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Op {
    Constant {
        to: Var,
        value: Constant,
    },
    Copy {
        to: Var,
        from: Var,
    },
    Unary {
        to: Var,
        op: UnaryOp,
        value: Var,
    },
    Binary {
        to: Var,
        op: BinaryOp,
        left: Var,
        right: Var,
    },
    /// Of two ints; exits where the result is none.
    Checked {
        to: Var,
        op: CheckedOp,
        left: Var,
        right: Var,
        exit: ExitId,
    },
    /// `a * b + c`, rounded once.
    FusedMultiplyAdd {
        to: Var,
        a: Var,
        b: Var,
        c: Var,
    },
    /// Both are there; neither is computed by choice.
    Select {
        to: Var,
        test: Var,
        yes: Var,
        no: Var,
    },
    /// Exits unless the test holds.
    Guard {
        test: Var,
        exit: ExitId,
    },
    /// A function of ours or of libm; sets as many variables as it returns.
    Host {
        to: Vec<Var>,
        function: HostFunction,
        arguments: Vec<Var>,
    },
    /// If the function leaves, so does this one, by the same exit; it leaves by `too_deep` before the
    /// stack ends.
    Call {
        to: Vec<Var>,
        function: FunctionId,
        arguments: Vec<Var>,
        too_deep: ExitId,
    },
    /// The number of items of an array or a list.
    Length {
        to: Var,
        array: Var,
    },
    /// Exits where there is no such item; counts from zero, never from the end.
    Item {
        to: Var,
        array: Var,
        index: Var,
        exit: ExitId,
    },
    /// Exits where the lists of the row are more than there is room for.
    NewList {
        to: Var,
        exit: ExitId,
    },
    /// Exits as [`Op::NewList`].
    Push {
        list: Var,
        value: Var,
        exit: ExitId,
    },
    /// Stands at each back edge: the whole batch ends here if the query was stopped.
    Poll,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum End {
    Jump(BlockId),
    Branch {
        test: Var,
        yes: BlockId,
        no: BlockId,
    },
    /// As many as the function returns.
    Return(Vec<Var>),
    Exit(ExitId),
}
