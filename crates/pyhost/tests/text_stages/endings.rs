//! Stages that don't end: the token, and a stage's own timeout.

use std::time::{Duration, Instant};

use arrow::array::StringArray;
use arrowsmith_contract::{CallContext, Error, StopReason};

use crate::{apply, origins, stage, stages, texts};

/// How long an answer may take after the stop.
const BOUND: Duration = Duration::from_millis(100);

#[test]
fn an_endless_stage_is_stopped() {
    for text in [
        "def process(text):\n    while True: pass",
        "def process(text):\n    while True:\n        try:\n            while True: pass\n        except BaseException: pass",
        "def process(text):\n    while True: yield text",
        "import functools, itertools\ndef many(text): yield\n@functools.wraps(many)\ndef process(text): return itertools.repeat('x')",
        "class process:\n    def __call__(self, text):\n        while True: pass",
        "vectorized = True\ndef process(texts):\n    while True: pass",
        "import re\ndef process(text):\n    return re.sub('.', lambda m: process(text[1:]) if text else '', 'x' * 60)",
    ] {
        let stages = stages(&[("a.py", "def process(text): return text * 40"), ("b.py", text)]);
        let context = CallContext::default();
        let mut run = stages.kernels().last().unwrap().begin(&context).unwrap();
        let units = StringArray::from(vec!["abc", "b"]);
        let stopped = std::thread::scope(|scope| {
            let call = scope.spawn(|| {
                let answer = run.apply(&units, &context);
                (answer, Instant::now())
            });
            std::thread::sleep(Duration::from_millis(30));
            let stopped = Instant::now();
            context.token.stop(StopReason::Cancelled);
            let (answer, ended) = call.join().unwrap();
            assert!(matches!(answer, Err(Error::Stopped(_))), "{text}: {answer:?}");
            ended - stopped
        });
        assert!(stopped < BOUND, "{text} took {stopped:?}");
    }
}

#[test]
fn set_up_and_end_are_stopped_too() {
    let begin = "class process:\n    def __init__(self):\n        while True: pass\n    def __call__(self, text): ...";
    let end = "class process:\n    def __call__(self, text): ...\n    def finish(self):\n        while True: yield 'x'";
    for text in [begin, end] {
        let kernel = stage(text);
        let context = CallContext::default();
        let limit = Duration::from_millis(30);
        let begun = Instant::now();
        context.token.stop_after(limit, StopReason::QueryTimeout(limit));
        let answer = kernel.begin(&context).and_then(|mut run| run.finish(&context));
        assert!(matches!(answer, Err(Error::Stopped(_))), "{answer:?}");
        assert!(begun.elapsed() < limit + BOUND, "{:?}", begun.elapsed());
    }
}

#[test]
fn each_unit_has_its_time() {
    let text = "timeout = 0.05\ndef process(text):\n    while text == 'b': pass\n    return text\n";
    let stages = stages(&[("a.py", text), ("b.py", &text.replace("'b'", "'c'"))]);
    let [kernel] = stages.kernels() else { panic!("{stages:?}") };
    let applied = apply(kernel.as_ref(), &["a", "b", "c", "d"]);
    assert_eq!((texts(&applied.units), origins(&applied)), (vec!["a", "d"], Some(vec![0, 3])));
    let told: Vec<String> =
        applied.failures.iter().map(|failure| failure.error.to_string()).collect();
    assert_eq!(
        told,
        [
            "stage a took longer than its timeout of 0.05 s, unit 1, text 'b'",
            "stage b took longer than its timeout of 0.05 s, unit 2, text 'c'",
        ]
    );
}

#[test]
fn a_stopped_token_lets_nothing_begin() {
    let kernel = stage("class process:\n    def __call__(self, text): return text");
    let context = CallContext::default();
    context.token.cancel();
    assert!(matches!(kernel.begin(&context), Err(Error::Stopped(_))));
}
