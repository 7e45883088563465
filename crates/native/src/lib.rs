//! The native tier: functions in a subset of Python, as machine code that gives CPython's answers
//! to the last bit.
//!
//! A function walks: text -> [`front`] (ruff's parser, then a syntax tree of our own) -> [`code`]
//! (a control-flow graph without types) -> [`specialise`] (types, and every place at which a row
//! may have to leave) -> [`ir`] (typed, verified, printable, serialisable) -> [`machine`]
//! (Cranelift) -> [`kernel`], which runs it over batches and gives the rows that left to the
//! interpreter.
//!
//! No Python object lives here: what a function's global names stood for comes as
//! [`arrowsmith_contract::FunctionSource`].

mod code;
mod compiler;
mod exceptions;
mod front;
pub mod ir;
pub mod kernel;
pub mod machine;
mod place;
#[cfg(test)]
mod recorded;
mod reference;
mod refusal;
mod specialise;
pub mod state;

pub use compiler::Compiler;
pub use place::Place;
pub use refusal::Refusal;
