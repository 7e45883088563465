//! Trace and profile functions that plugin code leaves on its thread.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

/// How to ask for a hook and how to set it, of `sys` as it was at first.
type Hook = (Py<PyAny>, Py<PyAny>);

static HOOKS: PyOnceLock<[Hook; 2]> = PyOnceLock::new();

/// Removes what `sys.settrace` and `sys.setprofile` set on this thread.
pub(super) fn remove(py: Python<'_>) -> PyResult<()> {
    let hooks = HOOKS.get_or_try_init(py, || {
        let sys = py.import("sys")?;
        let hook = |get: &str, set: &str| {
            Ok::<_, PyErr>((sys.getattr(get)?.unbind(), sys.getattr(set)?.unbind()))
        };
        Ok::<_, PyErr>([hook("gettrace", "settrace")?, hook("getprofile", "setprofile")?])
    })?;
    for (get, set) in hooks {
        if !get.call0(py)?.is_none(py) {
            set.call1(py, (py.None(),))?;
        }
    }
    Ok(())
}
