//! The tables that `session.functions()` and `plugins()` give.

use std::sync::Arc;
use std::time::UNIX_EPOCH;

use arrow::array::{
    ArrayRef, BooleanArray, Float64Array, Int64Array, ListBuilder, RecordBatch, StringArray,
    StringBuilder, TimestampMicrosecondArray,
};
use arrow::error::ArrowError;
use arrowsmith_contract::{Capability, Function, LoadedPlugin, NativeReport, Snapshot};

use crate::explanation::{reason, report};

/// One row a function.
pub(crate) fn functions(snapshot: &Snapshot) -> Result<RecordBatch, ArrowError> {
    let column = |value: fn(&Function) -> String| -> ArrayRef {
        let values = snapshot.functions().map(|function| Some(value(function)));
        Arc::new(values.collect::<StringArray>())
    };
    let reports: Vec<Option<NativeReport>> = snapshot.functions().map(|f| report(f)).collect();
    let reasons = snapshot.functions().zip(&reports).map(|(f, report)| reason(f, report.as_ref()));
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
        ("reason", Arc::new(reasons.collect::<StringArray>())),
        ("rows", counts(&reports, |report| report.rows)),
        ("side_exits", counts(&reports, |report| report.left)),
        ("version", column(|f| f.version.to_string())),
    ])
}

/// One row a plugin. `scope` is where those live that the snapshot doesn't inherit.
pub(crate) fn plugins(snapshot: &Snapshot, scope: &str) -> Result<RecordBatch, ArrowError> {
    let text = |value: fn(&LoadedPlugin) -> Option<String>| -> ArrayRef {
        Arc::new(snapshot.loaded().map(value).collect::<StringArray>())
    };
    let scopes = snapshot
        .loaded()
        .map(|plugin| Some(if snapshot.is_inherited(plugin.id()) { "database" } else { scope }));
    RecordBatch::try_from_iter([
        ("id", text(|p| Some(p.id().to_string()))),
        ("version", text(|p| Some(p.version().to_string()))),
        ("source", text(|p| Some(p.source().to_string()))),
        ("hash", text(|p| p.digest().map(|digest| hex(digest)))),
        ("functions", names(snapshot, |p| p.functions().iter().map(|f| f.name.as_str()).collect())),
        ("grants", names(snapshot, |p| p.grants().iter().map(Capability::as_str).collect())),
        (
            "denied",
            names(snapshot, |p| p.denied_capabilities().iter().map(|c| c.as_str()).collect()),
        ),
        ("loaded_at", times(snapshot)),
        ("scope", Arc::new(scopes.collect::<StringArray>())),
    ])
}

fn names(snapshot: &Snapshot, of: fn(&LoadedPlugin) -> Vec<&str>) -> ArrayRef {
    let mut builder = ListBuilder::new(StringBuilder::new());
    for plugin in snapshot.loaded() {
        builder.append_value(of(plugin).into_iter().map(Some));
    }
    Arc::new(builder.finish())
}

fn times(snapshot: &Snapshot) -> ArrayRef {
    let values = snapshot.loaded().map(|plugin| {
        let since = plugin.loaded_at().duration_since(UNIX_EPOCH).ok()?;
        i64::try_from(since.as_micros()).ok()
    });
    Arc::new(values.collect::<TimestampMicrosecondArray>().with_timezone("UTC"))
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        for half in [byte >> 4, byte & 15] {
            text.extend(char::from_digit(u32::from(half), 16));
        }
    }
    text
}

/// NULL for what is not compiled.
fn counts(reports: &[Option<NativeReport>], count: fn(&NativeReport) -> u64) -> ArrayRef {
    let values = reports.iter().map(|report| i64::try_from(count(report.as_ref()?)).ok());
    Arc::new(values.collect::<Int64Array>())
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
