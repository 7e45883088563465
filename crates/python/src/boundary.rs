//! `_native.boundary`: what stands between the package's Python functions and their users.
//!
//! It is native because it leaves no frame of its own in tracebacks.

use arrowsmith_pyhost::{ErrorClass, door, new_error};
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyTraceback, PyTuple};

/// Shows all frames where it is set to `full`.
const VARIABLE: &str = "ARROWSMITH_TRACEBACKS";
/// The host's embedded modules have such file names.
const EMBEDDED: &str = "<arrowsmith>/";

/// The folder of the Python package, with a slash behind it.
static FOLDER: PyOnceLock<String> = PyOnceLock::new();

// A Python function of the package, as its users meet it: exceptions have none of the package's own
// frames, and a panic of Rust's is an `InternalError`. A doc comment would hide the function's own.
#[derive(Debug)]
#[pyclass(frozen, weakref, module = "arrowsmith._native")]
pub(crate) struct Boundary(Py<PyAny>);

/// Makes a function of the package one that users call. Usable as a decorator.
#[pyfunction]
pub(crate) fn boundary(function: Py<PyAny>) -> Boundary {
    Boundary(function)
}

#[pymethods]
impl Boundary {
    #[pyo3(signature = (*args, **kwargs))]
    fn __call__<'py>(
        &self,
        py: Python<'py>,
        args: &Bound<'py, PyTuple>,
        kwargs: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        // PyO3 goes on with a panic where it meets its exception.
        match door::catch_panic(|| door::call(self.0.bind(py), args, kwargs)) {
            Ok(answer) => answer.map_err(|exception| shown(py, exception)),
            Err(panic) => Err(new_error(py, ErrorClass::Internal, &panic.to_string())),
        }
    }

    /// Methods are bound as those of plain functions are.
    fn __get__<'py>(
        slf: Bound<'py, Self>,
        object: Option<Bound<'py, PyAny>>,
        _owner: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        match object {
            None => Ok(slf.into_any()),
            Some(object) => py.import("types")?.getattr("MethodType")?.call1((slf, object)),
        }
    }

    #[getter]
    fn __wrapped__(&self, py: Python<'_>) -> Py<PyAny> {
        self.0.clone_ref(py)
    }

    #[getter]
    fn __doc__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.0.bind(py).getattr("__doc__")
    }

    #[getter]
    fn __module__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.0.bind(py).getattr("__module__")
    }

    /// The names, the annotations and whatever else the function has.
    fn __getattr__<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyAny>> {
        self.0.bind(py).getattr(name)
    }

    /// Pickled by its name, as functions are.
    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.0.bind(py).getattr("__qualname__")
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(self.0.bind(py).repr()?.to_string_lossy().into_owned())
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.0)
    }
}

/// An exception as users see it.
fn shown(py: Python<'_>, exception: PyErr) -> PyErr {
    if std::env::var(VARIABLE).is_ok_and(|value| value == "full") {
        return exception;
    }
    // What fails here must not hide the exception.
    drop(remove_own_frames(py, &exception));
    exception
}

/// Takes the frames that are ours out of an exception's traceback.
fn remove_own_frames(py: Python<'_>, exception: &PyErr) -> PyResult<()> {
    let folder = folder(py)?;
    let mut entries = Vec::new();
    let mut next = exception.traceback(py).map(Bound::into_any);
    while let Some(entry) = next {
        let following = entry.getattr(intern!(py, "tb_next"))?;
        entries.push(entry);
        next = (!following.is_none()).then_some(following);
    }
    let count = entries.len();
    let mut kept = Vec::with_capacity(count);
    for (place, entry) in entries.into_iter().enumerate() {
        let code = entry.getattr(intern!(py, "tb_frame"))?.getattr(intern!(py, "f_code"))?;
        let file: String = code.getattr(intern!(py, "co_filename"))?.extract()?;
        if !file.starts_with(folder) && !file.starts_with(EMBEDDED) {
            kept.push((place, entry));
        }
    }
    if kept.len() == count {
        return Ok(());
    }
    let (mut head, mut after) = (None, count);
    for (place, entry) in kept.into_iter().rev() {
        // Each setting walks over all that follows, so only what changes is set.
        if after != place + 1 {
            entry.setattr(intern!(py, "tb_next"), head)?;
        }
        (head, after) = (Some(entry), place);
    }
    let head = head.map(Bound::cast_into::<PyTraceback>).transpose()?;
    exception.set_traceback(py, head);
    Ok(())
}

fn folder(py: Python<'_>) -> PyResult<&String> {
    FOLDER.get_or_try_init(py, || {
        let path = py.import("os")?.getattr("path")?;
        let file = py.import("arrowsmith")?.getattr("__file__")?;
        let folder: String = path.call_method1("dirname", (file,))?.extract()?;
        let separator: String = path.getattr("sep")?.extract()?;
        Ok(folder + &separator)
    })
}
