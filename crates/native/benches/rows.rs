//! Compiled functions against the same loops written by hand in Rust, on one core and on two.
//!
//! `cargo bench -p arrowsmith-native` prints one line a comparison: the median time a row of each
//! side over interleaved rounds, and the median of the rounds' ratios with their spread. Answers are
//! compared before anything is timed: by bits, and within 1e-9 where the hand-written loop says
//! `x * x` for `x ** 2`.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a bench prints, and a wrong answer ends it"
)]

mod rust_loops;

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow::array::{Array, ArrayRef, Float64Array};
use arrowsmith_contract::{
    Binding, CallContext, CallPolicy, CompileTask, Compiler as _, Constant, FunctionSource,
    LiveCode, MathReference, NullPolicy, Parameter, Result, ScalarKernel, Signature, Span, Tier,
    Type,
};
use arrowsmith_native::Compiler;

const ROUNDS: usize = 11;

const HAVERSINE: &str = "\
def haversine(lat1, lon1, lat2, lon2):
    if lat1 is None or lon1 is None or lat2 is None or lon2 is None:
        return None
    rlat1 = math.radians(lat1)
    rlat2 = math.radians(lat2)
    dlat = math.radians(lat2 - lat1)
    dlon = math.radians(lon2 - lon1)
    a = math.sin(dlat / 2.0) ** 2 + math.cos(rlat1) * math.cos(rlat2) * math.sin(dlon / 2.0) ** 2
    return R * 2.0 * math.asin(math.sqrt(a))
";

const LINEAR: &str = "\
def linear(x, y):
    return x * 2.0 + y
";

fn main() {
    let rows = 2_000_000;
    let places = haversine_columns(rows);
    let haversine = compile(HAVERSINE, 4, NullPolicy::Pass);
    compare(
        "haversine, libm's pow",
        rows,
        &places,
        &haversine,
        rust_loops::haversine_with_pow,
        true,
    );
    compare(
        "haversine, x * x",
        rows,
        &places,
        &haversine,
        rust_loops::haversine_with_product,
        false,
    );
    two_cores(rows, &places, &haversine);
    let linear = compile(LINEAR, 2, NullPolicy::Skip);
    for rows in [16_384, 2_000_000, 20_000_000] {
        let columns = numbers(rows, 2);
        compare("x * 2 + y", rows, &columns, &linear, rust_loops::linear, true);
    }
}

type Loop = fn(&[ArrayRef]) -> Float64Array;

/// Prints how long both take, and the hand-written loop's time over ours.
fn compare(
    what: &str,
    rows: usize,
    columns: &[ArrayRef],
    kernel: &Arc<dyn ScalarKernel>,
    by_hand: Loop,
    same_bits: bool,
) {
    let ours = invoke(kernel, columns);
    let theirs: ArrayRef = Arc::new(by_hand(columns));
    check(what, &ours, &theirs, same_bits);
    let mut times = (Vec::new(), Vec::new());
    // Small batches are repeated, so that a round takes long enough.
    let repeats = (2_000_000 / rows).max(1);
    for _ in 0..ROUNDS {
        times.0.push(timed(|| {
            for _ in 0..repeats {
                black_box(invoke(kernel, columns));
            }
        }));
        times.1.push(timed(|| {
            for _ in 0..repeats {
                black_box(by_hand(black_box(columns)));
            }
        }));
    }
    let calls = rows * repeats;
    let ratios: Vec<f64> =
        times.0.iter().zip(&times.1).map(|(a, b)| b.as_secs_f64() / a.as_secs_f64()).collect();
    let (low, middle, high) = spread(ratios);
    println!(
        "{what}, {rows} rows: compiled {:.2} ns/row, Rust {:.2} ns/row, {middle:.2}x ({low:.2} to {high:.2})",
        per_row(&mut times.0, calls),
        per_row(&mut times.1, calls),
    );
}

/// Half of the rows on each of two threads, against all of them on one.
fn two_cores(rows: usize, columns: &[ArrayRef], kernel: &Arc<dyn ScalarKernel>) {
    let halves: Vec<Vec<ArrayRef>> = [0, rows / 2]
        .map(|start| columns.iter().map(|column| column.slice(start, rows / 2)).collect())
        .to_vec();
    let mut ratios = Vec::new();
    for _ in 0..ROUNDS {
        let one = timed(|| drop(black_box(invoke(kernel, columns))));
        let two = timed(|| {
            std::thread::scope(|scope| {
                for half in &halves {
                    scope.spawn(move || drop(black_box(invoke(kernel, half))));
                }
            });
        });
        ratios.push(one.as_secs_f64() / two.as_secs_f64());
    }
    let (low, middle, high) = spread(ratios);
    println!("haversine, two cores against one: {middle:.2}x ({low:.2} to {high:.2})");
}

