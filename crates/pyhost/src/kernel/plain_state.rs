//! States as plain values: Python objects that consist of numbers, and back.
//!
//! Runs no code of a plugin where the class of the objects is plain, which `fitness.py` looks at.

use std::sync::Arc;

use arrowsmith_contract::StateValue;
use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyString, PyTuple, PyType};

/// A state that is larger is none of numbers that anybody compiles for.
const NUMBERS: usize = 256;
/// How deep tuples may lie in each other.
const DEPTH: usize = 16;

/// The class of states that are objects.
#[derive(Clone, Copy)]
pub(super) struct StateClass<'a, 'py> {
    pub(super) class: &'a Bound<'py, PyType>,
    /// The names of all attributes, where its objects have no `__dict__`.
    pub(super) slots: Option<&'a [Py<PyString>]>,
}

/// Turns states into values and back.
pub(super) struct PlainStates<'a, 'py> {
    py: Python<'py>,
    class: Option<StateClass<'a, 'py>>,
}

impl<'a, 'py> PlainStates<'a, 'py> {
    pub(super) fn new(py: Python<'py>, class: Option<StateClass<'a, 'py>>) -> Self {
        Self { py, class }
    }

    /// None for what isn't made of numbers of 64 bits alone.
    pub(super) fn value(&self, state: &Bound<'py, PyAny>) -> Option<StateValue> {
        let mut room = NUMBERS;
        match self.class {
            Some(StateClass { class, slots }) if state.get_type().is(class) => match slots {
                Some(slots) => slot_values(state, slots, &mut room),
                None => attributes(state, &mut room),
            },
            Some(_) => None,
            None => number(state, DEPTH, &mut room),
        }
    }

    /// Makes a state.
    ///
    /// # Errors
    /// An object where there is no class, and what Python raises for want of memory.
    pub(super) fn object(&self, value: &StateValue) -> PyResult<Bound<'py, PyAny>> {
        let py = self.py;
        Ok(match value {
            StateValue::None => py.None().into_bound(py),
            StateValue::Bool(value) => PyBool::new(py, *value).to_owned().into_any(),
            StateValue::Int(value) => value.into_pyobject(py)?.into_any(),
            StateValue::Float(value) => PyFloat::new(py, *value).into_any(),
            StateValue::Tuple(items) => {
                let items = items.iter().map(|item| self.object(item));
                PyTuple::new(py, items.collect::<PyResult<Vec<_>>>()?)?.into_any()
            }
            StateValue::Object(attributes) => {
                let object = self.blank()?;
                for (name, value) in attributes {
                    // As the class's own code does: a dict of its own would slow the object down.
                    object.setattr(PyString::intern(py, name), self.object(value)?)?;
                }
                object
            }
        })
    }

    /// An object for which `__init__` isn't called.
    fn blank(&self) -> PyResult<Bound<'py, PyAny>> {
        let class = self.class.ok_or_else(|| PyTypeError::new_err("the state is no object"))?;
        self.py.get_type::<PyAny>().call_method1(intern!(self.py, "__new__"), (class.class,))
    }
}

/// A number, or tuples of them.
fn number(value: &Bound<'_, PyAny>, depth: usize, room: &mut usize) -> Option<StateValue> {
    *room = room.checked_sub(1)?;
    if let Ok(value) = value.cast_exact::<PyFloat>() {
        return Some(StateValue::Float(value.value()));
    }
    if let Ok(value) = value.cast_exact::<PyInt>() {
        return value.extract().ok().map(StateValue::Int);
    }
    if let Ok(value) = value.cast_exact::<PyBool>() {
        return Some(StateValue::Bool(value.is_true()));
    }
    if let Ok(items) = value.cast_exact::<PyTuple>() {
        let depth = depth.checked_sub(1)?;
        let items = items.iter_borrowed().map(|item| number(&item, depth, room));
        return items.collect::<Option<_>>().map(StateValue::Tuple);
    }
    value.is_none().then_some(StateValue::None)
}

/// What an object has of its own.
fn attributes(object: &Bound<'_, PyAny>, room: &mut usize) -> Option<StateValue> {
    let own = object.getattr(intern!(object.py(), "__dict__")).ok()?;
    let own = own.cast_exact::<PyDict>().ok()?;
    let attribute = |(name, value): (Bound<'_, PyAny>, Bound<'_, PyAny>)| {
        let name: Arc<str> = name.cast_exact::<PyString>().ok()?.to_str().ok()?.into();
        Some((name, number(&value, DEPTH, room)?))
    };
    Some(sorted(own.iter().map(attribute).collect::<Option<_>>()?))
}

/// What the slots of an object hold; one without a value is as an attribute that is not there.
fn slot_values(
    object: &Bound<'_, PyAny>,
    slots: &[Py<PyString>],
    room: &mut usize,
) -> Option<StateValue> {
    let mut attributes = Vec::with_capacity(slots.len());
    for slot in slots {
        let name = slot.bind(object.py());
        if let Some(value) = object.getattr_opt(name).ok()? {
            attributes.push((name.to_str().ok()?.into(), number(&value, DEPTH, room)?));
        }
    }
    Some(sorted(attributes))
}

fn sorted(mut attributes: Vec<(Arc<str>, StateValue)>) -> StateValue {
    attributes.sort_by(|(left, _), (right, _)| left.cmp(right));
    StateValue::Object(attributes)
}
