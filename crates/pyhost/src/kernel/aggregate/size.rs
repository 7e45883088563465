//! How much memory states hold, from samples: asking each would cost more than most functions.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyFrozenSet, PyList, PySet, PyTuple, PyType};

use super::states::State;

/// How many states, and how many values of each container, are looked at.
const SAMPLES: usize = 8;
/// How many batches pass between two looks.
const BATCHES: usize = 16;
/// Of a state that nobody has looked at.
const GUESS: usize = 64;

/// The most bytes of an object whose attributes are looked at.
const SMALL: usize = 4096;

static GETSIZEOF: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
static GET_REFERENTS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();

/// What was seen of the states' sizes.
#[derive(Debug, Default)]
pub(super) struct Sample {
    batches: usize,
    /// Bytes of an average state.
    average: Option<usize>,
}

impl Sample {
    /// An estimate for so many states.
    pub(super) fn total(&self, states: usize) -> usize {
        states * self.average.unwrap_or(GUESS)
    }

    /// Looks at a few of the states now and then. What goes wrong there is no failure.
    pub(super) fn look(&mut self, py: Python<'_>, states: &[State]) {
        self.batches += 1;
        let is_due = self.batches.is_power_of_two() || self.batches.is_multiple_of(BATCHES);
        if !is_due || states.is_empty() {
            return;
        }
        let every = states.len().div_ceil(SAMPLES);
        let held = states.iter().step_by(every).filter_map(|state| match state {
            State::Held(object) => Some(object.bind(py)),
            State::Initial | State::Failed => None,
        });
        let sizes: Vec<usize> = held.map(size).collect();
        if !sizes.is_empty() {
            self.average = Some(sizes.iter().sum::<usize>() / sizes.len());
        }
    }
}

/// An object and what it holds, one level deep. Of an object of a class these are its attributes, and
/// what is in them. Its `__dict__` isn't asked for: that would make one, and slow the object down for
/// good.
fn size(object: &Bound<'_, PyAny>) -> usize {
    let own = shallow(object);
    if is_container(object) {
        return own + values(object);
    }
    // A larger one is a container of some other kind.
    if own > SMALL {
        return own;
    }
    let held = attributes(object).unwrap_or_default();
    own + held.iter().map(|value| shallow(value) + values(value)).sum::<usize>()
}

fn attributes<'py>(object: &Bound<'py, PyAny>) -> PyResult<Vec<Bound<'py, PyAny>>> {
    let py = object.py();
    let get_referents = GET_REFERENTS.get_or_try_init(py, || {
        Ok::<_, PyErr>(py.import("gc")?.getattr("get_referents")?.unbind())
    })?;
    let held = get_referents.bind(py).call1((object,))?.cast_into::<PyList>()?;
    Ok(held.iter().filter(|value| !value.is_instance_of::<PyType>()).collect())
}

fn is_container(object: &Bound<'_, PyAny>) -> bool {
    object.is_exact_instance_of::<PyList>()
        || object.is_exact_instance_of::<PyTuple>()
        || object.is_exact_instance_of::<PySet>()
        || object.is_exact_instance_of::<PyFrozenSet>()
        || object.is_exact_instance_of::<PyDict>()
}

/// The values of a container, as many times the average of the first ones as there are.
fn values(container: &Bound<'_, PyAny>) -> usize {
    if !is_container(container) {
        return 0;
    }
    let count = container.len().unwrap_or(0);
    let values = match container.cast_exact::<PyDict>() {
        Ok(dict) => dict.values().into_any(),
        Err(_) => container.clone(),
    };
    let Ok(values) = values.try_iter() else { return 0 };
    let seen: Vec<usize> = values.take(SAMPLES).flatten().map(|value| shallow(&value)).collect();
    if seen.is_empty() { 0 } else { count * seen.iter().sum::<usize>() / seen.len() }
}

fn shallow(object: &Bound<'_, PyAny>) -> usize {
    let py = object.py();
    let getsizeof = GETSIZEOF
        .get_or_try_init(py, || Ok::<_, PyErr>(py.import("sys")?.getattr("getsizeof")?.unbind()));
    let size = getsizeof.and_then(|getsizeof| getsizeof.bind(py).call1((object, GUESS)));
    size.and_then(|size| size.extract()).unwrap_or(GUESS)
}