fn check(what: &str, ours: &ArrayRef, theirs: &ArrayRef, same_bits: bool) {
    let values = |array: &ArrayRef| {
        let array = array.as_any().downcast_ref::<Float64Array>().expect("an array of floats");
        array.values().to_vec()
    };
    let differ = |a: f64, b: f64| {
        if same_bits { a.to_bits() != b.to_bits() } else { (a - b).abs() > 1e-9 * b.abs().max(1.0) }
    };
    let pairs = values(ours).into_iter().zip(values(theirs));
    let wrong = pairs.filter(|(a, b)| differ(*a, *b)).count();
    assert_eq!(wrong, 0, "{what}: rows whose answers differ");
}

fn invoke(kernel: &Arc<dyn ScalarKernel>, columns: &[ArrayRef]) -> ArrayRef {
    kernel
        .invoke(columns, columns[0].len(), &CallContext::default())
        .expect("the rows are computed")
}

fn timed(work: impl FnOnce()) -> Duration {
    let begin = Instant::now();
    work();
    begin.elapsed()
}

fn per_row(times: &mut [Duration], rows: usize) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64() * 1e9 / rows as f64
}

/// The least, the middle and the greatest.
fn spread(mut ratios: Vec<f64>) -> (f64, f64, f64) {
    ratios.sort_by(f64::total_cmp);
    (ratios[0], ratios[ratios.len() / 2], ratios[ratios.len() - 1])
}

/// Numbers that look random and are the same in each run (a linear congruential generator, Knuth's
/// constants).
fn numbers(rows: usize, columns: usize) -> Vec<ArrayRef> {
    let mut state = 1_u64;
    let mut next = move || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let mut column =
        || Arc::new(Float64Array::from_iter_values((0..rows).map(|_| next()))) as ArrayRef;
    (0..columns).map(|_| column()).collect()
}

/// Latitudes and longitudes of pairs of places.
fn haversine_columns(rows: usize) -> Vec<ArrayRef> {
    let scale = |column: &ArrayRef, span: f64| {
        let column = column.as_any().downcast_ref::<Float64Array>().expect("floats");
        Arc::new(column.unary::<_, arrow::datatypes::Float64Type>(|x| (x - 0.5) * span)) as ArrayRef
    };
    let unit = numbers(rows, 4);
    [140.0, 360.0, 140.0, 360.0]
        .iter()
        .zip(&unit)
        .map(|(span, column)| scale(column, *span))
        .collect()
}

fn compile(text: &str, parameters: usize, nulls: NullPolicy) -> Arc<dyn ScalarKernel> {
    let name: Arc<str> = text[4..].split('(').next().unwrap_or("").into();
    let source = Arc::new(FunctionSource {
        text: text.into(),
        file: "bench.py".into(),
        span: Span { start: 0, end: text.trim_end().len(), first_line: 1 },
        bindings: vec![
            ("math".into(), Binding::Builtin("math".into())),
            ("R".into(), Binding::Constant(Constant::Float(6371.0))),
        ],
        ..FunctionSource::default()
    });
    let names = text.split(['(', ')']).nth(1).unwrap_or("").split(", ");
    let parameters: Vec<Parameter> = names
        .take(parameters)
        .map(|name| Parameter { name: name.into(), ty: Type::FLOAT64, nullable: false, nulls })
        .collect();
    let required = parameters.len();
    let signature =
        Signature::new(parameters, required, false, Type::FLOAT64).expect("a fine signature");
    let task = CompileTask {
        function: &name,
        source: &source,
        signature: &signature,
        policy: CallPolicy::default(),
        fallback: Arc::new(Nobody),
        live: Arc::new(Nobody),
    };
    Compiler::new().compile(&task, &Nobody).unwrap_or_else(|refusal| panic!("{refusal}"))
}

/// No row may leave.
#[derive(Debug)]
struct Nobody;

impl ScalarKernel for Nobody {
    fn tier(&self) -> Tier {
        Tier::Inline
    }

    fn invoke(&self, _: &[ArrayRef], rows: usize, _: &CallContext) -> Result<ArrayRef> {
        panic!("{rows} rows left");
    }
}

impl LiveCode for Nobody {
    fn changed(&self) -> Option<String> {
        None
    }
}

impl MathReference for Nobody {
    /// The C library that compiled code calls; that it is Python's is for tests with Python to say.
    fn call(&self, function: &str, arguments: &[f64]) -> Option<f64> {
        rust_loops::math(function, arguments)
    }
}
