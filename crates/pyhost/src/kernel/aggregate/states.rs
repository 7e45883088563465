//! The states of groups.

use pyo3::prelude::*;

use super::Objects;

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

/// What is held, of some states.
pub(super) fn objects(states: impl Iterator<Item = State>) -> Objects {
    let held = |state| match state {
        State::Held(object) => Some(object),
        State::Initial | State::Failed => None,
    };
    states.filter_map(held).collect()
}
