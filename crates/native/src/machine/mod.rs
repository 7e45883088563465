//! From the typed form to machine code, by Cranelift, and running it over batches.
//!
//! The machine trusts its module: [`compile`] verifies it first. [`body`] turns operations into
//! instructions: [`total`] and [`arithmetic`] what computes, [`calls`] what calls, [`lists`] what is done
//! with lists, whose memory is the [`arena`]; [`bounds`] knows which items are certainly there.
//! [`function`] makes functions that others call, [`rows`] the loop over a batch with the first function
//! inside of it, [`vector`] the same for two rows at a time; [`fold`] and [`grouped`] are the loops of
//! functions with a state.
//!
//! The safe faces: [`batch`] takes columns and gives an answer, [`states`] keeps the states of groups,
//! [`walk`] takes rows through one state, [`update`] through those of many groups.

mod arena;
mod arithmetic;
mod batch;
mod body;
mod bounds;
mod calls;
mod code;
mod fold;
mod frame;
mod function;
mod grouped;
mod host;
mod list_columns;
mod lists;
mod rows;
mod shape;
mod stack;
mod states;
#[cfg(test)]
mod tests;
mod total;
mod update;
mod vector;
mod walk;

use crate::ir::{Fault, Module, verify};

pub(crate) use batch::column_type;
pub use batch::{Answer, Left};
pub use code::Compiled;
pub(crate) use frame::{AWAY, UNFIT};
pub(crate) use host::libm;
pub(crate) use states::{Cell, Kept, States};
pub(crate) use walk::{Ended, Walk};

/// Why there is no machine code.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    #[error("the compiled form is broken: {0}")]
    Fault(#[from] Fault),

    #[error("the machine has no {0} yet")]
    Unsupported(&'static str),

    /// Of Cranelift; its text is for those who maintain this.
    #[error("no machine code: {0}")]
    Generator(String),

    /// Columns that the function doesn't take.
    #[error("the machine got wrong columns: {0}")]
    Columns(String),
}

/// How deep compiled functions may call each other. Python's own limit is 1000 less what is called
/// already; it is for the interpreter to say when it is reached.
pub const DEPTH: i64 = 400;

/// Makes machine code of a module, about a millisecond for each function.
///
/// # Errors
/// A broken module, one that uses what the machine can't do yet, or a fault of Cranelift.
pub fn compile(module: &Module) -> Result<Compiled, Error> {
    verify(module)?;
    if lists::cross_calls(module) {
        return Err(Error::Unsupported("lists in calls"));
    }
    if !module.state.is_empty() && lists::are_there(module) {
        return Err(Error::Unsupported("lists beside a state"));
    }
    code::generate(module)
}
