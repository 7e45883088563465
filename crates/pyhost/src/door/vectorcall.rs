//! Calls by `PyObject_Vectorcall`, which makes no tuple. The limited API has it from 3.12 on only,
//! though every interpreter since 3.9 exports it: it is looked up by its name.
#![expect(unsafe_code, reason = "a function of the C API that abi3-py311 hides")]

use std::ffi::c_void;
use std::ptr;
use std::sync::LazyLock;

use pyo3::ffi::PyObject;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyIterator, PyTuple};

use super::parked_at_exit;

/// It unwinds where CPython ends a thread at the interpreter's exit, see [`parked_at_exit`].
type Vectorcall = unsafe extern "C-unwind" fn(
    *mut PyObject,
    *const *mut PyObject,
    usize,
    *mut PyObject,
) -> *mut PyObject;

/// Tells the callee that it may write to the slot before the first argument, which spares bound
/// methods a copy. `PY_VECTORCALL_ARGUMENTS_OFFSET` of the C API.
const ARGUMENTS_OFFSET: usize = 1 << (usize::BITS - 1);

static VECTORCALL: LazyLock<Option<Vectorcall>> = LazyLock::new(find);

#[cfg(unix)]
fn find() -> Option<Vectorcall> {
    // SAFETY: the name is a C string, and looking a symbol up has no other demands.
    let symbol = unsafe { libc::dlsym(libc::RTLD_DEFAULT, c"PyObject_Vectorcall".as_ptr()) };
    if symbol.is_null() {
        return None;
    }
    // SAFETY: CPython's symbol of this name has this signature (PEP 590), and it is not null.
    Some(unsafe { std::mem::transmute::<*mut c_void, Vectorcall>(symbol) })
}

/// Elsewhere the symbol hides in a library whose name has the version; tuples do.
#[cfg(not(unix))]
fn find() -> Option<Vectorcall> {
    None
}

/// The arguments of a call that is made again and again.
pub(crate) struct Frame<'py> {
    arguments: Vec<Bound<'py, PyAny>>,
    /// The free slot that `ARGUMENTS_OFFSET` promises, then a pointer for each of `arguments`.
    slots: Vec<*mut PyObject>,
    vectorcall: Option<Vectorcall>,
}

impl<'py> Frame<'py> {
    /// Room for `count` arguments, all None.
    pub(crate) fn new(py: Python<'py>, count: usize) -> Self {
        let arguments = vec![py.None().into_bound(py); count];
        let mut slots = vec![ptr::null_mut()];
        slots.extend(arguments.iter().map(Bound::as_ptr));
        Self { arguments, slots, vectorcall: *VECTORCALL }
    }

    #[inline]
    pub(crate) fn set(&mut self, index: usize, argument: Bound<'py, PyAny>) {
        self.slots[index + 1] = argument.as_ptr();
        self.arguments[index] = argument;
    }

    pub(crate) fn arguments(&self) -> &[Bound<'py, PyAny>] {
        &self.arguments
    }

    /// Calls, and gives None where an exception was raised, which is then pending: a `PyResult` is
    /// so large that moving it about shows in the time of a small function.
    #[inline]
    pub(crate) fn call(&mut self, callable: &Bound<'py, PyAny>) -> Option<Bound<'py, PyAny>> {
        let py = callable.py();
        let Some(vectorcall) = self.vectorcall else {
            return self.call_with_tuple(callable);
        };
        let count = self.arguments.len();
        // SAFETY: this thread is attached. Behind the free slot stand `count` pointers that
        // `arguments` keeps alive during the call, which restores the free slot if it uses it. The
        // answer is a new reference, or null with an exception set.
        unsafe {
            let first = self.slots.as_mut_ptr().add(1);
            let answer = parked_at_exit(|| {
                vectorcall(callable.as_ptr(), first, count | ARGUMENTS_OFFSET, ptr::null_mut())
            });
            Bound::from_owned_ptr_or_opt(py, answer)
        }
    }

    fn call_with_tuple(&self, callable: &Bound<'py, PyAny>) -> Option<Bound<'py, PyAny>> {
        let py = callable.py();
        let arguments = PyTuple::new(py, &self.arguments);
        arguments
            .and_then(|arguments| call(callable, &arguments, None))
            .map_err(|exception| exception.restore(py))
            .ok()
    }
}

/// `PyObject_Call`, as something that unwinds.
type Call =
    unsafe extern "C-unwind" fn(*mut PyObject, *mut PyObject, *mut PyObject) -> *mut PyObject;

/// Calls Python code of users or plugins from an attached thread that may be one of Python's own: where
/// the interpreter ends such a thread at its exit, Rust must not be unwound.
///
/// # Errors
/// What the code raised.
pub fn call<'py>(
    callable: &Bound<'py, PyAny>,
    arguments: &Bound<'py, PyTuple>,
    named: Option<&Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = callable.py();
    // SAFETY: the two types differ in what they say of unwinding only, and CPython's functions
    // unwind where a thread is ended.
    let call = unsafe { std::mem::transmute::<*const c_void, Call>(pyo3::ffi::PyObject_Call as _) };
    let named = named.map_or(ptr::null_mut(), Bound::as_ptr);
    // SAFETY: this thread is attached and all objects live through the call. The answer is a new
    // reference, or null with an exception set.
    let answer = unsafe {
        let answer = parked_at_exit(|| call(callable.as_ptr(), arguments.as_ptr(), named));
        Bound::from_owned_ptr_or_opt(py, answer)
    };
    answer.ok_or_else(|| PyErr::fetch(py))
}

/// `PyIter_Next`, as something that unwinds.
type Next = unsafe extern "C-unwind" fn(*mut PyObject) -> *mut PyObject;

/// The next value of an iterator of users or plugins, see [`call`]. Gives none at its end, and where an
/// exception was raised, which is then pending.
#[inline]
pub(crate) fn next<'py>(iterator: &Bound<'py, PyIterator>) -> Option<Bound<'py, PyAny>> {
    // SAFETY: as in `call`.
    let next = unsafe { std::mem::transmute::<*const c_void, Next>(pyo3::ffi::PyIter_Next as _) };
    // SAFETY: this thread is attached and the iterator, which is one, lives through the call. The
    // answer is a new reference, or null.
    unsafe {
        let answer = parked_at_exit(|| next(iterator.as_ptr()));
        Bound::from_owned_ptr_or_opt(iterator.py(), answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_symbol_is_found() {
        // Linkers leave libpython out of a program that uses nothing of it.
        Python::initialize();
        assert_eq!(VECTORCALL.is_some(), cfg!(unix));
    }
}
