//! Units that fail, and failures that are no unit's.

use arrow::array::StringArray;
use arrowsmith_contract::{CallContext, Error};
use arrowsmith_pyhost::to_pyerr;
use pyo3::prelude::*;

use crate::support::*;
use crate::{apply, apply_with, origins, stage, stages, texts};

const PARSE: &str = "unit = 'line'\ndef process(line):\n    return str(int(line))\n";

#[test]
fn a_unit_that_raises_is_left_out_and_told() {
    let kernel = stage(PARSE);
    let applied = apply_with(kernel.as_ref(), &["1", "x", " 3 ", "y"], &starting_at(100));
    assert_eq!(texts(&applied.units), ["1", "3"]);
    assert_eq!(origins(&applied), Some(vec![0, 2]));
    let units: Vec<usize> = applied.failures.iter().map(|failure| failure.unit).collect();
    assert_eq!(units, [1, 3]);
    let failure = &applied.failures[0];
    assert_eq!(failure.stage.as_ref(), "a");
    assert_eq!(
        failure.error.to_string(),
        "stage a raised ValueError: invalid literal for int() with base 10: 'x'"
    );
    assert_eq!(class_of(&failure.error), "ValueError");
    let notes = notes_of(&failure.error);
    assert!(
        notes[0].starts_with("in stage a (") && notes[0].ends_with("a.py), unit 101, text 'x'"),
        "{notes:?}"
    );
    attached(|py| {
        let exception = to_pyerr(py, &failure.error).into_value(py);
        // The file is gone: the lines are those that were loaded.
        let lines = py.import("traceback")?.call_method1("format_exception", (exception,))?;
        let traceback = lines.extract::<Vec<String>>()?.concat();
        assert!(
            traceback.contains("a.py\", line 3, in process\n    return str(int(line))"),
            "{traceback}"
        );
        Ok(())
    });
}

#[test]
fn the_exception_is_the_same_object() {
    let kernel = stage(
        "import builtins\nbuiltins.mine = KeyError('k')\ndef process(text): raise builtins.mine",
    );
    let applied = apply(kernel.as_ref(), &["a"]);
    attached(|py| {
        let mine = py.import("builtins")?.getattr("mine")?;
        assert!(to_pyerr(py, &applied.failures[0].error).value(py).is(&mine));
        Ok(())
    });
}

#[test]
fn the_right_one_of_fused_stages_is_named() {
    let stages = stages(&[
        ("1.py", "def process(text):\n    return text + '1' if text != 'a' else 1 / 0"),
        (
            "2.py",
            "def process(text):\n    if text == 'b1': raise KeyError(text)\n    return None if text == 'c1' else text + '2'",
        ),
        (
            "3.py",
            "def process(text):\n    assert text != 'd12'\n    return '\\ud800' if text == 'e12' else text + '3'",
        ),
    ]);
    let [kernel] = stages.kernels() else { panic!("{stages:?}") };
    let applied = apply(kernel.as_ref(), &["a", "b", "c", "d", "e", "f"]);
    assert_eq!((texts(&applied.units), origins(&applied)), (vec!["f123"], Some(vec![5])));
    let told: Vec<String> = applied
        .failures
        .iter()
        .map(|failure| format!("{} {}: {}", failure.unit, failure.stage, failure.error))
        .collect();
    assert_eq!(
        told,
        [
            "0 1: stage 1 raised ZeroDivisionError: division by zero",
            "1 2: stage 2 raised KeyError: 'b1'",
            "2 2: stage 2: its result for unit 2 does not fit string: None (a stage returns a string; one that gives several or none is a generator)",
            "3 3: stage 3 raised AssertionError",
            "4 3: stage 3: its result for unit 4 does not fit string: '\\ud800' (it holds half of a surrogate pair, which is no text)",
        ]
    );
    let notes = notes_of(&applied.failures[1].error);
    assert!(notes[0].ends_with("2.py), unit 1, text 'b1'"), "{notes:?}");
}

#[test]
fn what_is_no_string_does_not_fit() {
    for (value, wanted) in [
        ("None", "None"),
        ("b'x'", "b'x'"),
        ("5", "5"),
        ("['x']", "['x']"),
        ("(c for c in text)", "<generator object process.<locals>.<genexpr> at"),
        ("'x' * 50 + '\\udcff'", "'xxxxxxxxxxxxxxx"),
        ("Odd()", "<Odd whose repr fails>"),
    ] {
        for behind in [false, true] {
            let odd = "class Odd:\n    def __repr__(self): raise SystemExit\n";
            let text = format!("{odd}def process(text): return {value} if text == 'b' else text");
            let mut files = vec![("a.py", text.as_str())];
            if behind {
                files.push(("b.py", "def process(text): return text"));
            }
            let applied = apply(stages(&files).kernels()[0].as_ref(), &["a", "b", "c"]);
            assert_eq!(texts(&applied.units), ["a", "c"], "{value}");
            let [failure] = applied.failures.as_slice() else { panic!("{applied:?}") };
            let start = format!("stage a: its result for unit 1 does not fit string: {wanted}");
            assert!(failure.error.to_string().starts_with(&start), "{}", failure.error);
            assert_eq!(class_of(&failure.error), "ConversionError");
        }
    }
}

#[test]
fn generators_fail_as_a_whole() {
    let kernel = stage(
        "def process(text):\n    yield text\n    if text == 'b': raise ValueError('late')\n    \
         if text == 'c': yield None\n    yield text.upper()",
    );
    let applied = apply(kernel.as_ref(), &["a", "b", "c", "d"]);
    assert_eq!(texts(&applied.units), ["a", "A", "d", "D"]);
    assert_eq!(origins(&applied), Some(vec![0, 0, 3, 3]));
    let told: Vec<String> =
        applied.failures.iter().map(|failure| failure.error.to_string()).collect();
    assert_eq!(
        told,
        [
            "stage a raised ValueError: late",
            "stage a: its result for unit 2 does not fit string: None (a generator yields strings)",
        ]
    );
}

#[test]
fn what_ends_the_process_ends_the_call_and_nothing_else() {
    for (raised, class) in [
        ("raise SystemExit(3)", "ExecutionError"),
        ("import sys; sys.exit()", "ExecutionError"),
        ("raise KeyboardInterrupt", "ExecutionError"),
        ("raise BaseException('x')", "BaseException"),
    ] {
        let kernel = stage(&format!("def process(text):\n    {raised}"));
        let context = CallContext::default();
        let units = StringArray::from(vec!["a", "b"]);
        let mut run = kernel.begin(&context).unwrap();
        let error = std::thread::scope(|scope| {
            scope.spawn(|| run.apply(&units, &context).unwrap_err()).join().unwrap()
        });
        assert!(matches!(error, Error::Raised(_)), "{raised}: {error}");
        assert_eq!(class_of(&error), class, "{raised}");
        assert!(notes_of_raised(&error).contains("unit 0, text 'a'"), "{raised}");
    }
    // These are exceptions as any others.
    for raised in ["raise StopIteration", "raise MemoryError", "return process(text)"] {
        let kernel = stage(&format!("def process(text):\n    {raised}"));
        assert_eq!(apply(kernel.as_ref(), &["a", "b"]).failures.len(), 2, "{raised}");
    }
}

/// The notes of an exception, or of the one that it was made of.
fn notes_of_raised(error: &Error) -> String {
    attached(|py| {
        let raised = to_pyerr(py, error);
        let raised = raised.cause(py).unwrap_or(raised);
        let notes: Vec<String> = raised.value(py).getattr("__notes__")?.extract()?;
        Ok(notes.join("\n"))
    })
}
