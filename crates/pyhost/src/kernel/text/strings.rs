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
        for text in read_texts {
            self.0.append_value(text);
        }
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
#[cold]
fn read(
    value: &Bound<'_, PyAny>,
    hint: &'static str,
    take: impl FnOnce(&str) -> Result<(), Misfit>,
) -> Result<(), Box<Failure>> {
    if !value.is_instance_of::<PyString>() {
        return Err(Box::new(Failure::Misfit(note::short_repr(value), hint)));
    }
    let failure = match value::string(value, |text| text.map_or(Ok(()), take)) {
        Ok(()) => return Ok(()),
        Err(Misfit::Value(why)) => Failure::Misfit(note::short_repr(value), why),
        Err(Misfit::Part(part)) => Failure::Misfit(part.0, part.1),
        Err(Misfit::Raised(exception)) => Failure::Raised(*exception),
    };
    Err(Box::new(failure))
}

/// The one string that a stage returned, for the next stage to work on. An object of a class derived
/// from `str` becomes a plain one: a stage gets the same whether the stage before it is run together
/// with it or not.
#[inline]
pub(super) fn one(value: Bound<'_, PyAny>) -> Result<Bound<'_, PyAny>, Box<Failure>> {
    one_of(value, NO_STRING)
}

/// The same of something that a generator yielded.
pub(super) fn yielded(value: Bound<'_, PyAny>) -> Result<Bound<'_, PyAny>, Box<Failure>> {
    one_of(value, NO_STRINGS)
}

#[inline]
fn one_of<'py>(
    value: Bound<'py, PyAny>,
    hint: &'static str,
) -> Result<Bound<'py, PyAny>, Box<Failure>> {
    if plain(&value).is_some() {
        return Ok(value);
    }
    let mut made = None;
    read(&value, hint, |text| {
        made = Some(PyString::new(value.py(), text).into_any());
        Ok(())
    })?;
    Ok(made.unwrap_or(value))
}

/// Adds the one string that a stage returned.
#[inline]
pub(super) fn push(value: &Bound<'_, PyAny>, strings: &mut Strings) -> Result<(), Box<Failure>> {
    match plain(value) {
        Some(text) if strings.has_room(text.len()) => {
            strings.0.append_value(text);
            Ok(())
        }
        _ => read(value, NO_STRING, |text| strings.push(text)),
    }
}

/// The text of what is plainly a string. Anything else is left to [`read`].
#[inline]
fn plain<'a>(value: &'a Bound<'_, PyAny>) -> Option<&'a str> {
    value.cast_exact::<PyString>().ok()?.to_str().ok()
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
