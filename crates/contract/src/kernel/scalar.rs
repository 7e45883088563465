//! One value a row.

use std::fmt;

use arrow::array::ArrayRef;

use crate::{CallContext, NativeReport, Result, Tier};

/// Computes a scalar function.
pub trait ScalarKernel: Send + Sync + fmt::Debug {
    /// Where it runs now: a compiled kernel may have given everything to the interpreter.
    fn tier(&self) -> Tier;

    /// Gives one value for each of `rows` rows; each column has that many. A function without
    /// parameters gets no columns. The answer has the declared return type and `rows` values.
    ///
    /// # Errors
    /// The function's own exception, a value that does not fit, or cancellation.
    fn invoke(&self, columns: &[ArrayRef], rows: usize, context: &CallContext) -> Result<ArrayRef>;

    /// What a compiled kernel did so far; None of any other.
    fn report(&self) -> Option<NativeReport> {
        None
    }
}
