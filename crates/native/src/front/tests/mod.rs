//! The front against the interpreter, and what it makes and refuses, word by word.

mod catalogue;
mod graphs;
mod interpreter;
mod operators;
mod oracle;
mod random;
mod refusals;
pub(crate) mod sources;
mod values;
