//! Rows a second of a procedure, beside a bare Python loop over the same generator, and nanoseconds a
//! row of dates, timestamps and decimals. Run by `cargo test --profile dev -p arrowsmith-pyhost --test
//! procedure_speed -- --ignored --nocapture --test-threads 1`.

mod support;

use std::sync::Arc;
use std::time::Instant;

use arrow::array::{
    ArrayRef, Date32Array, Decimal128Array, Float64Array, TimestampMicrosecondArray,
};
use arrowsmith_contract::{CallContext, Kernel, ProcedureArguments, Type};
use pyo3::types::PyDict;
use support::*;

const ROWS: i64 = 1_000_000;
const ROUNDS: usize = 7;

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Yields the same rows in each form.
const FORMS: &[(&str, &str)] = &[
    ("dicts", "    for i in range(n): yield {'a': i * 0.5, 'b': i, 'c': 'flight'}"),
    ("tuples", "    for i in range(n): yield i * 0.5, i, 'flight'"),
    (
        "batches",
        "    import pyarrow as pa\n    import numpy as np\n    for i in range(0, n, 8192):\n        \
         b = np.arange(i, min(i + 8192, n))\n        \
         yield pa.record_batch({'a': b * 0.5, 'b': b, 'c': ['flight'] * len(b)})",
    ),
    ("ready batches", "    yield from BATCHES"),
];

#[test]
#[ignore = "a measurement"]
fn procedures_beside_a_bare_loop() {
    need("pyarrow");
    for (name, body) in FORMS {
        let prelude = "import pyarrow as pa\nimport numpy as np\nBATCHES = [pa.record_batch({'a': b * 0.5, 'b': b, \
            'c': ['flight'] * len(b)}) for b in (np.arange(i, min(i + 8192, 1_000_000)) for i in range(0, 1_000_000, 8192))]\n";
        let definition = format!("def p(n: int):\n{body}");
        let procedure = function(&format!(
            "{prelude}@db.procedure(yields={{'a': 'float', 'b': 'int', 'c': 'string'}})\n{definition}"
        ));
        let globals = attached(|py| {
            let globals = PyDict::new(py);
            let code = format!("{prelude}{definition}");
            py.run(&std::ffi::CString::new(code)?, Some(&globals), None)?;
            Ok(globals.unbind())
        });
        let (mut bare, mut ours) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let start = Instant::now();
            attached(|py| {
                let code = format!("for row in p({ROWS}): pass");
                py.run(&std::ffi::CString::new(code)?, Some(globals.bind(py)), None)
            });
            bare.push(start.elapsed().as_nanos() as f64 / ROWS as f64);
            let Kernel::Procedure(kernel) = &procedure.kernel else { panic!() };
            let start = Instant::now();
            let context = CallContext::default();
            let columns = vec![ints([Some(ROWS)])];
            let arguments = ProcedureArguments { columns, rows: 1, table: None };
            let mut stream = kernel.start(arguments, &context).unwrap();
            let mut count = 0;
            while let Some(rows) = stream.next_batch(8192, &context).unwrap() {
                count += rows.batch.num_rows();
            }
            assert_eq!(count as i64, ROWS);
            ours.push(start.elapsed().as_nanos() as f64 / ROWS as f64);
        }
        let (bare, ours) = (median(bare), median(ours));
        println!(
            "{name:14} bare loop {bare:6.1} ns/row, arrowsmith {ours:6.1} ns/row, {:.2}x",
            bare / ours
        );
    }
}

#[test]
#[ignore = "a measurement"]
fn values_there_and_back() {
    const BATCH: i64 = 8192;
    let numbers = || (0..BATCH).map(|i| i * 1_000_003);
    let zoned = TimestampMicrosecondArray::from_iter_values(numbers());
    let decimals = Decimal128Array::from_iter_values(numbers().map(i128::from));
    let columns: [ArrayRef; 6] = [
        Arc::new(Float64Array::from_iter_values(numbers().map(|i| i as f64))),
        Arc::new(Date32Array::from_iter_values(0..BATCH as i32)),
        Arc::new(TimestampMicrosecondArray::from_iter_values(numbers())),
        Arc::new(zoned.clone().with_timezone("UTC")),
        Arc::new(zoned.with_timezone("Europe/Vienna")),
        Arc::new(decimals.with_precision_and_scale(38, 2).unwrap()),
    ];
    for column in columns {
        let ty = Type::from(column.data_type().clone());
        let there = function(&format!(
            "@db.scalar_fn(args=['{ty}'], returns='bool')\ndef f(x): return True"
        ));
        let both =
            function(&format!("@db.scalar_fn(args=['{ty}'], returns='{ty}')\ndef f(x): return x"));
        let time = |function| {
            let one = |_| {
                let start = Instant::now();
                call(function, &[Arc::clone(&column)]).unwrap();
                start.elapsed().as_nanos() as f64 / BATCH as f64
            };
            median((0..51).map(one).collect())
        };
        let (there, both) = (time(&there), time(&both));
        println!("{ty:32} made in {there:6.1} ns with the call, there and back {both:6.1} ns");
    }
}
