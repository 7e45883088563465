//! One value a row.

mod returned;
mod row;
pub(super) mod vectorized;

use std::fmt;

use arrow::array::ArrayRef;
use arrowsmith_contract::{CallContext, Mode, Result, ScalarKernel, Tier};

use super::callee::Callee;
use super::target::Target;

/// A scalar function in Python.
pub(crate) struct PythonScalar {
    pub(crate) callee: Callee,
    pub(crate) target: Target,
}

impl fmt::Debug for PythonScalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PythonScalar({:?})", self.callee)
    }
}

impl ScalarKernel for PythonScalar {
    fn tier(&self) -> Tier {
        Tier::Inline
    }

    fn invoke(&self, columns: &[ArrayRef], rows: usize, context: &CallContext) -> Result<ArrayRef> {
        let callee = &self.callee;
        callee.check_shape(columns, rows)?;
        callee.enter(context, |py, stay| {
            let callable = self.target.callable(py, callee)?;
            match callee.mode {
                Mode::Row => row::run(callee, &callable, columns, rows, context, stay),
                Mode::VectorizedArrow | Mode::VectorizedNumpy => {
                    vectorized::run(callee, &callable, columns, rows, context, stay)
                }
            }
        })
    }
}
