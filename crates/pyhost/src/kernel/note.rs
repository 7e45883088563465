//! Notes on a plugin's exceptions: which call raised it.

use arrowsmith_contract::{RowNumber, RowScope};
use pyo3::prelude::*;
use pyo3::types::{PyList, PyString};

use super::callee::Callee;
use super::failure::Place;

/// Longer texts of values are cut.
const SHOWN: usize = 80;
/// Further arguments are counted only.
const ARGUMENTS: usize = 8;

/// The note of a call.
pub(super) fn of_call(callee: &Callee, place: &Place<'_>) -> String {
    let row = place.row.map_or_else(String::new, |row| format!("{row}, "));
    format!("{}, {}{row}{}", prefix(callee), place.told_part(), place.told_arguments())
}

/// The arguments of a call for one row.
pub(super) fn arguments(arguments: &[Bound<'_, PyAny>]) -> String {
    let mut shown: Vec<String> = arguments.iter().take(ARGUMENTS).map(short_repr).collect();
    if arguments.len() > ARGUMENTS {
        shown.push(format!("and {} more", arguments.len() - ARGUMENTS));
    }
    format!("({})", shown.join(", "))
}

/// The arguments of a call for a batch.
pub(super) fn of_batch(first: RowNumber, rows: usize) -> String {
    match first.scope {
        RowScope::Input => format!("a batch of {rows} rows from {first} on"),
        RowScope::Batch => format!("a batch of {rows} rows"),
    }
}

/// The note of a class's set-up.
pub(super) fn set_up(callee: &Callee) -> String {
    format!("{}, in its set-up", prefix(callee))
}

fn prefix(callee: &Callee) -> String {
    format!("in {} (version {})", callee.function, callee.version)
}

/// Adds the note. An object that is raised again has the note of its last time only. What goes
/// wrong here must not hide the exception.
pub(super) fn add(py: Python<'_>, exception: &PyErr, note: &str) {
    let value = exception.value(py);
    if let Ok(notes) = value.getattr("__notes__")
        && let Ok(notes) = notes.cast_into::<PyList>()
    {
        let start = note.split(',').next().unwrap_or(note);
        let kept = notes.iter().filter(|known| {
            let text = known.cast::<PyString>().map(|text| text.to_string_lossy().into_owned());
            !text.is_ok_and(|text| text.starts_with(start))
        });
        let kept: Vec<Bound<'_, PyAny>> = kept.collect();
        if kept.len() < notes.len() {
            let _ = value.setattr("__notes__", kept);
        }
    }
    let _ = value.call_method1("add_note", (note,));
}

/// The `repr` of a value, cut, and replaced where it fails.
pub(super) fn short_repr(value: &Bound<'_, PyAny>) -> String {
    let Ok(text) = value.repr() else {
        let class = value.get_type().qualname().map(|name| name.to_string());
        return format!("<{} whose repr fails>", class.as_deref().unwrap_or("object"));
    };
    shortened(&text.to_string_lossy(), SHOWN)
}

/// A text of at most so many characters, and dots where it was cut.
pub(super) fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}
