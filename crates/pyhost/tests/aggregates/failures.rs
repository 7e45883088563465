//! Parts that raise, misfit, or do not end.

use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow::array::ArrayRef;
use arrowsmith_contract::{CallContext, Error, Function, HandOver, Result, StopReason};

use crate::begin;
use crate::support::*;

/// An aggregate with one part that does something else, over ints.
fn broken(part: &str, statement: &str, options: &str) -> Arc<Function> {
    let parts = [
        ("init", "", "return 0"),
        ("accumulate", "state, v", "return state + v"),
        ("merge", "a, b", "return a + b"),
        ("finalize", "state", "return state"),
        ("retract", "state, v", "return state - v"),
    ];
    let defined = parts.map(|(name, parameters, body)| {
        let body = if name == part { statement } else { body };
        format!("def {name}({parameters}):\n    {body}\n")
    });
    let text = format!(
        "db.set_version('7')\nclass Odd(Exception): ...\n{}db.aggregate_fn('total', ['int'], 'int', \
         {options})(dict(init=init, accumulate=accumulate, merge=merge, finalize=finalize, \
         retract=retract))",
        defined.concat()
    );
    function(&text)
}

/// Everything that can be done, in the order in which parts are called.
fn everything(function: &Function, context: &CallContext) -> Result<ArrayRef> {
    let aggregation = begin(function);
    let mut one = aggregation.accumulator()?;
    let mut other = aggregation.accumulator()?;
    for accumulator in [&mut one, &mut other] {
        let values = ints([Some(1), Some(2), Some(3)]);
        accumulator.update(&[0, 1, 1], 2, &[values], context)?;
    }
    let states = other.take_states(2, HandOver::InMemory, context)?;
    one.merge(&[0, 1], 2, &states, context)?;
    one.retract(&[1], 2, &[ints([Some(3)])], context)?;
    one.results(2, context)
}

#[test]
fn the_exception_of_each_part_is_itself_with_a_note_that_names_it() {
    for (part, note) in [
        ("init", "in plugin.total (version 7), in its init, arguments ()"),
        ("accumulate", "in plugin.total (version 7), row 0, arguments (1)"),
        ("merge", "in plugin.total (version 7), in its merge, arguments (1, 1)"),
        ("finalize", "in plugin.total (version 7), in its finalize, arguments (2)"),
        ("retract", "in plugin.total (version 7), in its retract, row 0, arguments (3)"),
    ] {
        let function = broken(part, "raise Odd('here')", "");
        let error = everything(&function, &CallContext::default()).unwrap_err();
        assert_eq!(class_of(&error), "Odd", "{part}");
        assert_eq!(notes_of(&error), [note]);
    }
}

#[test]
fn a_group_that_failed_is_null_wherever_its_state_goes() {
    for (part, statement, wanted) in [
        ("init", "1 / 0", [None, None]),
        ("accumulate", "return state + v if v < 3 else 1 / 0", [Some(2), None]),
        ("merge", "return a + b if a == 1 else 1 / 0", [Some(2), None]),
        ("finalize", "return state if state == 2 else 1 / 0", [Some(2), None]),
        ("finalize", "return 'text' if state == 2 else state", [None, Some(7)]),
        ("retract", "1 / 0", [Some(2), None]),
    ] {
        for on_error in ["null", "collect"] {
            let function = broken(part, statement, &format!("on_error='{on_error}'"));
            let context = CallContext::default();
            let answer = everything(&function, &context).unwrap();
            assert_eq!(&answer, &ints(wanted), "{part}: {statement}");
            let collected = context.errors.entries().len();
            assert_eq!(collected > 0, on_error == "collect", "{part}: {statement}");
        }
    }
}

#[test]
fn what_finalize_gives_must_fit() {
    let function = broken("finalize", "return 'text'", "");
    let error = everything(&function, &CallContext::default()).unwrap_err();
    assert_eq!(error.to_string(), "plugin.total: result does not fit int: 'text'");
}

#[test]
fn exceptions_that_end_processes_fail_the_query_only() {
    for part in ["init", "accumulate", "merge", "finalize", "retract"] {
        for (statement, class) in [
            ("raise SystemExit(3)", "ExecutionError"),
            ("raise KeyboardInterrupt", "ExecutionError"),
            ("return again()", "RecursionError"),
        ] {
            let statement = statement.replace("again()", "(lambda f: f(f))(lambda f: f(f))");
            let function = broken(part, &statement, "on_error='collect'");
            let error = std::thread::scope(|scope| {
                let run = scope.spawn(|| everything(&function, &CallContext::default()));
                run.join().unwrap()
            });
            if class == "RecursionError" {
                // An exception as others.
                assert!(error.is_ok(), "{part}");
                continue;
            }
            assert_eq!(class_of(&error.unwrap_err()), class, "{part}");
        }
    }
}

#[test]
fn each_part_can_be_stopped() {
    for part in ["init", "accumulate", "merge", "finalize", "retract"] {
        let endless = "while True:\n        try:\n            while True: pass\n        \
                       except BaseException: pass";
        let function = broken(part, endless, "");
        let context = CallContext::default();
        std::thread::scope(|scope| {
            let run = scope.spawn(|| everything(&function, &context));
            std::thread::sleep(Duration::from_millis(30));
            let stopped = Instant::now();
            context.token.stop(StopReason::Cancelled);
            assert!(matches!(run.join().unwrap(), Err(Error::Stopped(_))), "{part}");
            assert!(stopped.elapsed() < Duration::from_millis(100), "{part}");
        });
        let timed = broken(part, "while True: pass", "timeout=0.02");
        let error = everything(&timed, &CallContext::default()).unwrap_err().to_string();
        assert!(error.starts_with("plugin.total took longer than its timeout"), "{error}");
        let null = broken(part, "while True: pass", "timeout=0.01, on_error='null'");
        assert!(everything(&null, &CallContext::default()).is_ok(), "{part}");
    }
}
