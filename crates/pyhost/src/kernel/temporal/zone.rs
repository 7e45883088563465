//! Time zones by the names that Arrow gives them.

use std::sync::Arc;

use arrowsmith_contract::{Error, LoadError, Result};
use pyo3::exceptions::{PyException, PyValueError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

use super::Calendar;
use crate::errors;

/// A zone: a name such as `Europe/Vienna`, or an offset such as `+02:00`.
pub(crate) struct Zone {
    name: Arc<str>,
    object: PyOnceLock<Py<PyAny>>,
}

impl Zone {
    pub(crate) fn new(name: &Arc<str>) -> Self {
        Self { name: Arc::clone(name), object: PyOnceLock::new() }
    }

    /// Refuses a zone that Python doesn't know.
    ///
    /// # Errors
    /// A load error.
    pub(crate) fn check(&self, py: Python<'_>) -> Result<()> {
        let unknown = |exception: PyErr| -> Error {
            if !exception.is_instance_of::<PyException>(py) {
                return errors::from_loader(py, exception);
            }
            LoadError::new(format!(
                "Python knows no time zone {:?}: {exception}; it may be a name such as \
                 Europe/Vienna or an offset such as +02:00, and names need the system's time zones \
                 or the package tzdata",
                self.name
            ))
            .into()
        };
        self.object(py).map(drop).map_err(unknown)
    }

    /// Whether it is UTC under one of its names, which needs no look at a table.
    pub(super) fn is_utc(&self) -> bool {
        matches!(&*self.name, "UTC" | "Etc/UTC" | "Z" | "+00:00" | "+00" | "+0000")
    }

    /// The `tzinfo`.
    pub(super) fn object<'py>(&self, py: Python<'py>) -> PyResult<&Bound<'py, PyAny>> {
        let object = self.object.get_or_try_init(py, || {
            if self.is_utc() {
                return Ok(Calendar::get(py)?.utc.clone_ref(py));
            }
            match offset(&self.name) {
                Some(minutes) => fixed(py, minutes),
                None => named(py, &self.name),
            }
            .map(Bound::unbind)
        })?;
        Ok(object.bind(py))
    }
}

/// The minutes of `+hh:mm`, `+hhmm` or `+hh`.
fn offset(name: &str) -> Option<i32> {
    let (sign, digits) = match name.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some(pair) => pair,
        None if digits.len() == 4 => digits.split_at_checked(2)?,
        None => (digits, "00"),
    };
    let number = |text: &str| -> Option<i32> {
        let is_number = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| text.parse().ok()).flatten()
    };
    let (hours, minutes) = (number(hours)?, number(minutes).filter(|minutes| *minutes < 60)?);
    Some(sign * (hours * 60 + minutes))
}

fn fixed(py: Python<'_>, minutes: i32) -> PyResult<Bound<'_, PyAny>> {
    let module = py.import("datetime")?;
    let delta = module.call_method1("timedelta", (0, minutes * 60))?;
    module.call_method1("timezone", (delta,))
}

fn named<'py>(py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyAny>> {
    if name.is_empty() {
        return Err(PyValueError::new_err("its name is empty"));
    }
    py.import("zoneinfo")?.call_method1("ZoneInfo", (name,))
}

#[cfg(test)]
mod tests {
    use super::offset;

    #[test]
    fn offsets_are_read() {
        let read = ["+02:00", "-0330", "+14", "Europe/Vienna", "+2", "+02:60", "+ab:cd", ""];
        let wanted = [Some(120), Some(-210), Some(840), None, None, None, None, None];
        assert_eq!(read.map(offset), wanted);
    }
}
