//! What a stage gave, as strings.

use arrow::array::{Array, StringArray, StringBuilder};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyIterator, PyString};

use crate::door::parked_at_exit;
use crate::kernel::failure::Failure;
use crate::kernel::note;
use crate::kernel::value::{self, Misfit};

const NO_STRING: &str = "a stage returns a string; one that gives several or none is a generator";
const NO_STRINGS: &str = "a generator yields strings";
const TOO_LONG: &str = "the strings of one batch are more than 2 GiB";

/// Collects the strings of a batch.
pub(super) struct Strings(StringBuilder);

impl Strings {
    pub(super) fn with_capacity(count: usize, bytes: usize) -> Self {
        Self(StringBuilder::with_capacity(count, bytes))
    }

    /// Room for results that are about as long as what they are made of.
    pub(super) fn for_units(units: &StringArray) -> Self {
        let ends = units.value_offsets();
        let bytes = ends[units.len()] - ends[0];
        Self::with_capacity(units.len(), bytes as usize)
    }

    #[inline]
    fn push(&mut self, text: &str) -> Result<(), Misfit> {
        if !self.has_room(text.len()) {
            return Err(Misfit::Value(TOO_LONG));
        }
        self.0.append_value(text);
        Ok(())
    }

    /// Adds strings that were read before, all of them or none.
    ///
    /// # Errors
    /// A misfit where they are too long together.
    pub(super) fn push_all(&mut self, texts: &[Bound<'_, PyAny>]) -> Result<(), Failure> {
        let mut read_texts = Vec::with_capacity(texts.len());
        for text in texts {
            let text = text.cast::<PyString>().map_err(|error| Failure::Raised(error.into()))?;
            read_texts.push(text.to_str().map_err(Failure::Raised)?);
        }
        let bytes: usize = read_texts.iter().map(|text| text.len()).sum();
        if !self.has_room(bytes) {
            let shown = format!("{} strings of {bytes} bytes", texts.len());
            return Err(Failure::Misfit(shown, TOO_LONG));
        }
        read_texts.into_iter().for_each(|text| self.0.append_value(text));
        Ok(())
    }

    #[inline]
    fn has_room(&self, bytes: usize) -> bool {
        i32::try_from(self.0.values_slice().len() + bytes).is_ok()
    }

    pub(super) fn finish(mut self) -> StringArray {
        self.0.finish()
    }
}

/// Gives a string, or what is derived from `str`, to `take`. Nothing else stands for one, None neither.
///
/// # Errors
/// A misfit, for half of a surrogate pair too, and what `take` gives.
#[inline]
fn read(
    value: &Bound<'_, PyAny>,
    hint: &'static str,
    take: impl FnOnce(&str) -> Result<(), Misfit>,
) -> Result<(), Failure> {
    if !value.is_instance_of::<PyString>() {
        return Err(Failure::Misfit(note::short_repr(value), hint));
    }
    match value::string(value, |text| text.map_or(Ok(()), take)) {
        Ok(()) => Ok(()),
        Err(Misfit::Value(why)) => Err(Failure::Misfit(note::short_repr(value), why)),
        Err(Misfit::Part(part)) => Err(Failure::Misfit(part.0, part.1)),
        Err(Misfit::Raised(exception)) => Err(Failure::Raised(*exception)),
    }
}

/// The one string that a stage returned, for the next stage to work on. An object of a class derived
/// from `str` becomes a plain one: a stage gets the same whether the stage before it is run together
/// with it or not.
#[inline]
pub(super) fn one<'py>(value: Bound<'py, PyAny>) -> Result<Bound<'py, PyAny>, Failure> {
    one_of(value, NO_STRING)
}

/// The same of something that a generator yielded.
pub(super) fn yielded<'py>(value: Bound<'py, PyAny>) -> Result<Bound<'py, PyAny>, Failure> {
    one_of(value, NO_STRINGS)
}

#[inline]
fn one_of<'py>(value: Bound<'py, PyAny>, hint: &'static str) -> Result<Bound<'py, PyAny>, Failure> {
    if value.is_exact_instance_of::<PyString>() {
        read(&value, hint, |_| Ok(()))?;
        return Ok(value);
    }
    let mut plain = None;
    read(&value, hint, |text| {
        plain = Some(PyString::new(value.py(), text).into_any());
        Ok(())
    })?;
    Ok(plain.unwrap_or(value))
}

/// Adds the one string that a stage returned.
#[inline]
pub(super) fn push(value: &Bound<'_, PyAny>, strings: &mut Strings) -> Result<(), Failure> {
    read(value, NO_STRING, |text| strings.push(text))
}

/// An iterator over what a stage gave that may give several strings; none for one string, which may
/// come from a wrapper around a generator.
pub(super) fn several<'py>(
    value: &Bound<'py, PyAny>,
) -> Result<Option<Bound<'py, PyIterator>>, Failure> {
    if value.is_instance_of::<PyString>() {
        return Ok(None);
    }
    if value.is_instance_of::<PyBytes>() || !value.hasattr("__iter__").map_err(Failure::Raised)? {
        return Err(Failure::Misfit(note::short_repr(value), NO_STRINGS));
    }
    parked_at_exit(|| value.try_iter()).map(Some).map_err(Failure::Raised)
}
