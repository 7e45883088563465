//! Compiled functions as kernels: machine code for the rows, the interpreter for those that leave.
//!
//! When what was compiled is no longer what runs, or most rows leave, everything goes to the
//! interpreter from then on: [`record`] knows. [`arguments`] and [`answer`] are the columns on both
//! sides of the code; [`parts`] are the functions that an aggregate or a window is made of.

mod aggregate;
mod answer;
mod arguments;
mod guard;
mod lists;
mod pace;
mod parts;
#[cfg(test)]
mod played;
mod record;
mod scalar;
mod stretch;
mod window;

use arrowsmith_contract::{CallContext, Error};

pub use aggregate::NativeAggregate;
pub(crate) use guard::guarded;
pub use parts::{Coded, StateCodes, Stateful};
pub use scalar::{NativeScalar, Parts};
pub use window::NativeWindow;

/// Why code ended before its rows did.
fn stopped(context: &CallContext) -> Error {
    match context.token.check() {
        Err(error) => error,
        Ok(()) => Error::Internal("machine code stopped by itself".to_owned()),
    }
}
