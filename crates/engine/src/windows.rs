//! Plugin window functions: one value a row, from a state that walks over ordered rows.
//!
//! DataFusion's window operators collect their whole input, or call an evaluator once a row, and ask
//! for that evaluator while they plan. So the rule of `guards` turns plugin functions of one window
//! into a [`Windows`](node::Windows) node. Its operator calls a kernel once an input batch and
//! carries the state from one batch to the next; one that needs whole partitions it calls once for
//! all that are complete.

mod evaluator;
mod exec;
mod face;
mod form;
mod node;
mod over;
mod planner;
mod walk;

pub(crate) use evaluator::{Walker, needs_whole_partitions};
pub(crate) use exec::WindowsExec;
pub(crate) use face::PluginWindow;
pub(crate) use form::{check_call, check_frame};
pub(crate) use over::over;
pub(crate) use planner::WindowsPlanner;
