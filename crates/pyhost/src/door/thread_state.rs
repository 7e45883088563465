//! Keeps the Python state of threads that Rust owns. Attaching with a fresh state costs seven times
//! as much as with a kept one, and a state that goes takes the thread's locals with it.
#![expect(unsafe_code, reason = "the C API for thread states has no safe form in pyo3")]

use std::any::Any;
use std::cell::RefCell;
use std::ffi::c_ulong;

use pyo3::ffi;

use super::crossing::Crossing;

thread_local! {
    static KEPT: RefCell<Option<KeptState>> = const { RefCell::new(None) };
    /// As the belongings in `KEPT`, on threads whose state is Python's own. Python objects among
    /// them are released at somebody's next crossing, because that state is gone by then.
    static BELONGINGS: RefCell<Vec<Box<dyn Any>>> = const { RefCell::new(Vec::new()) };
}

/// The state of a thread that has none of Python's own.
struct KeptState {
    state: *mut ffi::PyThreadState,
    gil: ffi::PyGILState_STATE,
    /// What is dropped, attached, before the state goes.
    belongings: Vec<Box<dyn Any>>,
}

pub(super) fn is_initialized() -> bool {
    // SAFETY: this may be called at any time.
    unsafe { ffi::Py_IsInitialized() != 0 }
}

/// Whether this thread holds the interpreter's lock.
pub(super) fn is_attached() -> bool {
    // SAFETY: the interpreter is initialized, which `Crossing` saw to, and the call needs no state.
    unsafe { ffi::PyGILState_Check() != 0 }
}

/// The number that Python knows this thread by, whatever plugin code made of `threading`.
pub(crate) fn own_ident() -> c_ulong {
    // SAFETY: this may be called at any time.
    unsafe { ffi::PyThread_get_thread_ident() }
}

/// Makes and keeps a state, where this thread has none.
pub(super) fn keep() {
    // SAFETY: the interpreter is initialized, which `Crossing` saw to, and the call needs no state.
    if !unsafe { ffi::PyGILState_GetThisThreadState() }.is_null() {
        return;
    }
    // SAFETY: as above. Ensure makes a state and attaches; SaveThread detaches and leaves the state
    // to this thread. The count of Ensure stays at one, so attaching later doesn't destroy it.
    let (gil, state) = unsafe {
        let gil = ffi::PyGILState_Ensure();
        (gil, ffi::PyEval_SaveThread())
    };
    let kept = KeptState { state, gil, belongings: Vec::new() };
    // Without thread locals the thread is already ending, and the state goes at once.
    let _ = KEPT.try_with(|slot| slot.replace(Some(kept)));
}

/// Gives something to this thread that is dropped when the thread ends, attached where the thread is
/// Rust's.
pub(crate) fn drop_at_thread_end(belonging: Box<dyn Any>) {
    // An ending thread drops it here.
    let _ = KEPT.try_with(|slot| match slot.borrow_mut().as_mut() {
        Some(kept) => kept.belongings.push(belonging),
        None => {
            let _ = BELONGINGS.try_with(|own| own.borrow_mut().push(belonging));
        }
    });
}

impl Drop for KeptState {
    fn drop(&mut self) {
        // An interpreter that is shutting down takes its states along, and attaching would end or
        // hang this thread.
        let Ok(_crossing) = Crossing::begin() else {
            self.belongings.drain(..).for_each(std::mem::forget);
            return;
        };
        // SAFETY: `state` was left detached by `keep` on this very thread, and every later attach
        // was undone in pairs.
        unsafe { ffi::PyEval_RestoreThread(self.state) };
        #[expect(
            clippy::disallowed_methods,
            reason = "pyo3 must know that this thread is attached"
        )]
        pyo3::Python::attach(|_| self.belongings.clear());
        // SAFETY: this undoes the Ensure of `keep`, on the same thread, and frees the state.
        unsafe { ffi::PyGILState_Release(self.gil) };
    }
}
