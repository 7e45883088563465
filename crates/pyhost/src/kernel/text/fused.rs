//! Units through one stage after the other. A unit becomes a Python string once, and each stage is
//! called with what the one before gave.

use std::sync::Arc;
use std::time::Duration;

use arrow::array::{Array, StringArray, UInt32Array};
use arrowsmith_contract::{AppliedText, CallContext, Error, Result, TextFailure};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyString, PyTuple};

use super::Stage;
use super::strings::{self, Strings};
use super::unit_failure::Place;
use crate::door::{self, Frame};
use crate::interrupt::Stay;
use crate::kernel::call::{call, look, next, timed};
use crate::kernel::failure::Failure;

/// All that is called within one crossing.
pub(super) struct Calls<'a, 'py> {
    py: Python<'py>,
    stages: &'a [Stage],
    /// What to call of each stage.
    callables: &'a [Bound<'py, PyAny>],
    /// The most time that one call may take.
    limit: Option<Duration>,
    context: &'a CallContext,
    stay: &'a Stay,
    /// The text that the stage at work was given.
    frame: Frame<'py>,
}

/// Which stage failed, and how. In a box, because it is large and results that may be one are moved
/// about for each call.
struct Failed(usize, Box<Failure>);

impl<'a, 'py> Calls<'a, 'py> {
    pub(super) fn new(
        py: Python<'py>,
        stages: &'a [Stage],
        callables: &'a [Bound<'py, PyAny>],
        limit: Option<Duration>,
        context: &'a CallContext,
        stay: &'a Stay,
    ) -> Self {
        Self { py, stages, callables, limit, context, stay, frame: Frame::new(py, 1) }
    }

    #[inline]
    fn call(
        &mut self,
        stage: usize,
        text: Bound<'py, PyAny>,
        unit: Option<usize>,
    ) -> Result<Bound<'py, PyAny>, Box<Failure>> {
        self.frame.set(0, text);
        let callable = &self.callables[stage];
        if self.stay.is_timed() {
            return call(self.stay, &mut self.frame, callable, unit).map_err(Box::new);
        }
        self.frame.call(callable).ok_or_else(|| Box::new(raised(self.py)))
    }

    /// One string through stages that each give one.
    #[inline]
    fn straight(
        &mut self,
        text: Bound<'py, PyAny>,
        unit: usize,
        results: &mut Strings,
    ) -> Result<(), Failed> {
        let last = self.stages.len() - 1;
        let mut text = text;
        for stage in 0..last {
            let given = self.call(stage, text, Some(unit)).and_then(strings::one);
            text = given.map_err(|failure| Failed(stage, failure))?;
        }
        let given = self.call(last, text, Some(unit));
        given
            .and_then(|given| strings::push(&given, results))
            .map_err(|failure| Failed(last, failure))
    }

    /// Strings through one stage, which may give several for each.
    fn spread(
        &mut self,
        stage: usize,
        texts: Vec<Bound<'py, PyAny>>,
        unit: Option<usize>,
    ) -> Result<Vec<Bound<'py, PyAny>>, Box<Failure>> {
        let mut given = Vec::with_capacity(texts.len());
        for text in texts {
            let value = self.call(stage, text, unit)?;
            if self.stages[stage].gives_many {
                self.gather(&value, unit, &mut given)?;
            } else {
                given.push(strings::one(value)?);
            }
        }
        Ok(given)
    }

    fn gather(
        &self,
        value: &Bound<'py, PyAny>,
        unit: Option<usize>,
        given: &mut Vec<Bound<'py, PyAny>>,
    ) -> Result<(), Box<Failure>> {
        let Some(iterator) = strings::several(value)? else {
            given.push(strings::one(value.clone())?);
            return Ok(());
        };
        while let Some(item) = next(self.stay, &iterator, unit)? {
            look(&self.context.token, given.len()).map_err(Failure::Other)?;
            given.push(strings::yielded(item)?);
        }
        Ok(())
    }

    /// One string through all stages; of a unit that fails nothing is added.
    fn spreading(
        &mut self,
        text: Bound<'py, PyAny>,
        unit: usize,
        results: &mut Strings,
    ) -> Result<usize, Failed> {
        let mut texts = vec![text];
        for stage in 0..self.stages.len() {
            let given = self.spread(stage, texts, Some(unit));
            texts = given.map_err(|failure| Failed(stage, failure))?;
        }
        let last = self.stages.len() - 1;
        results.push_all(&texts).map_err(|failure| Failed(last, failure.into()))?;
        Ok(texts.len())
    }

    /// What a stage has to say at the end.
    fn last_words(&self, stage: usize) -> Result<Vec<Bound<'py, PyAny>>, Box<Failure>> {
        let mut given = Vec::new();
        if !self.stages[stage].has_finish {
            return Ok(given);
        }
        let value = timed(self.stay, self.py, None, || {
            let method = self.callables[stage].getattr(intern!(self.py, "finish"))?;
            door::call(&method, &PyTuple::empty(self.py), None)
        })?;
        let value = value.map_err(Failure::Raised)?;
        if !value.is_none() {
            self.gather(&value, None, &mut given)?;
        }
        Ok(given)
    }

    #[cold]
    fn unit_failure(&self, failed: Failed, unit: usize) -> Result<TextFailure> {
        let Failed(stage, failure) = failed;
        let stage = &self.stages[stage];
        let place = Place::Unit(unit, &self.frame.arguments()[0]);
        let error = place.settle(self.py, *failure, stage, self.limit, self.context)?;
        Ok(TextFailure { unit, stage: Arc::clone(&stage.name), error })
    }

    #[cold]
    fn end_failure(&self, stage: usize, failure: Failure) -> Error {
        let settled =
            Place::End.settle(self.py, failure, &self.stages[stage], self.limit, self.context);
        settled.unwrap_or_else(|error| error)
    }
}

