//! Nanoseconds a row, beside `list(map(f, *columns))` over ready lists. Run by `cargo test --profile
//! dev -p arrowsmith-pyhost --test speed -- --ignored --nocapture --test-threads 1`; the tests' own
//! profile checks overflows and is slower.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "this measures and prints")]

mod support;

use std::sync::Arc;
use std::time::Instant;

use arrow::array::{ArrayRef, Float64Array, StringArray};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use support::*;

const BATCH: usize = 8192;
const BATCHES: usize = 40;
const ROUNDS: usize = 9;

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn measure(name: &str, source: &str, columns: &[ArrayRef]) {
    let function = function(source);
    let (mut list, mut ours) = (Vec::new(), Vec::new());
    let rows = (BATCH * BATCHES) as f64;
    let globals = attached(|py| {
        let globals = PyDict::new(py);
        let plain: Vec<&str> = source.lines().filter(|line| !line.starts_with("@db")).collect();
        let plain = plain.join(
            "
",
        );
        py.run(&std::ffi::CString::new(plain)?, Some(&globals), None)?;
        let lists: Vec<Py<PyAny>> = columns
            .iter()
            .map(|column| {
                let array = pyo3_arrow::PyArray::from_array_ref(Arc::clone(column));
                Ok(array.to_pyarrow(py)?.call_method0("to_pylist")?.unbind())
            })
            .collect::<PyResult<_>>()?;
        globals.set_item("columns", lists)?;
        Ok(globals.unbind())
    });
    for _ in 0..ROUNDS {
        let start = Instant::now();
        attached(|py| {
            let code = format!("for _ in range({BATCHES}): list(map(f, *columns))");
            py.run(&std::ffi::CString::new(code)?, Some(globals.bind(py)), None)
        });
        list.push(start.elapsed().as_nanos() as f64 / rows);
        let start = Instant::now();
        for _ in 0..BATCHES {
            call(&function, columns).unwrap();
        }
        ours.push(start.elapsed().as_nanos() as f64 / rows);
    }
    let (list, ours) = (median(list), median(ours));
    println!(
        "{name:12} list(map) {list:6.1} ns/row, arrowsmith {ours:6.1} ns/row, {:.2}x",
        list / ours
    );
}

#[test]
#[ignore = "a measurement"]
fn rows_beside_a_list_loop() {
    need("pyarrow");
    let column = |seed: usize| -> ArrayRef {
        Arc::new(Float64Array::from_iter_values(
            (0..BATCH).map(|i| ((i * seed) % 1777) as f64 * 0.05),
        ))
    };
    let four: Vec<ArrayRef> = [3, 7, 11, 13].map(column).to_vec();
    let text: ArrayRef =
        Arc::new(StringArray::from_iter_values((0..BATCH).map(|i| format!("flight {i}"))));
    let int: ArrayRef =
        Arc::new(arrow::array::Int64Array::from_iter_values((0..BATCH as i64).map(|i| i * 1000)));
    measure(
        "identity",
        "@db.scalar_fn(args=['float'], returns='float')\ndef f(x): return x",
        &four[..1],
    );
    measure(
        "int identity",
        "@db.scalar_fn(args=['int'], returns='int')\ndef f(x): return x",
        &[int],
    );
    measure(
        "add",
        "@db.scalar_fn(args=['float'] * 2, returns='float')\ndef f(x, y): return x + y",
        &four[..2],
    );
    measure(
        "upper",
        "@db.scalar_fn(args=['string'], returns='string')\ndef f(x): return x.upper()",
        &[text],
    );
    let haversine = GEO
        .split("@db.scalar_fn(\"haversine_np")
        .next()
        .unwrap()
        .replace("def haversine(", "def f(");
    let haversine = haversine.replace("db.set", "# ");
    measure("haversine", &haversine, &four);
}

#[test]
#[ignore = "a measurement"]
fn vectorized_beside_numpy() {
    need("numpy");
    let columns: Vec<ArrayRef> = [3, 7, 11, 13]
        .map(|seed| {
            let values = (0..BATCH).map(|i| ((i * seed) % 1777) as f64 * 0.05);
            Arc::new(Float64Array::from_iter_values(values)) as ArrayRef
        })
        .to_vec();
    let identity = "import numpy as np\n@db.scalar_fn(vectorized='numpy', args=['float'], returns='float')\ndef f(x): return x\n";
    measure_vectorized("np identity", identity, &columns[..1]);
    measure_vectorized("np double", &identity.replace("return x", "return x * 2.0"), &columns[..1]);
    let (start, end) = GEO.split_once("@db.scalar_fn(\"haversine\"").unwrap();
    let haversine = end.split_once("@db").unwrap().1.replace("def haversine_np(", "def f(");
    measure_vectorized(
        "haversine_np",
        &format!("{}@db{haversine}", start.replace("db.set", "# ")),
        &columns,
    );
}

fn measure_vectorized(name: &str, source: &str, columns: &[ArrayRef]) {
    let function = function(source);
    let globals = attached(|py| {
        let globals = PyDict::new(py);
        let plain: Vec<&str> = source.lines().filter(|line| !line.starts_with("@db")).collect();
        let plain = plain.join(
            "
",
        );
        py.run(&std::ffi::CString::new(plain)?, Some(&globals), None)?;
        let code = format!(
            "import numpy as np\ncolumns = [(np.arange({BATCH}) * s % 1777) * 0.05 for s in (3, 7, 11, 13)][:{}]",
            columns.len()
        );
        py.run(&std::ffi::CString::new(code)?, Some(&globals), None)?;
        Ok(globals.unbind())
    });
    let (mut numpy, mut ours) = (Vec::new(), Vec::new());
    let rows = (BATCH * BATCHES) as f64;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        attached(|py| {
            let code = format!("for _ in range({BATCHES}): f(*columns)");
            py.run(&std::ffi::CString::new(code)?, Some(globals.bind(py)), None)
        });
        numpy.push(start.elapsed().as_nanos() as f64 / rows);
        let start = Instant::now();
        for _ in 0..BATCHES {
            call(&function, columns).unwrap();
        }
        ours.push(start.elapsed().as_nanos() as f64 / rows);
    }
    let (numpy, ours) = (median(numpy), median(ours));
    println!(
        "{name:12} NumPy {numpy:6.2} ns/row, arrowsmith {ours:6.2} ns/row, {:.2}x",
        numpy / ours
    );
}
