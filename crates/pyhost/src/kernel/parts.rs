//! The functions that an aggregate or a window is made of.

use std::collections::HashMap;

use arrowsmith_contract::{Error, Result};
use pyo3::prelude::*;

use super::call::call;
use super::callee::Callee;
use super::failure::Failure;
use super::instances::Instances;
use super::note;
use crate::door::Frame;
use crate::errors;
use crate::interrupt::Stay;

#[derive(Debug)]
pub(crate) enum Parts {
    Functions(HashMap<String, Py<PyAny>>),
    /// The methods of a class's objects, one a thread, and their names.
    Methods(Instances, Vec<String>),
}

impl Parts {
    pub(crate) fn functions(parts: HashMap<String, Py<PyAny>>) -> Self {
        Self::Functions(parts)
    }

    pub(crate) fn methods(class: Py<PyAny>, names: Vec<String>) -> Self {
        Self::Methods(Instances::new(class), names)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        match self {
            Self::Functions(functions) => functions.contains_key(name),
            Self::Methods(_, names) => names.iter().any(|known| known == name),
        }
    }

    /// A part that is the same on all threads.
    pub(super) fn function(&self, name: &str) -> Option<&Py<PyAny>> {
        match self {
            Self::Functions(functions) => functions.get(name),
            Self::Methods(..) => None,
        }
    }

    /// The part to call on this thread, with room for so many arguments.
    pub(super) fn part<'py>(
        &self,
        py: Python<'py>,
        callee: &Callee,
        name: &'static str,
        arguments: usize,
    ) -> Result<PartCall<'py>> {
        let callable = match self {
            Self::Functions(functions) => match functions.get(name) {
                Some(function) => function.bind(py).clone(),
                None => return Err(Error::Internal(format!("{} has no {name}", callee.function))),
            },
            Self::Methods(instances, _) => {
                let object = instances.set_up(py, callee)?;
                object.getattr(name).map_err(|exception| {
                    note::add(py, &exception, &note::set_up(callee));
                    errors::raised(py, exception, &callee.function, None)
                })?
            }
        };
        Ok(PartCall { name, callable, frame: Frame::new(py, arguments) })
    }
}

/// A part that is called again and again.
pub(super) struct PartCall<'py> {
    pub(super) name: &'static str,
    callable: Bound<'py, PyAny>,
    pub(super) frame: Frame<'py>,
}

impl<'py> PartCall<'py> {
    /// Calls with what was put into the frame.
    #[inline]
    pub(super) fn call(
        &mut self,
        stay: &Stay,
        row: Option<usize>,
    ) -> Result<Bound<'py, PyAny>, Failure> {
        call(stay, &mut self.frame, &self.callable, row)
    }
}
