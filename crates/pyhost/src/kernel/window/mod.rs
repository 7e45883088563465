//! One value a row, from a state that walks over ordered rows.

mod exchange;
mod generators;
mod rows;
mod steps;
mod whole;

use std::fmt;
use std::sync::Arc;

use arrowsmith_contract::{CallContext, Result, Tier, WindowEvaluator, WindowKernel};

use super::callee::Callee;
use super::parts::Parts;
use super::target::Target;

/// A window function in Python.
pub(crate) struct PythonWindow {
    callee: Arc<Callee>,
    form: Form,
}

/// How the author wrote it.
#[derive(Debug, Clone)]
pub(crate) enum Form {
    /// `init` and `step`.
    Steps(Arc<Parts>),
    /// A generator over the rows of a partition.
    Generator(Arc<Target>),
    /// A function of the arrays of a partition.
    Whole(Arc<Target>),
}

impl PythonWindow {
    pub(crate) fn new(callee: Callee, form: Form) -> Self {
        Self { callee: Arc::new(callee), form }
    }

    pub(crate) fn callee(&self) -> &Callee {
        &self.callee
    }
}

impl fmt::Debug for PythonWindow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PythonWindow({:?})", self.callee)
    }
}

impl WindowKernel for PythonWindow {
    fn tier(&self) -> Tier {
        Tier::Inline
    }

    fn needs_whole_partitions(&self) -> bool {
        matches!(self.form, Form::Whole(_))
    }

    fn evaluator(&self, _context: &CallContext) -> Result<Box<dyn WindowEvaluator>> {
        let callee = Arc::clone(&self.callee);
        Ok(match &self.form {
            Form::Steps(parts) => Box::new(steps::Steps::new(callee, Arc::clone(parts))),
            Form::Generator(target) => {
                Box::new(generators::Generators::new(callee, Arc::clone(target)))
            }
            Form::Whole(target) => Box::new(whole::Whole::new(callee, Arc::clone(target))),
        })
    }
}
