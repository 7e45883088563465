//! The functions that an aggregate or a window is made of.

use std::sync::Arc;

use super::{Local, Program};
use crate::Place;

/// Attributes by name, each with its local, sorted.
pub(crate) type Fields = Vec<(Arc<str>, Local)>;

/// One of the functions.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    /// `init`, `accumulate`, `merge`, `finalize`, `retract` or `step`.
    pub(crate) name: Arc<str>,
    /// For what concerns the function as a whole.
    pub(crate) place: Place,
    pub(crate) program: Program,
    /// Where it takes each state.
    pub(crate) takes: Vec<Holder>,
    /// How many of the first parameters are states. An `__init__` has one, but takes none.
    pub(crate) states: usize,
}

/// What has a state in it.
#[derive(Debug, Clone)]
pub(crate) enum Holder {
    Local(Local),
    Fields(Fields),
}
