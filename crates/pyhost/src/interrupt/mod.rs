//! Stopping Python code: each stay in plugin code has a token and a thread, and when the token is
//! stopped, or one call takes too long, an exception is raised in that thread from outside.
//!
//! What it rests on (CPython's `PyThreadState_SetAsyncExc`):
//! - The exception arrives at the thread's next bytecode. One that comes late would hit whatever the
//!   thread runs next, so all decisions are made while the interpreter's lock is held: the thread
//!   says under that lock where it is, and clears what is pending when it leaves.
//! - Code that catches it and goes on sees it again after a while, and from then on at once, because the
//!   exception's class raises it anew whenever an object of it is made, which catching does. The first
//!   time it doesn't: `finally` and `with` must give back what they hold.
//! - Nobody is interrupted amid an import or amid the standard library's locks.
//! - A thread in a blocking C call sees it only when that call is over. After [`LOST`] the thread
//!   counts as lost: it gives its place at the gate back, and a warning is logged.

mod delicate;
mod exception;
mod hooks;
mod stay;
mod thread;

use std::time::Duration;

pub(crate) use exception::new as exception;
pub(crate) use stay::{Limits, Stay, came_back_failed, is_stopping, set_away};
pub(crate) use thread::{forget_parent, stop_all};

/// After so long nobody expects the thread back.
const LOST: Duration = Duration::from_secs(1);
