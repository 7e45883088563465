//! A function as a control-flow graph without types.
//!
//! `front` makes it of the syntax tree; `specialise` gives it types. Statements are broken into
//! steps with one operation each, in Python's order of evaluation; `and`, `or`, chained comparisons
//! and conditional expressions are branches already; `finally` stands wherever it is reached.

#[cfg(test)]
pub(crate) mod check;
pub(crate) mod inline;
mod liveness;
mod loops;
mod objects;
mod parts;
mod print;
mod rename;
mod tidy;

use std::sync::Arc;

pub(crate) use liveness::Liveness;
pub(crate) use objects::{Class, Manner, take_apart};
pub(crate) use parts::{Fields, Holder, Part};

use crate::Place;
use crate::exceptions::ExceptionClass;

/// A function and those that it calls and that could not be put in its place. The first is the one
/// that was asked for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Program {
    pub(crate) functions: Vec<Code>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Code {
    pub(crate) name: Arc<str>,
    /// The parameters are the first locals. Callers within the program give every one of them.
    pub(crate) parameters: usize,
    /// How many of the last parameters the entry of a query can't give, because they are
    /// keyword-only. In the first function of a program they have defaults.
    pub(crate) keyword_only: usize,
    /// The defaults of the last parameters, which the entry of a query may leave out.
    pub(crate) defaults: Vec<Constant>,
    /// Names; those of temporaries and hidden variables begin with `%`.
    pub(crate) locals: Vec<Arc<str>>,
    /// The attributes of the object that it leaves behind when it returns, if that is its result.
    pub(crate) leaves_behind: Option<Fields>,
    /// The first one is the entry, and nothing jumps to it.
    pub(crate) blocks: Vec<Block>,
}

/// A place for any value, by its index in [`Code::locals`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Local(pub(crate) u32);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct BlockId(pub(crate) u32);

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Block {
    pub(crate) steps: Vec<Step>,
    pub(crate) end: End,
    /// Of the end.
    pub(crate) place: Place,
    /// Where an exception of a step or of the end goes; out of the function where there is none.
    pub(crate) on_exception: Option<Landing>,
}

/// The exception is put into the local, then the block is next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Landing {
    pub(crate) block: BlockId,
    pub(crate) exception: Local,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Step {
    pub(crate) op: Op,
    pub(crate) place: Place,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Operand {
    Local(Local),
    Constant(Constant),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Constant {
    None,
    Bool(bool),
    Int(i64),
    /// By its bits.
    Float(u64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum UnaryOp {
    Plus,
    Negative,
    Invert,
    Not,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum BinaryOp {
    Add,
    Subtract,
    Multiply,
    Divide,
    FloorDivide,
    Modulo,
    Power,
    ShiftLeft,
    ShiftRight,
    And,
    Or,
    Xor,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum CompareOp {
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Is,
    IsNot,
}

/// What a step does. A local that a step sets is set only if the step raises nothing.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Op {
    Set {
        to: Local,
        value: Operand,
    },
    /// Ends the life of a name: `del`, or the end of `except .. as name`. Raises where the name has no
    /// value and `is_del`.
    Unset {
        local: Local,
        is_del: bool,
    },
    Unary {
        to: Local,
        op: UnaryOp,
        value: Operand,
    },
    Binary {
        to: Local,
        op: BinaryOp,
        left: Operand,
        right: Operand,
    },
    /// One comparison of a chain.
    Compare {
        to: Local,
        op: CompareOp,
        left: Operand,
        right: Operand,
    },
    /// A builtin or a function of `math`, by its canonical name: `abs`, `math.sin`, `range`, `len`.
    /// Keyword arguments of builtins are refused by `front`, but for `round(x, ndigits=n)`.
    Call {
        to: Local,
        function: Arc<str>,
        arguments: Vec<Operand>,
    },
    /// Another function of the program, or this one; every parameter has its argument.
    CallFunction {
        to: Local,
        function: usize,
        arguments: Vec<Operand>,
    },
    Tuple {
        to: Local,
        items: Vec<Operand>,
    },
    /// Raises where the value has another number of items.
    Unpack {
        to: Vec<Local>,
        value: Operand,
    },
    Item {
        to: Local,
        value: Operand,
        index: Operand,
    },
    Attribute {
        to: Local,
        object: Operand,
        name: Arc<str>,
    },
    SetAttribute {
        object: Operand,
        name: Arc<str>,
        value: Operand,
    },
    /// An attribute that is a local of its own, because [`take_apart`] made it one.
    Field {
        to: Local,
        field: Local,
        /// What the class has for an object without a value of its own; raises where there is none.
        or_else: Option<Constant>,
    },
    /// `[]`
    NewList {
        to: Local,
    },
    Append {
        list: Operand,
        value: Operand,
    },
    /// The iterator of a `for`, for [`End::Next`].
    Iterate {
        to: Local,
        value: Operand,
    },
}

/// How a block ends.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum End {
    Jump(BlockId),
    /// By the truth value.
    Branch {
        test: Operand,
        yes: BlockId,
        no: BlockId,
    },
    Return(Operand),
    /// Puts the next item into the local, or goes to `done`.
    Next {
        iterator: Local,
        to: Local,
        body: BlockId,
        done: BlockId,
    },
    /// `raise` of a builtin class, or of an instance of one. What its arguments say doesn't matter: if
    /// nobody catches it, the interpreter raises it.
    Raise(ExceptionClass),
    /// `raise` alone, or the end of a `finally`: the exception of the local goes on.
    Reraise(Local),
    /// Whether `except classes` takes the exception.
    Caught {
        exception: Local,
        classes: Vec<ExceptionClass>,
        yes: BlockId,
        no: BlockId,
    },
    /// The interpreter must go on from the row's begin, because of what stands here.
    Leave(Arc<str>),
}

impl Constant {
    pub(crate) fn is_true(self) -> bool {
        match self {
            Self::None => false,
            Self::Bool(value) => value,
            Self::Int(value) => value != 0,
            Self::Float(bits) => f64::from_bits(bits) != 0.0,
        }
    }
}

impl Code {
    /// The default of each parameter that has one.
    pub(crate) fn all_defaults(&self) -> impl Iterator<Item = Option<Constant>> + '_ {
        let required = self.parameters - self.defaults.len();
        std::iter::repeat_n(None, required).chain(self.defaults.iter().copied().map(Some))
    }

    pub(crate) fn block(&self, id: BlockId) -> &Block {
        &self.blocks[id.0 as usize]
    }
}

impl Block {
    /// The blocks that may be next, that of an exception included.
    pub(crate) fn successors(&self) -> Vec<BlockId> {
        let mut next = self.end.targets();
        next.extend(self.on_exception.map(|landing| landing.block));
        next
    }
}

impl End {
    /// The blocks that may be next, but for those that an exception leads to.
    pub(crate) fn targets(&self) -> Vec<BlockId> {
        match self {
            Self::Jump(to) => vec![*to],
            Self::Branch { yes, no, .. } | Self::Caught { yes, no, .. } => vec![*yes, *no],
            Self::Next { body, done, .. } => vec![*body, *done],
            Self::Return(_) | Self::Raise(_) | Self::Reraise(_) | Self::Leave(_) => vec![],
        }
    }
}
