//! What stands between who loads a function and who compiles it. Neither knows the other.

use std::fmt;
use std::sync::Arc;

use crate::{
    AggregateKernel, CallPolicy, Constant, FunctionSource, ScalarKernel, Signature, WindowKernel,
};

/// Why a function is not compiled, and where in its text that stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub file: Arc<str>,
    /// Counted from one, as the column, which counts characters.
    pub line: u32,
    pub column: u32,
    /// Lower case, about the construct: `a call of print, which is not known to be pure`.
    pub reason: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.reason)
    }
}

impl std::error::Error for Refusal {}

/// A scalar function that is called once a row, with all that a compiler may know of it.
#[derive(Debug)]
pub struct CompileTask<'a> {
    /// The qualified name.
    pub function: &'a Arc<str>,
    /// The text that runs, which was compared with the live function.
    pub source: &'a Arc<FunctionSource>,
    pub signature: &'a Signature,
    pub policy: CallPolicy,
    /// The interpreter's kernel of the same function. Rows that leave go there.
    pub fallback: Arc<dyn ScalarKernel>,
    pub live: Arc<dyn LiveCode>,
}

/// The functions that an aggregate or a window is made of.
#[derive(Debug, Clone)]
pub struct StateParts {
    /// `init`, `accumulate`, `merge`, `finalize` and `retract`, or `init` and `step`, whatever the
    /// text calls them. A plain class without `__init__` has no `init`.
    pub sources: Vec<(Arc<str>, Arc<FunctionSource>)>,
    pub form: StateForm,
}

/// What the functions take and give.
#[derive(Debug, Clone)]
pub enum StateForm {
    /// Each takes a state; `init`, `accumulate`, `merge` and `retract` return the next one, `step`
    /// returns it with the row's value.
    Functions,
    /// The same as methods of an object that is no part of the state: the first parameter of each
    /// stands for it, and nothing is known of it but its class.
    Methods { members: Vec<(Arc<str>, Member)> },
    /// They are methods of the state, which they change in place.
    Object {
        /// What the class itself has beside these methods, and what objects of it have when they
        /// are made.
        members: Vec<(Arc<str>, Member)>,
        /// The only attributes that objects can be given; None where they can be given any. What is
        /// listed here is no member.
        slots: Option<Vec<Arc<str>>>,
    },
}

/// What a class has under a name, for its objects.
#[derive(Debug, Clone, PartialEq)]
pub enum Member {
    Constant(Constant),
    /// A function whose first parameter is the object that it is called on.
    Method(Arc<FunctionSource>),
    /// A function that does not get the object.
    Static(Arc<FunctionSource>),
    /// Anything else, or a function that none of the others names.
    Opaque,
}

/// A function that carries a state from row to row, with all that a compiler may know of it.
#[derive(Debug)]
pub struct StateTask<'a, K: ?Sized> {
    /// The qualified name.
    pub function: &'a Arc<str>,
    pub parts: &'a StateParts,
    pub signature: &'a Signature,
    pub policy: CallPolicy,
    /// The interpreter's kernel of the same function, whose states can be exchanged.
    pub fallback: Arc<K>,
    pub live: Arc<dyn LiveCode>,
}

/// An aggregate function over rows.
pub type AggregateTask<'a> = StateTask<'a, dyn AggregateKernel>;
/// A window function of steps.
pub type WindowTask<'a> = StateTask<'a, dyn WindowKernel>;

/// The live function behind a text, with what its global names stand for.
pub trait LiveCode: Send + Sync + fmt::Debug {
    /// Why what runs is no longer what was compiled; None while it is. Runs no plugin code, but
    /// waits for the interpreter: never called while a lock is held, nor for each row.
    fn changed(&self) -> Option<String>;

    /// Whether what runs is what was compiled, asked on the thread of a caller, to which signals may
    /// come. It may be attached to the interpreter.
    ///
    /// # Errors
    /// What was raised meanwhile and is nobody's answer: a `KeyboardInterrupt`.
    fn is_current_here(&self) -> crate::Result<bool> {
        Ok(self.changed().is_none())
    }
}

/// The functions of `math`, as the interpreter of this process computes them.
pub trait MathReference {
    /// What `math.sin` and the like give; None where it raises, or gives no float. Never called
    /// while a lock is held: another thread may wait for that lock and hold the interpreter.
    fn call(&self, function: &str, arguments: &[f64]) -> Option<f64>;
}

/// Turns functions into kernels that give the same answers without the interpreter.
pub trait Compiler: Send + Sync + fmt::Debug {
    /// Takes a function only if it is proven pure.
    ///
    /// # Errors
    /// What in its text keeps the function with the interpreter.
    fn compile(
        &self,
        task: &CompileTask<'_>,
        math: &dyn MathReference,
    ) -> Result<Arc<dyn ScalarKernel>, Refusal>;

    /// As [`Self::compile`].
    ///
    /// # Errors
    /// What keeps the function with the interpreter.
    fn compile_aggregate(
        &self,
        task: &AggregateTask<'_>,
        math: &dyn MathReference,
    ) -> Result<Arc<dyn AggregateKernel>, Refusal>;

    /// As [`Self::compile`].
    ///
    /// # Errors
    /// What keeps the function with the interpreter.
    fn compile_window(
        &self,
        task: &WindowTask<'_>,
        math: &dyn MathReference,
    ) -> Result<Arc<dyn WindowKernel>, Refusal>;
}

/// What a compiled kernel did so far, over all queries.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NativeReport {
    /// Rows that it was given.
    pub rows: u64,
    /// Rows of these that the interpreter computed.
    pub left: u64,
    /// The places at which rows may leave, those included where none did, in the text's order.
    pub exits: Vec<ExitCount>,
    /// Why everything is left to the interpreter by now.
    pub given_up: Option<String>,
    /// The typed form, printed.
    pub ir: String,
}

/// A place at which rows leave a compiled function for the interpreter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExitCount {
    pub line: u32,
    pub column: u32,
    /// What happens there: `integer overflow`.
    pub reason: Arc<str>,
    pub rows: u64,
}

/// Why a function runs where it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TierReason {
    /// Its author, or who loaded it, said so.
    Declared,
    /// The compiler took it.
    Compiled,
    /// There is nothing to compile; what it is, in words: `a class`.
    Unfit(Arc<str>),
    Refused(Arc<Refusal>),
}

impl fmt::Display for TierReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Declared => f.write_str("declared"),
            Self::Compiled => f.write_str("compiled"),
            Self::Unfit(what) => f.write_str(what),
            Self::Refused(refusal) => {
                write!(f, "line {}, column {}: {}", refusal.line, refusal.column, refusal.reason)
            }
        }
    }
}
