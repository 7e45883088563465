//! One call for each row, for each slice of a group's rows, for each state to merge, for each answer.

use arrow::array::ArrayRef;
use arrowsmith_contract::Result;

use super::Use;
use super::calls::Calls;
use super::column::{Incoming, loaded};
use super::gathered::Sorted;
use super::states::State;
use crate::kernel::arguments::Arguments;
use crate::kernel::array_form;
use crate::kernel::call::{look, push};
use crate::kernel::failure::{Failure, Place};
use crate::kernel::note;
use crate::kernel::result::builder;

/// The part that failed, in notes; of the one that gets the rows nobody needs to be told.
fn told(part: &'static str) -> Option<&'static str> {
    (part != "accumulate").then_some(part)
}

/// Calls `accumulate` or `retract` for each row.
pub(super) fn each_row(
    calls: &mut Calls<'_, '_>,
    part: &'static str,
    states: &mut [State],
    group_ids: &[usize],
    columns: &[ArrayRef],
) -> Result<()> {
    let callee = &calls.declared.callee;
    let called = callee.called_rows(columns);
    let columns = callee.readable(columns)?;
    let arguments = Arguments::new(callee, &columns, &calls.context.rows)?;
    let mut part = calls.part(part, columns.len() + 1)?;
    for (row, &group) in group_ids.iter().enumerate() {
        look(&calls.context.token, row)?;
        if called.as_ref().is_some_and(|called| called.is_null(row)) {
            continue;
        }
        let state = &mut states[group];
        let Some(object) = calls.take(state)? else { continue };
        part.frame.set(0, object);
        arguments.set(calls.py, &mut part.frame, 1, row)?;
        if let Err(failure) = calls.step(&mut part, state, Some(row)) {
            let arguments = || note::arguments(&part.frame.arguments()[1..]);
            let row = Some(calls.context.rows.number(row));
            let place = Place { part: told(part.name), row, arguments: &arguments };
            calls.settle(failure, &place)?;
        }
    }
    Ok(())
}

/// Calls `accumulate` or `retract` for each group with the arrays of its rows.
pub(super) fn each_slice(
    calls: &mut Calls<'_, '_>,
    part: &'static str,
    states: &mut [State],
    sorted: &Sorted,
) -> Result<()> {
    let callee = &calls.declared.callee;
    let mut part = calls.part(part, sorted.columns.len() + 1)?;
    for run in &sorted.runs {
        calls.context.token.check()?;
        let state = &mut states[run.group];
        let Some(object) = calls.take(state)? else { continue };
        part.frame.set(0, object);
        let mut set = || {
            for (index, column) in sorted.columns.iter().enumerate() {
                let slice = column.slice(run.start, run.rows);
                let argument = array_form::argument(callee, calls.py, index, slice);
                part.frame.set(index + 1, argument.map_err(Failure::Raised)?);
            }
            Ok(())
        };
        let outcome = set().and_then(|()| calls.step(&mut part, state, None));
        if let Err(failure) = outcome {
            let arguments = || format!("{} rows of a group", run.rows);
            let place = Place { part: told(part.name), row: None, arguments: &arguments };
            calls.settle(failure, &place)?;
        }
    }
    Ok(())
}

/// Calls `merge` for each state that comes. A group without a state of its own takes it as it is.
pub(super) fn each_state(
    shared: &Use,
    calls: &mut Calls<'_, '_>,
    states: &mut [State],
    group_ids: &[usize],
    incoming: Vec<Incoming>,
) -> Result<()> {
    let mut merge = calls.part("merge", 2)?;
    for (row, (&group, incoming)) in group_ids.iter().zip(incoming).enumerate() {
        look(&calls.context.token, row)?;
        let state = &mut states[group];
        let other = match (&*state, loaded(shared, calls, incoming)?) {
            // `init` again would add nothing.
            (State::Failed, _) | (_, State::Initial) => continue,
            (State::Initial, other) | (State::Held(_), other @ State::Failed) => {
                *state = other;
                continue;
            }
            (State::Held(_), State::Held(other)) => other.into_bound(calls.py),
        };
        let Some(object) = calls.take(state)? else { continue };
        merge.frame.set(0, object);
        merge.frame.set(1, other);
        if let Err(failure) = calls.step(&mut merge, state, None) {
            let arguments = || note::arguments(merge.frame.arguments());
            let place = Place { part: Some("merge"), row: None, arguments: &arguments };
            calls.settle(failure, &place)?;
        }
    }
    Ok(())
}

/// Calls `finalize` for each state.
pub(super) fn each_answer(calls: &mut Calls<'_, '_>, states: &mut [State]) -> Result<ArrayRef> {
    let mut results = builder(calls.declared.callee.returns(), states.len())?;
    let mut finalize = calls.part("finalize", 1)?;
    for (row, state) in states.iter_mut().enumerate() {
        look(&calls.context.token, row)?;
        let Some(object) = calls.look_at(state)? else {
            results.push_null();
            continue;
        };
        finalize.frame.set(0, object);
        let answer = finalize.call(calls.stay, None);
        let pushed = answer.and_then(|answer| push(calls.stay, &answer, None, results.as_mut()));
        if let Err(failure) = pushed {
            let arguments = || note::arguments(finalize.frame.arguments());
            let place = Place { part: Some("finalize"), row: None, arguments: &arguments };
            calls.settle(failure, &place)?;
            results.push_null();
        }
    }
    Ok(results.finish())
}
