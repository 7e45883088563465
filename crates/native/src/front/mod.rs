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

use std::sync::Arc;

use arrowsmith_contract::{Binding, FunctionSource};

pub(crate) use parts::parts;

use crate::Refusal;
use crate::code::{Program, inline};

/// The graph of a function, with the functions that it calls put in their places. The other question
/// is which builtins and functions of `math` are known to be pure, by their canonical names.
pub(crate) fn program(
    source: &FunctionSource,
    is_known: &dyn Fn(&str) -> bool,
) -> Result<Program, Refusal> {
    method(source, &[], is_known)
}

/// The graph of a method of a class whose objects have these members; other methods are helpers among
/// them.
fn method(
    source: &FunctionSource,
    members: &[(Arc<str>, Binding)],
    is_known: &dyn Fn(&str) -> bool,
) -> Result<Program, Refusal> {
    let functions = functions::Functions::lower(source, members, is_known)?;
    Ok(inline::program(functions))
}
