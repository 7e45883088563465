//! The state of steps as a plain value, for who computes some of the rows elsewhere.

use arrowsmith_contract::{CallContext, Result, StateExchange, StateValue};
use pyo3::prelude::*;

use super::steps::Steps;
use crate::errors;
use crate::interrupt::Stay;
use crate::kernel::failure::{Failures, Place};
use crate::kernel::note;
use crate::kernel::plain_state::PlainStates;

/// There is one group, the partition that goes on.
impl StateExchange for Steps {
    fn put_states(
        &mut self,
        groups: &[usize],
        states: &[StateValue],
        context: &CallContext,
    ) -> Result<()> {
        let (callee, held) = (&self.callee, &mut self.state);
        callee.enter(context, |py, _| {
            for (_, state) in groups.iter().zip(states) {
                let object = PlainStates::new(py, None).object(state);
                let object = object
                    .map_err(|exception| errors::raised(py, exception, &callee.function, None))?;
                *held = Some(object.unbind());
            }
            Ok(())
        })
    }

    fn states(
        &mut self,
        groups: &[usize],
        context: &CallContext,
    ) -> Result<Vec<Option<StateValue>>> {
        let mut held = self.state.take();
        let states = self.callee.enter(context, |py, stay| {
            let value = |_: &usize| {
                if held.is_none() {
                    held = self.initial(py, context, stay)?;
                }
                let state = held.as_ref().map(|state| state.bind(py));
                Ok(state.and_then(|state| PlainStates::new(py, None).value(state)))
            };
            groups.iter().map(value).collect()
        });
        self.state = held;
        states
    }
}

impl Steps {
    /// What `init` gives; none where it fails and its policy takes that.
    fn initial(
        &self,
        py: Python<'_>,
        context: &CallContext,
        stay: &Stay,
    ) -> Result<Option<Py<PyAny>>> {
        let mut init = self.parts.part(py, &self.callee, "init", 0)?;
        match init.call(stay, None) {
            Ok(state) => Ok(Some(state.unbind())),
            Err(failure) => {
                let arguments = || note::arguments(&[]);
                let place = Place { part: Some("init"), row: None, arguments: &arguments };
                Failures::new(&self.callee, context, stay).settle(py, failure, &place)?;
                Ok(None)
            }
        }
    }
}