#[cold]
fn raised(py: Python<'_>) -> Failure {
    Failure::Raised(PyErr::fetch(py))
}

pub(super) fn run(calls: &mut Calls<'_, '_>, units: &StringArray) -> Result<AppliedText> {
    if calls.stages.iter().any(|stage| stage.gives_many) {
        run_spreading(calls, units)
    } else {
        run_straight(calls, units)
    }
}

fn run_straight(calls: &mut Calls<'_, '_>, units: &StringArray) -> Result<AppliedText> {
    let mut results = Strings::for_units(units);
    let mut failures = Vec::new();
    for unit in 0..units.len() {
        look(&calls.context.token, unit)?;
        let text = PyString::new(calls.py, units.value(unit)).into_any();
        if let Err(failed) = calls.straight(text, unit, &mut results) {
            failures.push(calls.unit_failure(failed, unit)?);
        }
    }
    let origins = (!failures.is_empty()).then(|| all_but(&failures, units.len()));
    Ok(AppliedText { units: results.finish(), origins, failures })
}

/// The units that did not fail.
fn all_but(failures: &[TextFailure], units: usize) -> UInt32Array {
    let mut failed = failures.iter().map(|failure| failure.unit).peekable();
    let is_whole = |unit: &usize| failed.next_if_eq(unit).is_none();
    (0..units).filter(is_whole).map(|unit| unit as u32).collect::<Vec<_>>().into()
}

fn run_spreading(calls: &mut Calls<'_, '_>, units: &StringArray) -> Result<AppliedText> {
    let mut results = Strings::for_units(units);
    let (mut origins, mut failures) = (Vec::with_capacity(units.len()), Vec::new());
    for unit in 0..units.len() {
        look(&calls.context.token, unit)?;
        let text = PyString::new(calls.py, units.value(unit)).into_any();
        match calls.spreading(text, unit, &mut results) {
            Ok(count) => origins.extend(std::iter::repeat_n(unit as u32, count)),
            Err(failed) => failures.push(calls.unit_failure(failed, unit)?),
        }
    }
    Ok(AppliedText { units: results.finish(), origins: Some(origins.into()), failures })
}

/// What the stages give at the end, each one's through those behind it.
pub(super) fn finish(calls: &mut Calls<'_, '_>) -> Result<StringArray> {
    let mut results = Strings::with_capacity(0, 0);
    let mut texts = Vec::new();
    for stage in 0..calls.stages.len() {
        let given = calls.spread(stage, texts, None).and_then(|mut given| {
            given.extend(calls.last_words(stage)?);
            Ok(given)
        });
        texts = match given {
            Ok(given) => given,
            Err(failure) => return Err(calls.end_failure(stage, *failure)),
        };
    }
    let last = calls.stages.len() - 1;
    results.push_all(&texts).map_err(|failure| calls.end_failure(last, failure))?;
    Ok(results.finish())
}
