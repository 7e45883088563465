//! The exception that stops Python code, and raising it in another thread.
#![expect(unsafe_code, reason = "asynchronous exceptions have no safe form in pyo3")]

use std::ffi::{c_long, c_ulong};

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyCFunction, PyDict, PyType};

use super::stay;
use crate::door;

static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
static NOTHING: PyOnceLock<Py<PyAny>> = PyOnceLock::new();

/// A thread as the interpreter knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ThreadIdent(c_long);

impl ThreadIdent {
    pub(super) fn own() -> Self {
        Self(door::own_ident() as c_long)
    }

    /// As `threading.get_ident` gives it.
    pub(super) fn number(self) -> c_ulong {
        self.0 as c_ulong
    }
}

/// Raises the exception in a thread, at its next bytecode.
pub(super) fn set(py: Python<'_>, thread: ThreadIdent) -> PyResult<()> {
    let class = class(py)?;
    // SAFETY: this thread is attached and the class is alive; the interpreter takes a reference.
    // A thread that is gone is nobody's.
    unsafe { ffi::PyThreadState_SetAsyncExc(thread.0, class.as_ptr()) };
    Ok(())
}

/// The exception, for code that waits in Rust.
pub(crate) fn new(py: Python<'_>) -> PyErr {
    match class(py) {
        Ok(class) => PyErr::from_type(class.clone(), ()),
        Err(failure) => failure,
    }
}

/// Lets what is pending in this thread arrive, and drops it.
///
/// The C API could also take it back, but before 3.12 that leaves the interpreter's flag for pending
/// exceptions up for good: each check of it takes the long way then, and code with a trace function
/// never ends.
pub(super) fn drop_pending(py: Python<'_>) -> PyResult<()> {
    let nothing = NOTHING.get_or_try_init(py, || {
        let builtins = py.import("builtins")?;
        Ok::<_, PyErr>(builtins.call_method1("eval", ("lambda: None", PyDict::new(py)))?.unbind())
    })?;
    drop(nothing.call0(py));
    Ok(())
}

/// As [`drop_pending`], after [`set`] of this thread: another thread's exception, which arrived
/// meanwhile, has taken the flag down for all.
pub(super) fn drop_own(py: Python<'_>) -> PyResult<()> {
    set(py, ThreadIdent::own())?;
    drop_pending(py)
}

/// A `BaseException` whose constructor raises it again in the thread that runs it, as long as the
/// thread is to stop. The constructor is native: one in Python would be interrupted itself.
fn class(py: Python<'_>) -> PyResult<&Bound<'_, PyType>> {
    let class = CLASS.get_or_try_init(py, || {
        let raise_again = PyCFunction::new_closure(py, Some(c"__init__"), None, |arguments, _| {
            let py = arguments.py();
            if stay::insists() {
                set(py, ThreadIdent::own())?;
            }
            // Nothing of Rust's would become an empty tuple, which a constructor must not give.
            PyResult::Ok(py.None())
        })?;
        let members = PyDict::new(py);
        members.set_item("__init__", raise_again)?;
        members.set_item("__module__", "arrowsmith")?;
        members.set_item("__doc__", "Stops plugin code; catching it does not help.")?;
        let bases = (py.get_type::<pyo3::exceptions::PyBaseException>(),);
        let class = py.get_type::<PyType>().call1(("Interruption", bases, members))?;
        Ok::<_, PyErr>(class.cast_into::<PyType>()?.unbind())
    })?;
    Ok(class.bind(py))
}
