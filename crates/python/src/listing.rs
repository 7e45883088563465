//! The table that `session.functions()` gives.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Float64Array, RecordBatch, StringArray};
use arrow::error::ArrowError;
use arrowsmith_contract::{Function, Snapshot};

/// One row a function.
pub(crate) fn functions(snapshot: &Snapshot) -> Result<RecordBatch, ArrowError> {
    let column = |value: fn(&Function) -> String| -> ArrayRef {
        let values = snapshot.functions().map(|function| Some(value(function)));
        Arc::new(values.collect::<StringArray>())
    };
    RecordBatch::try_from_iter([
        ("name", column(|f| f.qualified_name().to_string())),
        ("kind", column(|f| f.kind().as_str().to_owned())),
        ("mode", column(|f| f.mode.as_str().to_owned())),
        ("signature", column(|f| f.signature.to_string())),
        ("nulls", column(null_policies)),
        ("determinism", column(|f| f.determinism.as_str().to_owned())),
        ("on_error", column(|f| f.policy.on_error.as_str().to_owned())),
        ("timeout", timeouts(snapshot)),
        ("thread_safe", thread_safety(snapshot)),
        ("tier", column(|f| f.tier().as_str().to_owned())),
        ("version", column(|f| f.version.to_string())),
    ])
}

/// Seconds; NULL for none.
fn timeouts(snapshot: &Snapshot) -> ArrayRef {
    let values = snapshot.functions().map(|f| f.policy.timeout.map(|limit| limit.as_secs_f64()));
    Arc::new(values.collect::<Float64Array>())
}

fn thread_safety(snapshot: &Snapshot) -> ArrayRef {
    let values = snapshot.functions().map(|f| Some(f.policy.thread_safe));
    Arc::new(values.collect::<BooleanArray>())
}

/// `skip` or `pass` where all parameters agree, else `x: skip, y: pass`.
fn null_policies(function: &Function) -> String {
    let parameters = function.signature.parameters();
    let Some(first) = parameters.first() else {
        return String::new();
    };
    if parameters.iter().all(|parameter| parameter.nulls == first.nulls) {
        return first.nulls.as_str().to_owned();
    }
    let each: Vec<String> =
        parameters.iter().map(|p| format!("{}: {}", p.name, p.nulls.as_str())).collect();
    each.join(", ")
}
