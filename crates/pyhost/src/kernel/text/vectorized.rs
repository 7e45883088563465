//! Units through a stage that is called with an array of them.

use std::sync::Arc;
use std::time::Duration;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, StringArray, UInt32Array};
use arrow::compute::filter;
use arrow::datatypes::DataType;
use arrowsmith_contract::{AppliedText, CallContext, Result, Type};
use pyo3::prelude::*;

use super::Stage;
use super::unit_failure::{Place, of_all};
use crate::door::Frame;
use crate::interrupt::Stay;
use crate::kernel::arrow_form;
use crate::kernel::call::timed;
use crate::kernel::failure::Failure;
use crate::kernel::fit::Wanted;
use crate::kernel::found::Owner;

/// Where the call fails, all of its units do: nobody knows whose fault it is.
pub(super) fn run(
    (stage, callable): (&Stage, &Bound<'_, PyAny>),
    units: &StringArray,
    limit: Option<Duration>,
    context: &CallContext,
    stay: &Stay,
) -> Result<AppliedText> {
    if units.is_empty() {
        return Ok(AppliedText { units: units.clone(), origins: None, failures: Vec::new() });
    }
    match call(stage, callable, units, context, stay) {
        Ok(given) => without_nulls(given.as_string()),
        Err(failure) => {
            let place = Place::Batch(units.len());
            let error = place.settle(callable.py(), failure, stage, limit, context)?;
            let failures = of_all(units.len(), stage, &error);
            let origins = Some(UInt32Array::from(Vec::<u32>::new()));
            Ok(AppliedText { units: StringArray::new_null(0), origins, failures })
        }
    }
}

fn call(
    stage: &Stage,
    callable: &Bound<'_, PyAny>,
    units: &StringArray,
    context: &CallContext,
    stay: &Stay,
) -> Result<ArrayRef, Failure> {
    let py = callable.py();
    let ty = Type::from(DataType::Utf8);
    let array = arrow_form::argument(py, Arc::new(units.clone()), "text", &ty);
    let mut frame = Frame::new(py, 1);
    frame.set(0, array.map_err(Failure::Raised)?);
    let wanted = Wanted {
        function: &stage.label,
        what: "result",
        ty: Some(&ty),
        count: Some(units.len()),
        number: &|unit| context.rows.number(unit),
        owner: Owner::Plugin,
        hint: "a vectorized stage returns an Arrow array of strings, or a list",
    };
    // Converting what comes back runs Python code of its class, on the call's time.
    timed(stay, py, None, || match frame.call(callable) {
        Some(value) => wanted.read(&value).map_err(Failure::Raised)?.map_err(Failure::Other),
        None => Err(Failure::Raised(PyErr::fetch(py))),
    })?
}

/// A NULL leaves the unit at its place out.
fn without_nulls(given: &StringArray) -> Result<AppliedText> {
    let Some(nulls) = given.nulls().filter(|nulls| nulls.null_count() > 0) else {
        return Ok(AppliedText { units: given.clone(), origins: None, failures: Vec::new() });
    };
    let kept = filter(given, &BooleanArray::new(nulls.inner().clone(), None))?;
    let origins = nulls.valid_indices().map(|unit| unit as u32).collect::<Vec<_>>();
    Ok(AppliedText {
        units: kept.as_string().clone(),
        origins: Some(origins.into()),
        failures: Vec::new(),
    })
}
