//! The states of groups.

use std::time::Duration;

use pyo3::prelude::*;

use super::Objects;
use crate::kernel::callee::Callee;

/// How long the `__del__` of states may take in all.
const FAREWELL: Duration = Duration::from_secs(1);

/// The state of one group.
#[derive(Debug, Default)]
pub(super) enum State {
    /// As `init` gives it, which nobody has asked yet.
    #[default]
    Initial,
    Held(Py<PyAny>),
    /// A call failed, and the function's policy makes the group NULL.
    Failed,
}

/// Drops objects while attached, for their `__del__` is Python code.
pub(super) fn leave_behind(callee: &Callee, objects: Objects) {
    if objects.is_empty() {
        return;
    }
    let left = callee.leave_behind(FAREWELL, |_| {
        drop(objects);
        Ok(())
    });
    if let Err(error) = left {
        log::debug!("the states of {} went with {error}", callee.function);
    }
}

/// What is held, of some states.
pub(super) fn objects(states: impl Iterator<Item = State>) -> Objects {
    let held = |state| match state {
        State::Held(object) => Some(object),
        State::Initial | State::Failed => None,
    };
    states.filter_map(held).collect()
}
