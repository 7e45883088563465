//! Rows that are slow, streams that are dropped or stopped, time limits.

use std::time::{Duration, Instant};

use arrowsmith_contract::{CallContext, CancelToken, Error, StopReason};
use pyo3::prelude::*;

use crate::support::*;
use crate::{failing, one, rows, start_on, start_with};

/// What an expression of the module `builtins` gives, where plugins leave what tests look at.
fn seen(expression: &str) -> String {
    attached(|py| {
        let code = format!("__import__('builtins').{expression}");
        py.eval(&std::ffi::CString::new(code)?, None, None)?.str()?.extract()
    })
}

#[test]
fn rows_that_take_long_do_not_wait_for_others() {
    let slow = one(
        "import time\n    for i in range(9):\n        time.sleep(0.03)\n        yield i",
        "int",
    );
    let mut stream = start_on(&slow, &[]);
    let start = Instant::now();
    let first = stream.next_batch(8192, &CallContext::default()).unwrap().unwrap();
    assert!((1..=4).contains(&first.batch.num_rows()), "{first:?}");
    assert!(start.elapsed() < Duration::from_millis(200));
}

#[test]
fn dropping_a_stream_runs_finally() {
    let body = "import builtins\n    builtins.ended = []\n    try:\n        while True: yield 1\n    \
        except GeneratorExit:\n        builtins.ended.append('exit')\n        raise\n    finally:\n        builtins.ended.append('finally')";
    let mut stream = start_on(&one(body, "int"), &[]);
    assert_eq!(stream.next_batch(5, &CallContext::default()).unwrap().unwrap().batch.num_rows(), 5);
    assert_eq!(seen("ended"), "[]");
    drop(stream);
    assert_eq!(seen("ended"), "['exit', 'finally']");
}

#[test]
fn a_generator_that_will_not_end_is_left_behind() {
    for body in [
        "try:\n        yield 1\n    finally:\n        yield 2",
        "try:\n        yield 1\n    finally:\n        1 / 0",
        "try:\n        yield 1\n    finally:\n        raise SystemExit",
    ] {
        let mut stream = start_on(&one(body, "int"), &[]);
        stream.next_batch(1, &CallContext::default()).unwrap();
        drop(stream);
    }
    let endless = one("try:\n        yield 1\n    finally:\n        while True: pass", "int");
    let context = CallContext { token: CancelToken::new(), ..CallContext::default() };
    let mut stream = start_with(&endless, Vec::new(), None, &context);
    stream.next_batch(1, &context).unwrap();
    context.token.cancel();
    let start = Instant::now();
    drop(stream);
    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
}

#[test]
fn an_endless_generator_is_stopped() {
    for body in [
        "while True: pass\n    yield",
        "while True: yield 1",
        "import itertools\n    return itertools.repeat(1)",
    ] {
        let context = CallContext { token: CancelToken::new(), ..CallContext::default() };
        let mut stream = start_with(&one(body, "int"), Vec::new(), None, &context);
        let limit = Duration::from_millis(50);
        context.token.stop_after(limit, StopReason::QueryTimeout(limit));
        let start = Instant::now();
        let error = loop {
            match stream.next_batch(1000, &context) {
                Ok(rows) => assert!(rows.is_some()),
                Err(error) => break error,
            }
        };
        assert!(matches!(error, Error::Stopped(_)), "{error}");
        assert!(start.elapsed() < Duration::from_millis(150), "{body}: {:?}", start.elapsed());
    }
}

#[test]
fn each_row_has_its_time() {
    let text = |on_error: &str| {
        format!(
            "import time\n@db.procedure(args=['float'], yields=['a:int'], timeout=0.1, on_error='{on_error}')\n\
             def p(s):\n    for i in range(4):\n        yield i\n        time.sleep(0.05)\n    while s: pass"
        )
    };
    let slow = function(&text("raise"));
    assert_eq!(rows(&slow, &[floats([Some(0.0)])]).len(), 4);
    let message = failing(&slow, &[floats([Some(1.0)])]);
    assert!(message.contains("plugin.p") && message.contains("0.1 s"), "{message}");
    assert_eq!(rows(&function(&text("null")), &[floats([Some(1.0), Some(0.0)])]).len(), 8);
}
