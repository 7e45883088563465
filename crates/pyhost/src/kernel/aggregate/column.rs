//! States as a column: of handles while they stay in memory, else pickled.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use arrow::array::{ArrayRef, AsArray, BinaryBuilder};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use arrowsmith_contract::{Error, Result};
use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use super::Use;
use super::calls::Calls;
use super::states::State;
use crate::door;
use crate::kernel::call::timed;
use crate::kernel::failure::{Failure, Place};
use crate::kernel::note;

/// What a value of the column begins with. NULL is a group that failed, an empty value one whose
/// state is still the initial one.
const HANDLE: u8 = b'h';
const PICKLE: u8 = b'p';
/// The newest that all versions have that run plugins.
const PROTOCOL: u8 = 5;

/// `pickle.dumps` and `pickle.loads`, as they are when the function is loaded.
pub(crate) struct Pickle {
    dumps: Py<PyAny>,
    loads: Py<PyAny>,
}

impl Pickle {
    pub(crate) fn import(py: Python<'_>) -> PyResult<Self> {
        let pickle = py.import("pickle")?;
        let dumps = pickle.getattr("dumps")?.unbind();
        Ok(Self { dumps, loads: pickle.getattr("loads")?.unbind() })
    }
}

/// A state on its way into another accumulator.
#[derive(Debug)]
pub(super) enum Incoming {
    Ready(State),
    Pickled(Vec<u8>),
}

impl Incoming {
    /// What is in memory of it.
    pub(super) fn into_state(self) -> Option<State> {
        match self {
            Self::Ready(state) => Some(state),
            Self::Pickled(_) => None,
        }
    }
}

/// Leaves states in memory. Nobody needs to go into Python for that.
pub(super) fn in_memory(shared: &Use, states: Vec<State>) -> ArrayRef {
    let mut column = BinaryBuilder::new();
    for state in states {
        if let Some(object) = append_known(&mut column, state) {
            append_handle(&mut column, shared, object);
        }
    }
    Arc::new(column.finish())
}

/// Writes what needs no object, and gives the object of any other state.
fn append_known(column: &mut BinaryBuilder, state: State) -> Option<Py<PyAny>> {
    match state {
        State::Initial => column.append_value(b""),
        State::Failed => column.append_null(),
        State::Held(object) => return Some(object),
    }
    None
}

fn append_handle(column: &mut BinaryBuilder, shared: &Use, object: Py<PyAny>) {
    let mut value = [HANDLE; 9];
    value[1..].copy_from_slice(&shared.store.put(object).to_le_bytes());
    column.append_value(value);
}

/// Pickles states. What can't be pickled stays in memory, which is said once.
pub(super) fn written(
    shared: &Use,
    calls: &mut Calls<'_, '_>,
    states: Vec<State>,
) -> Result<ArrayRef> {
    let mut column = BinaryBuilder::new();
    for state in states {
        let Some(object) = append_known(&mut column, state) else { continue };
        match pickled(shared, calls, &object) {
            Ok(bytes) => {
                let mut value = vec![PICKLE];
                value.extend_from_slice(bytes.as_bytes());
                column.append_value(value);
            }
            Err(Failure::Raised(exception))
                if exception.is_instance_of::<PyException>(calls.py) =>
            {
                calls.context.token.check()?;
                warn_once(shared, &exception);
                append_handle(&mut column, shared, object);
            }
            Err(failure) => {
                let state = object.bind(calls.py);
                let arguments = || note::arguments(std::slice::from_ref(state));
                let place = Place { part: Some("pickling"), row: None, arguments: &arguments };
                calls.settle(failure, &place)?;
                column.append_null();
            }
        }
    }
    Ok(Arc::new(column.finish()))
}

fn pickled<'py>(
    shared: &Use,
    calls: &Calls<'_, 'py>,
    object: &Py<PyAny>,
) -> Result<Bound<'py, PyBytes>, Failure> {
    let py = calls.py;
    let arguments = (object, PROTOCOL).into_pyobject(py).map_err(Failure::Raised)?;
    let dumps = shared.declared.pickle.dumps.bind(py);
    let bytes = timed(calls.stay, py, None, || door::call(dumps, &arguments, None))?;
    bytes.and_then(|bytes| Ok(bytes.cast_into()?)).map_err(Failure::Raised)
}

fn warn_once(shared: &Use, exception: &PyErr) {
    if !shared.has_warned.swap(true, Ordering::Relaxed) {
        log::warn!(
            "states of {} can't be pickled, so they stay in memory: {exception}",
            shared.declared.callee.function
        );
    }
}

/// Takes a column apart. Each handle is good for one time.
pub(super) fn read(shared: &Use, column: &ArrayRef) -> Result<Vec<Incoming>> {
    let column = cast(column, &DataType::Binary)?;
    let column = column.as_binary::<i32>();
    let read = |value: Option<&[u8]>| -> Result<Incoming> {
        match value {
            None => Ok(Incoming::Ready(State::Failed)),
            Some([]) => Ok(Incoming::Ready(State::Initial)),
            Some([PICKLE, bytes @ ..]) => Ok(Incoming::Pickled(bytes.to_vec())),
            Some([HANDLE, handle @ ..]) => {
                let handle = handle.try_into().map(u64::from_le_bytes).ok();
                let state = handle.and_then(|handle| shared.store.take(handle));
                state.map(|state| Incoming::Ready(State::Held(state))).ok_or_else(unreadable)
            }
            Some(_) => Err(unreadable()),
        }
    };
    column.iter().map(read).collect()
}

fn unreadable() -> Error {
    Error::Internal("a state of an aggregate is no state, or was merged before".to_owned())
}

/// Brings a state back, which may fail as any call may.
pub(super) fn loaded(shared: &Use, calls: &mut Calls<'_, '_>, incoming: Incoming) -> Result<State> {
    let bytes = match incoming {
        Incoming::Ready(state) => return Ok(state),
        Incoming::Pickled(bytes) => bytes,
    };
    let py = calls.py;
    let arguments = (PyBytes::new(py, &bytes),).into_pyobject(py);
    let loads = shared.declared.pickle.loads.bind(py);
    let object = timed(calls.stay, py, None, || {
        arguments.and_then(|arguments| door::call(loads, &arguments, None))
    });
    let failure = match object {
        Ok(Ok(object)) => return Ok(State::Held(object.unbind())),
        Ok(Err(exception)) => Failure::Raised(exception),
        Err(failure) => failure,
    };
    let arguments = || format!("a pickle of {} bytes", bytes.len());
    calls.settle(failure, &Place { part: Some("unpickling"), row: None, arguments: &arguments })?;
    Ok(State::Failed)
}
