//! Starts the interpreter and makes calls short.
#![allow(
    dead_code,
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::panic,
    reason = "each test binary uses a part of this, and clippy sees no test in it"
)]

use std::path::PathBuf;
use std::sync::{Arc, Once};

use arrow::array::ArrayRef;
use arrowsmith_contract::{
    CallContext, Error, Function, Kernel, Manifest, Result, RowNumbers, RowScope,
};
use arrowsmith_pyhost::{Loading, door, load_source, to_pyerr};
use pyo3::prelude::*;

/// Starts the interpreter, with the packages of the virtual environment that `make` made.
pub(crate) fn start() {
    static STARTED: Once = Once::new();
    STARTED.call_once(|| {
        Python::initialize();
        let environment = std::env::var_os("VIRTUAL_ENV").map_or_else(
            || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../.venv"),
            PathBuf::from,
        );
        attached(|py| {
            let version = py.version_info();
            let packages = environment
                .join(format!("lib/python{}.{}", version.major, version.minor))
                .join("site-packages");
            py.import("site")?.call_method1("addsitedir", (packages,))?;
            arrowsmith_pyhost::install(py)
        });
    });
}

/// Runs Python code that must not fail.
pub(crate) fn attached<T>(work: impl FnOnce(Python<'_>) -> PyResult<T>) -> T {
    door::enter(|py| Ok(work(py).map_err(|error| error.to_string()))).unwrap().unwrap()
}

/// The names of all modules, in the order in which they came.
pub(crate) fn module_names(py: Python<'_>) -> PyResult<Vec<String>> {
    let modules = py.import("sys")?.getattr("modules")?;
    modules.call_method0("keys")?.try_iter()?.map(|key| key?.extract()).collect()
}

/// The module of the plugin that was loaded last from a file of that stem.
pub(crate) fn module_of<'py>(py: Python<'py>, stem: &str) -> PyResult<Bound<'py, PyAny>> {
    let suffix = format!("_{stem}");
    let names = module_names(py)?;
    let name = names.iter().rev().find(|name| name.ends_with(&suffix)).unwrap();
    py.import("sys")?.getattr("modules")?.get_item(name)
}

/// Fails with an advice rather than skip, so that nobody believes in tests that did not run.
pub(crate) fn need(package: &str) {
    start();
    let found = attached(|py| Ok(py.import(package).is_ok()));
    assert!(found, "these tests need {package}: set VIRTUAL_ENV to an environment that has it");
}

pub(crate) fn load(source: &str) -> Manifest {
    start();
    load_source(source, "plugin.py", &Loading::default()).unwrap()
}

/// The message of the error that loading gives.
pub(crate) fn load_failure(source: &str) -> String {
    start();
    load_source(source, "plugin.py", &Loading::default()).unwrap_err().to_string()
}

/// The only, or last, function of a text.
pub(crate) fn function(source: &str) -> Arc<Function> {
    Arc::clone(load(source).functions().last().unwrap())
}

pub(crate) fn call_with(
    function: &Function,
    columns: &[ArrayRef],
    rows: usize,
    context: &CallContext,
) -> Result<ArrayRef> {
    let Kernel::Scalar(kernel) = &function.kernel else {
        panic!("{function} is no scalar");
    };
    kernel.invoke(columns, rows, context)
}

pub(crate) fn call(function: &Function, columns: &[ArrayRef]) -> Result<ArrayRef> {
    let rows = columns.first().map_or(1, |column| column.len());
    call_with(function, columns, rows, &CallContext::default())
}

/// The message of the error that a call gives.
pub(crate) fn failure(function: &Function, columns: &[ArrayRef]) -> String {
    call(function, columns).unwrap_err().to_string()
}

/// The class of the exception that an error is to Python's users.
pub(crate) fn class_of(error: &Error) -> String {
    attached(|py| Ok(to_pyerr(py, error).get_type(py).name()?.to_string()))
}

/// The notes that the exception of an error has.
pub(crate) fn notes_of(error: &Error) -> Vec<String> {
    attached(|py| to_pyerr(py, error).value(py).getattr("__notes__")?.extract())
}

pub(crate) fn floats<const N: usize>(values: [Option<f64>; N]) -> ArrayRef {
    Arc::new(arrow::array::Float64Array::from(values.to_vec()))
}

pub(crate) fn ints<const N: usize>(values: [Option<i64>; N]) -> ArrayRef {
    Arc::new(arrow::array::Int64Array::from(values.to_vec()))
}

pub(crate) fn strings<const N: usize>(values: [Option<&str>; N]) -> ArrayRef {
    Arc::new(arrow::array::StringArray::from(values.to_vec()))
}

pub(crate) fn bools<const N: usize>(values: [Option<bool>; N]) -> ArrayRef {
    Arc::new(arrow::array::BooleanArray::from(values.to_vec()))
}

/// The haversine of the design's first example, row by row and on arrays of `NumPy`.
pub(crate) const GEO: &str = r#"
import math

db.set_plugin_id("ai.example.geo")
db.set_version("1.0.0")
R = 6371.0  # Earth's radius in km

@db.scalar_fn("haversine", args=["float"] * 4, returns="float", determinism="pure")
def haversine(lat1, lon1, lat2, lon2):
    if lat1 is None or lon1 is None or lat2 is None or lon2 is None:
        return None
    rlat1 = math.radians(lat1)
    rlat2 = math.radians(lat2)
    dlat = math.radians(lat2 - lat1)
    dlon = math.radians(lon2 - lon1)
    a = math.sin(dlat / 2.0) ** 2 + math.cos(rlat1) * math.cos(rlat2) * math.sin(dlon / 2.0) ** 2
    return R * 2.0 * math.asin(math.sqrt(a))

@db.scalar_fn("haversine_np", args=["float"] * 4, returns="float", determinism="pure", vectorized="numpy")
def haversine_np(lat1, lon1, lat2, lon2):
    import numpy as np
    dlat, dlon = np.radians(lat2 - lat1), np.radians(lon2 - lon1)
    a = np.sin(dlat / 2.0) ** 2 + np.cos(np.radians(lat1)) * np.cos(np.radians(lat2)) * np.sin(dlon / 2.0) ** 2
    return R * 2.0 * np.arcsin(np.sqrt(a))
"#;

/// A context whose rows the user counts from there.
pub(crate) fn starting_at(first: u64) -> CallContext {
    CallContext { rows: RowNumbers::starting_at(first, RowScope::Input), ..CallContext::default() }
}
