//! Stages of text: several of one unit are run in one crossing.
//!
//! - `run.rs` is what an engine uses for one text: it keeps the objects of stages that are classes.
//! - `fused.rs` puts units through stages that are called with strings, `vectorized.rs` through one
//!   that is called with arrays.
//! - `strings.rs` reads what stages give.
//! - `unit_failure.rs` decides what a failure is: the unit's, or the end of everything.

mod fused;
mod run;
mod strings;
mod unit_failure;
mod vectorized;

use std::fmt;
use std::sync::Arc;

use arrowsmith_contract::{CallContext, Result, TextKernel, TextRun, TextUnit};
use pyo3::prelude::*;

use super::callee::Callee;
use run::Run;

/// One stage, as its module declares it.
#[derive(Debug)]
pub(crate) struct Stage {
    pub(crate) name: Arc<str>,
    /// What errors call it.
    pub(crate) label: Arc<str>,
    pub(crate) file: Arc<str>,
    /// What is called, or the class of what is called.
    pub(crate) process: Py<PyAny>,
    pub(crate) is_class: bool,
    /// Whether it gives any number of strings for one.
    pub(crate) gives_many: bool,
    /// Whether its objects have something to say at the end.
    pub(crate) has_finish: bool,
}

/// Stages that follow each other, in Python.
pub(crate) struct PythonText(Arc<Chain>);

/// What the runs share.
struct Chain {
    callee: Callee,
    /// Just one, where it is vectorized.
    stages: Vec<Stage>,
    unit: TextUnit,
}

impl PythonText {
    pub(crate) fn new(callee: Callee, stages: Vec<Stage>, unit: TextUnit) -> Self {
        Self(Arc::new(Chain { callee, stages, unit }))
    }
}

impl fmt::Debug for PythonText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PythonText({} of each {})", self.0.callee.function, self.0.unit)
    }
}

impl TextKernel for PythonText {
    fn names(&self) -> Vec<Arc<str>> {
        self.0.stages.iter().map(|stage| Arc::clone(&stage.name)).collect()
    }

    fn unit(&self) -> &TextUnit {
        &self.0.unit
    }

    fn keeps_state(&self) -> bool {
        self.0.stages.iter().any(|stage| stage.is_class)
    }

    fn begin(&self, context: &CallContext) -> Result<Box<dyn TextRun>> {
        Ok(Box::new(Run::begin(Arc::clone(&self.0), context)?))
    }
}
