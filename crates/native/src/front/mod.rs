//! From a function's text to its graph.
//!
//! [`ruff`] parses and converts to [`syntax`], [`lower`] breaks that into steps, [`functions`] finds
//! what is called.

mod constants;
mod functions;
mod lower;
mod parts;
mod ruff;
mod syntax;
#[cfg(test)]
pub(crate) mod tests;

use arrowsmith_contract::FunctionSource;
use functions::{Functions, Objects};

pub(crate) use parts::parts;

use crate::Refusal;
use crate::code::{Program, inline};

/// The graph of a function, with the functions that it calls put in their places. The other question
/// is which builtins and functions of `math` are known to be pure, by their canonical names.
pub(crate) fn program(
    source: &FunctionSource,
    is_known: &dyn Fn(&str) -> bool,
) -> Result<Program, Refusal> {
    method(source, Objects { members: &[], given: 0 }, is_known)
}

/// The graph of a method that gets objects of its class.
fn method(
    source: &FunctionSource,
    class: Objects<'_>,
    is_known: &dyn Fn(&str) -> bool,
) -> Result<Program, Refusal> {
    Ok(inline::program(Functions::lower(source, class, is_known)?))
}
