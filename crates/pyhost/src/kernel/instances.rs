//! The objects of a function that is a class: one a thread, made there at its first batch.

use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::thread::ThreadId;

use arrowsmith_contract::Result;
use parking_lot::Mutex;
use pyo3::prelude::*;

use super::callee::Callee;
use super::note;
use crate::{door, errors};

type ByThread = Mutex<HashMap<ThreadId, Py<PyAny>>>;

/// Objects go with their thread, or with the kernel that holds this.
#[derive(Debug)]
pub(crate) struct Instances {
    class: Py<PyAny>,
    made: Arc<ByThread>,
}

impl Instances {
    pub(super) fn new(class: Py<PyAny>) -> Self {
        Self { class, made: Arc::default() }
    }

    /// The object of this thread. What its class raises is the function's own exception.
    pub(super) fn set_up<'py>(
        &self,
        py: Python<'py>,
        callee: &Callee,
    ) -> Result<Bound<'py, PyAny>> {
        self.of_this_thread(py).map_err(|exception| {
            note::add(py, &exception, &note::set_up(callee));
            errors::raised(py, exception, &callee.function, None)
        })
    }

    /// The object of this thread, set up if it is the first time.
    fn of_this_thread<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let thread = std::thread::current().id();
        // The lock is held for looking only: Python runs without it.
        let known = self.made.lock().get(&thread).map(|object| object.clone_ref(py));
        if let Some(object) = known {
            return Ok(object.into_bound(py));
        }
        let object = self.class.bind(py).call0()?;
        self.made.lock().insert(thread, object.clone().unbind());
        door::drop_at_thread_end(Box::new(Leaving { thread, made: Arc::downgrade(&self.made) }));
        Ok(object)
    }
}

/// Takes a thread's object out when the thread ends.
struct Leaving {
    thread: ThreadId,
    made: Weak<ByThread>,
}

impl Drop for Leaving {
    fn drop(&mut self) {
        let object = self.made.upgrade().and_then(|made| made.lock().remove(&self.thread));
        drop(object);
    }
}
