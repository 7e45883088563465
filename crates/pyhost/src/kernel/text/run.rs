//! Stages at work on one text.

use std::sync::Arc;

use arrow::array::StringArray;
use arrowsmith_contract::{AppliedText, CallContext, Mode, Result, TextRun};
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use super::fused::{self, Calls};
use super::unit_failure::Place;
use super::{Chain, Stage, vectorized};
use crate::door;
use crate::kernel::failure::Failure;

pub(super) struct Run {
    chain: Arc<Chain>,
    /// What is called of each stage that is a class.
    objects: Vec<Option<Py<PyAny>>>,
}

impl Run {
    /// Makes the objects of the stages that are classes.
    ///
    /// # Errors
    /// What their set-up raised, or cancellation.
    pub(super) fn begin(chain: Arc<Chain>, context: &CallContext) -> Result<Self> {
        let mut run = Self { chain, objects: Vec::new() };
        if run.chain.stages.iter().any(|stage| stage.is_class) {
            let chain = Arc::clone(&run.chain);
            chain.callee.enter(context, |py, _| {
                for stage in &chain.stages {
                    run.objects.push(set_up(py, stage, context)?);
                }
                Ok(())
            })?;
        }
        Ok(run)
    }

    /// What to call of each stage.
    fn callables<'py>(&self, py: Python<'py>) -> Vec<Bound<'py, PyAny>> {
        let callable = |(index, stage): (usize, &Stage)| match self.objects.get(index) {
            Some(Some(object)) => object.bind(py).clone(),
            _ => stage.process.bind(py).clone(),
        };
        self.chain.stages.iter().enumerate().map(callable).collect()
    }
}

fn set_up(py: Python<'_>, stage: &Stage, context: &CallContext) -> Result<Option<Py<PyAny>>> {
    if !stage.is_class {
        return Ok(None);
    }
    match door::call(stage.process.bind(py), &PyTuple::empty(py), None) {
        Ok(object) => Ok(Some(object.unbind())),
        Err(exception) => {
            let failure = Failure::Raised(exception);
            Err(Place::SetUp.error(py, failure, stage, None, context))
        }
    }
}

impl TextRun for Run {
    fn apply(&mut self, units: &StringArray, context: &CallContext) -> Result<AppliedText> {
        let chain = &self.chain;
        let limit = chain.callee.policy.timeout;
        chain.callee.enter(context, |py, stay| {
            let callables = self.callables(py);
            match (chain.callee.mode, chain.stages.as_slice(), callables.as_slice()) {
                (Mode::VectorizedArrow, [stage], [callable]) => {
                    vectorized::run((stage, callable), units, limit, context, stay)
                }
                (_, stages, callables) => {
                    let mut calls = Calls::new(py, stages, callables, limit, context, stay);
                    fused::run(&mut calls, units)
                }
            }
        })
    }

    fn finish(&mut self, context: &CallContext) -> Result<StringArray> {
        let chain = &self.chain;
        if !chain.stages.iter().any(|stage| stage.has_finish) {
            return Ok(StringArray::new_null(0));
        }
        chain.callee.enter(context, |py, stay| {
            let callables = self.callables(py);
            let limit = chain.callee.policy.timeout;
            let mut calls = Calls::new(py, &chain.stages, &callables, limit, context, stay);
            fused::finish(&mut calls)
        })
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        let objects = self.objects.drain(..).flatten().collect();
        self.chain.callee.drop_attached(objects);
    }
}
