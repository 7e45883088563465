//! States as plain values, for who computes some of the groups elsewhere.

use arrowsmith_contract::{CallContext, Result, StateExchange, StateValue};
use pyo3::prelude::*;

use super::Declared;
use super::accumulator::Accumulator;
use super::states::State;
use crate::errors;
use crate::kernel::plain_state::{PlainStates, StateClass};

impl StateExchange for Accumulator {
    fn put_states(
        &mut self,
        groups: &[usize],
        states: &[StateValue],
        context: &CallContext,
    ) -> Result<()> {
        self.grow(groups.iter().max().map_or(0, |last| last + 1));
        self.enter(context, |shared, calls, held| {
            let declared = &shared.declared;
            let class = declared.class(calls.py);
            let plain = PlainStates::new(calls.py, class);
            for (group, state) in groups.iter().zip(states) {
                let object = plain.object(state).map_err(|exception| {
                    errors::raised(calls.py, exception, &declared.callee.function, None)
                })?;
                held[*group] = State::Held(object.unbind());
            }
            Ok(())
        })
    }

    fn states(
        &mut self,
        groups: &[usize],
        context: &CallContext,
    ) -> Result<Vec<Option<StateValue>>> {
        self.grow(groups.iter().max().map_or(0, |last| last + 1));
        self.enter(context, |shared, calls, held| {
            let class = shared.declared.class(calls.py);
            let plain = PlainStates::new(calls.py, class);
            let value = |group: &usize| {
                let object = calls.look_at(&mut held[*group])?;
                Ok(object.and_then(|object| plain.value(&object)))
            };
            groups.iter().map(value).collect()
        })
    }
}

impl Declared {
    /// The class of the states, where they are objects that the parts change.
    fn class<'py>(&self, py: Python<'py>) -> Option<StateClass<'_, 'py>> {
        let class = self.in_place.then(|| self.parts.function("init")).flatten()?;
        let class = class.bind(py).cast().ok()?;
        Some(StateClass { class, slots: self.slots.as_deref() })
    }
}
