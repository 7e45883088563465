//! The calls of one stay: each part, and what becomes of a group whose call failed.

use arrowsmith_contract::{CallContext, Result};
use pyo3::prelude::*;

use super::Declared;
use super::states::State;
use crate::interrupt::Stay;
use crate::kernel::failure::{Failure, Failures, Place};
use crate::kernel::note;
use crate::kernel::parts::PartCall;

/// What is at hand while a thread is inside for an aggregate.
pub(super) struct Calls<'a, 'py> {
    pub(super) py: Python<'py>,
    pub(super) declared: &'a Declared,
    pub(super) context: &'a CallContext,
    pub(super) stay: &'a Stay,
    failures: Failures<'a>,
    init: Option<PartCall<'py>>,
}

impl<'a, 'py> Calls<'a, 'py> {
    pub(super) fn new(
        py: Python<'py>,
        declared: &'a Declared,
        context: &'a CallContext,
        stay: &'a Stay,
    ) -> Self {
        let failures = Failures::new(&declared.callee, context, stay);
        Self { py, declared, context, stay, failures, init: None }
    }

    /// A part with room for so many arguments.
    pub(super) fn part(&self, name: &'static str, arguments: usize) -> Result<PartCall<'py>> {
        self.declared.parts.part(self.py, &self.declared.callee, name, arguments)
    }

    /// Takes a group's state for a call that gives the next one, none of a group that failed.
    /// Until [`Self::step`] has the next one the group counts as one that failed.
    #[inline]
    pub(super) fn take(&mut self, state: &mut State) -> Result<Option<Bound<'py, PyAny>>> {
        match std::mem::replace(state, State::Failed) {
            State::Held(object) => Ok(Some(object.into_bound(self.py))),
            State::Failed => Ok(None),
            State::Initial => self.initial(),
        }
    }

    /// A group's state, which stays there.
    pub(super) fn look_at(&mut self, state: &mut State) -> Result<Option<Bound<'py, PyAny>>> {
        let object = self.take(state)?;
        if let Some(object) = &object {
            *state = State::Held(object.clone().unbind());
        }
        Ok(object)
    }

    /// Calls with the state as the first argument in the frame, and keeps what comes of it.
    ///
    /// # Errors
    /// The failure of the call, which is still to be settled.
    #[inline]
    pub(super) fn step(
        &self,
        part: &mut PartCall<'py>,
        state: &mut State,
        row: Option<usize>,
    ) -> Result<(), Failure> {
        let answer = part.call(self.stay, row)?;
        let next = if self.declared.in_place { part.frame.arguments()[0].clone() } else { answer };
        *state = State::Held(next.unbind());
        Ok(())
    }

    fn initial(&mut self) -> Result<Option<Bound<'py, PyAny>>> {
        if self.init.is_none() {
            self.init = Some(self.part("init", 0)?);
        }
        let Some(init) = &mut self.init else { return Ok(None) };
        match init.call(self.stay, None) {
            Ok(state) => Ok(Some(state)),
            Err(failure) => {
                let arguments = || note::arguments(&[]);
                let place = Place { part: Some("init"), row: None, arguments: &arguments };
                self.settle(failure, &place)?;
                Ok(None)
            }
        }
    }

    pub(super) fn settle(&mut self, failure: Failure, place: &Place<'_>) -> Result<()> {
        self.failures.settle(self.py, failure, place)
    }
}
