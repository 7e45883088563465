//! One value a row.

use std::fmt;
use std::time::Duration;

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

    /// Whether an answer can be expected in less than `limit` on the thread that asks, without the
    /// interpreter: a short call costs less than the way to another thread. The thread may be attached
    /// to the interpreter, and is asked again by [`Self::compute_here`]. Columns are as for
    /// [`Self::invoke`].
    ///
    /// # Errors
    /// What a signal raised while this was found out.
    fn is_short(&self, columns: &[ArrayRef], rows: usize, limit: Duration) -> Result<bool> {
        let _ = (columns, rows, limit);
        Ok(false)
    }

    /// Computes here what [`Self::is_short`]. None where rows need the interpreter, or where it took
    /// more than twice as long as expected: nothing of that was seen outside, and the caller takes
    /// [`Self::invoke`]. Not for a thread that is attached to the interpreter or holds a lock.
    fn compute_here(&self, columns: &[ArrayRef], rows: usize, limit: Duration) -> Option<ArrayRef> {
        let _ = (columns, rows, limit);
        None
    }

    /// What a compiled kernel did so far; None of any other.
    fn report(&self) -> Option<NativeReport> {
        None
    }
}
