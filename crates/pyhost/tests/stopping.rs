//! Stopping Python code from outside: by the token, by a function's own timeout, and what is left
//! behind for the next call.

mod support;

use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow::array::{Array, ArrayRef};
use arrowsmith_contract::{CallContext, Error, Function, Result, StopReason};
use support::*;

/// How long an answer may take after the stop.
const BOUND: Duration = Duration::from_millis(100);

const ENDLESS: &[(&str, &str)] = &[
    ("a loop", "while True: pass"),
    ("a loop of calls", "while True: abs(x)"),
    (
        "one that swallows everything",
        "while True:\n        try:\n            while True: pass\n        except BaseException: pass",
    ),
    (
        "nested tries",
        "while True:\n        try:\n            try:\n                while True: pass\n            \
         except BaseException: pass\n        except BaseException: pass",
    ),
    (
        "finally",
        "while True:\n        try:\n            while True: pass\n        finally: continue",
    ),
    (
        "suppress",
        "import contextlib\n    while True:\n        with contextlib.suppress(BaseException):\n            \
         while True: pass",
    ),
    (
        "it raises something else",
        "try:\n        while True: pass\n    except BaseException: raise ValueError('mine')",
    ),
    ("it gives a value", "try:\n        while True: pass\n    except BaseException: return -1"),
    ("a generator", "list(i for i in iter(int, 1) if False)"),
    ("a comparison in C", "sorted([Slow() for _ in range(100_000)])"),
];

const PREAMBLE: &str = "class Slow:\n    def __lt__(self, other):\n        for _ in range(10_000): pass\n        return False\n";

fn endless(body: &str, options: &str) -> Arc<Function> {
    function(&format!("{PREAMBLE}@db.scalar_fn({options})\ndef f(x: int) -> int:\n    {body}\n"))
}

/// Calls on a thread of its own, runs `meanwhile` here, and gives the answer and when it came.
fn call_beside(
    function: &Function,
    context: &CallContext,
    meanwhile: impl FnOnce(),
) -> (Result<ArrayRef>, Instant) {
    std::thread::scope(|scope| {
        let call = scope.spawn(|| {
            let answer = call_with(function, &[ints([Some(1), Some(2)])], 2, context);
            (answer, Instant::now())
        });
        meanwhile();
        call.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

#[test]
fn a_stopped_token_ends_python_code_whatever_it_does() {
    for (what, body) in ENDLESS {
        let function = endless(body, "");
        let context = CallContext::default();
        let mut stopped = Instant::now();
        let (answer, ended) = call_beside(&function, &context, || {
            std::thread::sleep(Duration::from_millis(30));
            stopped = Instant::now();
            context.token.stop(StopReason::QueryTimeout(Duration::from_millis(30)));
        });
        let took = ended - stopped;
        let Err(Error::Stopped(error)) = answer else { panic!("{what}: {answer:?}") };
        assert_eq!(Some(error.reason), context.token.reason(), "{what}");
        assert!(took < BOUND, "{what} took {took:?}");
    }
}

#[test]
fn a_function_s_own_timeout_ends_its_call_and_names_the_row() {
    for (what, body) in ENDLESS {
        let function = endless(body, "timeout=0.02");
        let start = Instant::now();
        let error = call(&function, &[ints([Some(7)])]).unwrap_err();
        assert!(start.elapsed() < BOUND, "{what} took {:?}", start.elapsed());
        let text = error.to_string();
        assert_eq!(
            text, "plugin.f took longer than its timeout of 0.02 s, row 0, arguments (7)",
            "{what}"
        );
    }
}

#[test]
fn a_late_interruption_never_hits_the_next_call() {
    // The call that is too long ends by itself at about the time of its limit, again and again.
    let slow = function(
        "import time\n@db.scalar_fn(timeout=0.002, on_error='null')\ndef f(x: int) -> int:\n    \
         end = time.perf_counter() + (0.001 + x % 20 * 0.0002 if x % 2 else 0)\n    \
         while time.perf_counter() < end: pass\n    return 0\n",
    );
    let fast = function(
        "@db.scalar_fn\ndef f(x: int) -> int:\n    for _ in range(100): x += 1\n    return x\n",
    );
    let column = ints(std::array::from_fn::<_, 400, _>(|row| Some(row as i64)));
    let answer = call(&slow, &[column]).unwrap();
    for row in (0..400).step_by(2) {
        assert!(answer.is_valid(row), "row {row} was quick");
    }
    assert!(answer.null_count() > 0, "nothing was ever late");
    assert_eq!(call(&fast, &[ints([Some(1)])]).unwrap().null_count(), 0);
}

#[test]
fn rows_that_take_too_long_become_null_and_are_collected() {
    for vectorized in ["False", "'numpy'"] {
        if vectorized != "False" {
            need("numpy");
        }
        let function = function(&format!(
            "@db.scalar_fn(args=['int'], returns='int', timeout=0.02, on_error='collect', \
             vectorized={vectorized})\n\
             def f(x):\n    while (x == 1).any() if hasattr(x, 'any') else x == 1: pass\n    return x\n"
        ));
        let context = CallContext::default();
        let column = ints([Some(0), Some(1), Some(2)]);
        let answer = call_with(&function, &[column], 3, &context).unwrap();
        let collected = context.errors.entries();
        assert_eq!(collected.len(), 1);
        assert_eq!((collected[0].class.as_str(), context.errors.count()), ("FunctionTimeout", 1));
        assert_eq!(answer.null_count(), if vectorized == "False" { 1 } else { 3 });
        let row = collected[0].row.map(|row| row.number);
        assert_eq!(row, if vectorized == "False" { Some(1) } else { None });
    }
}

#[test]
fn a_call_of_c_that_goes_on_stops_the_query_after_a_while() {
    for (on_error, bound) in [("raise", 100), ("null", 1150)] {
        let function = endless(
            "import time\n    time.sleep(3)",
            &format!("timeout=0.02, on_error='{on_error}'"),
        );
        let context = CallContext::default();
        let (stopped, came) = std::sync::mpsc::channel();
        let start = Instant::now();
        let watch = context.token.on_stop(move |token| {
            stopped.send((Instant::now(), token.reason())).unwrap();
        });
        std::thread::scope(|scope| {
            let call = scope.spawn(|| call_with(&function, &[ints([Some(1)])], 1, &context));
            let (at, reason) = came.recv().unwrap();
            assert!(matches!(reason, Some(StopReason::FunctionTimeout(_))));
            let took = at - start;
            assert!(took < Duration::from_millis(bound), "{on_error}: {took:?}");
            assert!(matches!(call.join().unwrap(), Err(Error::Stopped(_))));
        });
        drop(watch);
    }
}

#[test]
fn a_lost_thread_gives_its_place_back() {
    let blocking = endless("import time\n    time.sleep(2.5)", "");
    let quick = endless("return x", "");
    let context = CallContext::default();
    std::thread::scope(|scope| {
        let lost = scope.spawn(|| call_with(&blocking, &[ints([Some(1)])], 1, &context));
        while !context.token.is_stopped() {
            // Only a thread that is inside makes others wait.
            std::thread::sleep(Duration::from_millis(50));
            context.token.cancel();
        }
        let start = Instant::now();
        call(&quick, &[ints([Some(1)])]).unwrap();
        assert!(start.elapsed() < Duration::from_millis(1300), "{:?}", start.elapsed());
        assert!(matches!(lost.join().unwrap(), Err(Error::Stopped(_))));
    });
}
