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

pub(crate) use parts::parts;

use crate::Refusal;
use crate::code::{Program, inline};

/// The graph of a function, with the functions that it calls put in their places. The other question
/// is which builtins and functions of `math` are known to be pure, by their canonical names.
pub(crate) fn program(
    source: &FunctionSource,
    is_known: &dyn Fn(&str) -> bool,
) -> Result<Program, Refusal> {
    let functions = functions::Functions::lower(source, is_known)?;
    Ok(inline::program(functions))
}
