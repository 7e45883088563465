//! Nanoseconds a row of aggregates and windows, beside the bare loop over a ready list that calls the
//! same functions. Run by `cargo test --profile dev -p arrowsmith-pyhost --test aggregate_speed --
//! --ignored --nocapture --test-threads 1`.

#![expect(clippy::unwrap_used, clippy::print_stdout, clippy::panic, reason = "it measures")]

mod support;

use std::sync::Arc;
use std::time::Instant;

use arrow::array::{ArrayRef, Float64Array};
use arrowsmith_contract::{CallContext, Function, Kernel};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use support::*;

const BATCH: usize = 8192;
const ROWS: usize = 5_000_000;
const ROUNDS: usize = 3;

const MEAN: &str = "
def init(): return (0.0, 0)
def accumulate(state, v): return (state[0] + v, state[1] + 1)
def merge(a, b): return (a[0] + b[0], a[1] + b[1])
def finalize(state): return state[0] / state[1]
class Mean:
    def __init__(self): self.sum, self.count = 0.0, 0
    def add(self, v): self.sum += v; self.count += 1
    def merge(self, other): self.sum += other.sum; self.count += other.count
    def result(self): return self.sum / self.count
class Vectorized(Mean):
    def add(self, v): self.sum += float(v.sum()); self.count += len(v)
def step(state, v): return state + v, state
def walk(rows):
    total = 0.0
    for v in rows:
        yield total
        total += v
";

const LOOPS: &str = "
def dict_loop():
    state = init()
    for v in values: state = accumulate(state, v)
    return finalize(state)
def class_loop():
    state = Mean()
    add = state.add
    for v in values: add(v)
    return state.result()
def step_loop():
    state, given = 0.0, []
    for v in values:
        state, value = step(state, v)
        given.append(value)
def walk_loop(): list(walk(iter(values)))
";

fn seconds(mut run: impl FnMut()) -> f64 {
    let rounds = (0..ROUNDS).map(|_| {
        let start = Instant::now();
        run();
        start.elapsed().as_secs_f64()
    });
    rounds.fold(f64::INFINITY, f64::min)
}

fn batches() -> Vec<ArrayRef> {
    let batch = |first: usize| -> ArrayRef {
        let rows = first..ROWS.min(first + BATCH);
        Arc::new(Float64Array::from_iter_values(rows.map(|row| (row % 1777) as f64 * 0.05)))
    };
    (0..ROWS).step_by(BATCH).map(batch).collect()
}

fn aggregate(function: &Function, batches: &[ArrayRef], groups: usize) {
    let Kernel::Aggregate(kernel) = &function.kernel else { panic!("{function}") };
    let context = CallContext::default();
    let mut accumulator = kernel.begin(&context).unwrap().accumulator().unwrap();
    let ids: Vec<usize> = (0..BATCH).map(|row| (row * 7919) % groups).collect();
    for batch in batches {
        let columns = std::slice::from_ref(batch);
        accumulator.update(&ids[..batch.len()], groups, columns, &context).unwrap();
    }
    assert_eq!(accumulator.results(groups, &context).unwrap().len(), groups);
}

fn window(function: &Function, batches: &[ArrayRef]) {
    let Kernel::Window(kernel) = &function.kernel else { panic!("{function}") };
    let context = CallContext::default();
    let mut walk = kernel.evaluator(&context).unwrap();
    for (index, batch) in batches.iter().enumerate() {
        let starts: &[usize] = if index == 0 { &[0] } else { &[] };
        walk.evaluate(std::slice::from_ref(batch), batch.len(), starts, &context).unwrap();
    }
}

fn report(name: &str, ours: f64, bare: f64) {
    let nanoseconds = |seconds: f64| seconds * 1e9 / ROWS as f64;
    println!(
        "{name:28} bare loop {:6.1} ns/row, arrowsmith {:6.1} ns/row, {:.2}x",
        nanoseconds(bare),
        nanoseconds(ours),
        bare / ours
    );
}

#[test]
#[ignore = "a measurement"]
fn aggregates_and_windows_beside_a_list_loop() {
    need("numpy");
    let globals = attached(|py| {
        let globals = PyDict::new(py);
        let text = format!("{MEAN}{LOOPS}values = [row % 1777 * 0.05 for row in range({ROWS})]\n");
        py.run(&std::ffi::CString::new(text)?, Some(&globals), None)?;
        Ok(globals.unbind())
    });
    let bare = |name: &str| {
        seconds(|| {
            attached(|py| globals.bind(py).get_item(name)?.unwrap().call0().map(drop));
        })
    };
    let load = |declaration: &str| function(&format!("{MEAN}\n{declaration}"));
    let batches = batches();
    let parts = "dict(init=init, accumulate=accumulate, merge=merge, finalize=finalize)";
    let dict = load(&format!("db.aggregate_fn('mean', ['float'], 'float')({parts})"));
    let class = load("db.aggregate_fn('mean', ['float'], 'float')(Mean)");
    let whole = load("db.aggregate_fn('mean', ['float'], 'float', vectorized='numpy')(Vectorized)");
    let (dict_loop, class_loop) = (bare("dict_loop"), bare("class_loop"));
    for groups in [1, 1000] {
        for (name, function, bare) in [
            ("dict", &dict, dict_loop),
            ("class", &class, class_loop),
            ("numpy", &whole, dict_loop),
        ] {
            let ours = seconds(|| aggregate(function, &batches, groups));
            report(&format!("mean, {name}, {groups} groups"), ours, bare);
        }
    }
    let step = load("db.window_fn('w', ['float'], 'float')({'init': float, 'step': step})");
    report("window, step", seconds(|| window(&step, &batches)), bare("step_loop"));
    let walk = load("db.window_fn('w', ['float'], 'float')(walk)");
    report("window, generator", seconds(|| window(&walk, &batches)), bare("walk_loop"));
}
