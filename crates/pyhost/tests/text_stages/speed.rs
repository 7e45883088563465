//! Nanoseconds a unit of two fused stages, from Arrow to Arrow, beside a plain loop that calls both: over
//! ready strings, and over bytes that it decodes and encodes, as a script that reads a file does. Run
//! by `cargo test --profile dev -p arrowsmith-pyhost --test text_stages speed -- --ignored --nocapture`.
#![expect(clippy::print_stdout, reason = "this measures and prints")]

use std::time::Instant;

use arrow::array::{Array, StringArray};
use arrowsmith_contract::CallContext;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use crate::stages;
use crate::support::*;

const UNITS: usize = 8192;
const BATCHES: usize = 20;
const ROUNDS: usize = 9;

/// Two stages by what they return of `text`.
const PAIRS: &[(&str, &str, &str)] = &[
    ("identity", "text", "text"),
    ("strip, upper", "text.strip()", "text.upper()"),
    (
        "replace, words",
        "text.replace('GET', 'get').replace('\"', '')",
        "' '.join(word for word in text.split() if word)",
    ),
    (
        "splitlines",
        "'\\n'.join(l[::-1] for l in text.splitlines())",
        "'\\n'.join(l.capitalize() for l in text.splitlines())",
    ),
];

/// The quickest round: others share the machine.
fn least(values: Vec<f64>) -> f64 {
    values.into_iter().fold(f64::INFINITY, f64::min)
}

#[test]
#[ignore = "a measurement"]
fn fused_stages_beside_a_loop() {
    start();
    let line = |i: usize| {
        format!(
            "127.0.0.{} - - [10/Oct/2000:13:55:36] \"GET /page/{i}.html HTTP/1.0\" 200 {}",
            i % 256,
            i * 7
        )
    };
    let ascii: Vec<String> = (0..UNITS).map(line).collect();
    let wide: Vec<String> = ascii.iter().map(|line| line.replace("page", "straße")).collect();
    for (text, lines) in [("ascii", &ascii), ("latin", &wide)] {
        for (name, first, second) in PAIRS {
            measure(&format!("{name}, {text}"), first, second, lines);
        }
    }
}

fn measure(name: &str, first: &str, second: &str, lines: &[String]) {
    let body = |expression: &str| format!("def process(text):\n    return {expression}\n");
    let (first, second) = (body(first), body(second));
    let stages = stages(&[("a.py", &first), ("b.py", &second)]);
    let kernel = &stages.kernels()[0];
    let globals = attached(|py| {
        let globals = PyDict::new(py);
        for (text, name) in [(&first, "f"), (&second, "g")] {
            let code = text.replace("process", name);
            py.run(&std::ffi::CString::new(code)?, Some(&globals), None)?;
        }
        globals.set_item("lines", PyList::new(py, lines)?)?;
        let code = "encoded = [line.encode() for line in lines]\n\
            def loop():\n    out = []\n    for line in lines:\n        out.append(g(f(line)))\n\
            def script():\n    out = []\n    for line in encoded:\n        out.append(g(f(line.decode())).encode())\n";
        py.run(&std::ffi::CString::new(code)?, Some(&globals), None)?;
        Ok(globals.unbind())
    });
    let units = StringArray::from_iter_values(lines);
    let context = CallContext::default();
    let mut run = kernel.begin(&context).unwrap();
    let count = (units.len() * BATCHES) as f64;
    let (mut looped, mut scripted, mut ours) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        for (function, times) in [("loop", &mut looped), ("script", &mut scripted)] {
            let begun = Instant::now();
            attached(|py| {
                let code = format!("for _ in range({BATCHES}): {function}()");
                py.run(&std::ffi::CString::new(code)?, Some(globals.bind(py)), None)
            });
            times.push(begun.elapsed().as_nanos() as f64 / count);
        }
        let begun = Instant::now();
        for _ in 0..BATCHES {
            run.apply(&units, &context).unwrap();
        }
        ours.push(begun.elapsed().as_nanos() as f64 / count);
    }
    let (looped, scripted, ours) = (least(looped), least(scripted), least(ours));
    println!(
        "{name:24} fused {ours:6.1} ns/unit, loop {looped:6.1} ({:.2}x), of bytes {scripted:6.1} ({:.2}x)",
        looped / ours,
        scripted / ours
    );
}
