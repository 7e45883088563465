//! The traits that backends implement and engines call, one for each kind of function, and one for
//! stages of text.
//!
//! Columns arrive in the signature's declared types (see [`crate::coerce`]), with two freedoms:
//! a string column may have any string layout, and NULLs are still there, because the kernel
//! applies the null policy. A kernel is called on the engine's worker threads, by several at once.

mod aggregate;
mod procedure;
mod scalar;
mod text;
mod window;

use std::sync::Arc;

pub use aggregate::{AggregateKernel, Aggregation, GroupedAccumulator, HandOver};
pub use procedure::{BatchStream, ProcedureArguments, ProcedureKernel, TableInput, Yielded};
pub use scalar::ScalarKernel;
pub use text::{AppliedText, TextFailure, TextKernel, TextRun, TextUnit};
pub use window::{WindowEvaluator, WindowKernel};

use crate::{Kind, Tier};

/// The kernel of a function of any kind.
#[derive(Debug, Clone)]
pub enum Kernel {
    Scalar(Arc<dyn ScalarKernel>),
    Aggregate(Arc<dyn AggregateKernel>),
    Procedure(Arc<dyn ProcedureKernel>),
    Window(Arc<dyn WindowKernel>),
}

impl Kernel {
    pub fn kind(&self) -> Kind {
        match self {
            Self::Scalar(_) => Kind::Scalar,
            Self::Aggregate(_) => Kind::Aggregate,
            Self::Procedure(_) => Kind::Procedure,
            Self::Window(_) => Kind::Window,
        }
    }

    pub fn tier(&self) -> Tier {
        match self {
            Self::Scalar(kernel) => kernel.tier(),
            Self::Aggregate(kernel) => kernel.tier(),
            Self::Procedure(kernel) => kernel.tier(),
            Self::Window(kernel) => kernel.tier(),
        }
    }
}
