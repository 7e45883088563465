//! Window functions through the contract's traits: steps, generators, whole partitions.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what tests share")]

mod support;

use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow::array::ArrayRef;
use arrowsmith_contract::{
    CallContext, Error, Function, Kernel, Result, StateValue, StopReason, WindowEvaluator,
};
use support::*;

const DICT: &str = "
def step(state, v):
    state += v
    return state, state
db.window_fn('running', ['int'], 'int', OPTIONS)({'init': int, 'step': step})";

const CLASS: &str = "
@db.window_fn(OPTIONS)
class running:
    def init(self): return 0
    def step(self, state, v: int) -> tuple[int, int]: return state + v, state + v
";

const GENERATOR: &str = "
from collections.abc import Iterator
@db.window_fn(OPTIONS)
def running(rows: Iterator[int]) -> Iterator[int]:
    total = 0
    for v in rows:
        total += v
        yield total
";

const OBJECT: &str = "
from collections.abc import Iterator
@db.window_fn('running', OPTIONS)
class Running:
    def __call__(self, rows: Iterator[int]) -> Iterator[int]:
        total = 0
        for v in rows:
            total += v
            yield total
";

const WHOLE: &str = "
import numpy
@db.window_fn('running', ['int'], 'int', vectorized='numpy', OPTIONS)
def running(v): return numpy.cumsum(v)
";

/// A running sum in every form, with options of the decorator.
fn sums(options: &str) -> Vec<Arc<Function>> {
    need("numpy");
    let instance =
        CLASS.replace("@db.window_fn(OPTIONS)", "") + "db.window_fn('running', OPTIONS)(running())";
    [DICT, CLASS, GENERATOR, OBJECT, WHOLE, &instance]
        .map(|text| function(&text.replace("OPTIONS", options)))
        .into()
}

fn evaluator(function: &Function) -> Box<dyn WindowEvaluator> {
    let Kernel::Window(kernel) = &function.kernel else { panic!("{function}") };
    kernel.evaluator(&CallContext::default()).unwrap()
}

fn evaluate(function: &Function, values: &ArrayRef, starts: &[usize]) -> Result<ArrayRef> {
    let columns = std::slice::from_ref(values);
    evaluator(function).evaluate(columns, values.len(), starts, &CallContext::default())
}

#[test]
fn every_form_gives_a_running_sum_and_starts_anew_with_each_partition() {
    for sum in sums("") {
        assert!(sum.signature.to_string().ends_with(": int) -> int"), "{}", sum.signature);
        let values = ints([Some(1), Some(2), None, Some(4), Some(10), None, Some(20), None]);
        let answer = evaluate(&sum, &values, &[0, 4, 7]).unwrap();
        let wanted = [Some(1), Some(3), None, Some(7), Some(10), None, Some(30), None];
        assert_eq!(&answer, &ints(wanted), "{:?}", sum.kernel);
        assert_eq!(&evaluate(&sum, &ints([]), &[]).unwrap(), &ints([]));
    }
}

#[test]
fn the_state_is_carried_into_the_next_batch() {
    for sum in sums("") {
        let Kernel::Window(kernel) = &sum.kernel else { panic!() };
        if kernel.needs_whole_partitions() {
            assert_eq!(format!("{}", sum.mode.as_str()), "vectorized (numpy)");
            let half = evaluate(&sum, &ints([Some(1)]), &[]);
            assert!(matches!(half, Err(Error::Internal(_))), "{half:?}");
            continue;
        }
        let context = CallContext::default();
        let mut walk = evaluator(&sum);
        let mut next = |values: ArrayRef, starts: &[usize]| {
            let rows = values.len();
            walk.evaluate(&[values], rows, starts, &context).unwrap()
        };
        assert_eq!(&next(ints([Some(1), Some(2)]), &[0]), &ints([Some(1), Some(3)]));
        assert_eq!(&next(ints([None, Some(4)]), &[]), &ints([None, Some(7)]));
        assert_eq!(&next(ints([Some(1), Some(2)]), &[1]), &ints([Some(8), Some(2)]));
        assert_eq!(&next(ints([Some(5)]), &[]), &ints([Some(7)]));
        assert_eq!(&next(ints([Some(5)]), &[0]), &ints([Some(5)]));
    }
}

#[test]
fn rows_of_several_values_are_tuples_and_nulls_pass_where_they_are_looked_at() {
    let text = "
from collections.abc import Iterator
@db.window_fn
def last(rows: Iterator[tuple[int, str]]) -> Iterator[str]:
    kept = '-'
    for v, text in rows:
        if text is None:
            yield kept
        else:
            kept = text
            yield f'{v}{text}'
";
    let last = function(text);
    assert_eq!(last.signature.to_string(), "(v: int, text: string) -> string");
    let columns = [ints([Some(1), Some(2), None]), strings([Some("a"), None, Some("c")])];
    let answer = evaluator(&last).evaluate(&columns, 3, &[0], &CallContext::default()).unwrap();
    assert_eq!(&answer, &strings([Some("1a"), Some("a"), None]));
}

#[test]
fn a_generator_is_closed_at_the_end_of_its_partition_and_when_nobody_goes_on() {
    let text = "
from collections.abc import Iterator
ends = []
@db.window_fn
def numbered(rows: Iterator[int]) -> Iterator[int]:
    try:
        for count, v in enumerate(rows):
            yield count
    finally:
        ends.append(v)
@db.scalar_fn
def ended() -> str: return str(ends)
";
    let manifest = load(text);
    let (numbered, ended) = (&manifest.functions()[0], &manifest.functions()[1]);
    let mut walk = evaluator(numbered);
    let values = ints([Some(5), Some(6), Some(7), Some(8)]);
    let answer = walk.evaluate(&[values], 4, &[0, 2, 3], &CallContext::default()).unwrap();
    assert_eq!(&answer, &ints([Some(0), Some(1), Some(0), Some(0)]));
    assert_eq!(&call(ended, &[]).unwrap(), &strings([Some("[6, 7]")]));
    drop(walk);
    assert_eq!(&call(ended, &[]).unwrap(), &strings([Some("[6, 7, 8]")]));
}

#[test]
fn a_generator_whose_end_never_ends_holds_nobody_up() {
    let text = "
from collections.abc import Iterator
@db.window_fn
def stuck(rows: Iterator[int]) -> Iterator[int]:
    try:
        for v in rows: yield v
    finally:
        while True: pass
";
    let mut walk = evaluator(&function(text));
    walk.evaluate(&[ints([Some(5)])], 1, &[0], &CallContext::default()).unwrap();
    let start = Instant::now();
    drop(walk);
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
}

#[test]
fn a_generator_gives_one_value_for_each_row() {
    for (body, wanted) in [
        (
            "for v in rows: yield v + next(rows)",
            "it asked for a row before it gave the value of the last",
        ),
        ("yield from list(rows)", "it asked for a row before it gave the value of the last"),
        (
            "try:\n        next(rows); next(rows)\n    except RuntimeError: yield 1",
            "it asked for a row before it gave the value of the last",
        ),
        ("yield 1\n    for v in rows: yield v", "it gave one more value before it took the row"),
        ("yield next(rows)", "it ended before the rows of the partition did"),
        ("return\n    yield", "it ended before the rows of the partition did"),
    ] {
        let text =
            format!("@db.window_fn(args=['int'], returns='int')\ndef f(rows):\n    {body}\n");
        let message =
            evaluate(&function(&text), &ints([Some(1), Some(2)]), &[0]).unwrap_err().to_string();
        assert!(message.starts_with("plugin.f: row "), "{message}");
        assert!(message.contains("does not fit one value for each row"), "{message}");
        assert!(message.contains(wanted), "{body}: {message}");
    }
}

#[test]
fn what_stands_for_a_generator_must_be_an_iterator() {
    let text = "
import functools
def listed(f):
    return functools.wraps(f)(lambda rows: [1])
@db.window_fn(args=['int'], returns='int')
@listed
def f(rows):
    for v in rows: yield v
";
    let error = evaluate(&function(text), &ints([Some(1)]), &[0]).unwrap_err().to_string();
    let wanted = "plugin.f raised TypeError: 'list' object is not an iterator at row 0";
    assert_eq!(error, wanted);
}

#[test]
fn a_step_gives_a_pair() {
    for answer in ["v", "(v,)", "(v, v, v)", "[v, v]", "None"] {
        let text = format!(
            "db.window_fn('f', ['int'], 'int')({{'init': int, 'step': lambda s, v: {answer}}})"
        );
        let message = evaluate(&function(&text), &ints([Some(1)]), &[0]).unwrap_err().to_string();
        let wanted = "plugin.f: row 0: what step returned does not fit a tuple of the new state and \
                      the row's value: ";
        assert!(message.starts_with(wanted), "{message}");
    }
}

/// A function over ints whose third row does something else.
fn failing(form: &str, statement: &str, options: &str) -> Arc<Function> {
    let text = match form {
        "step" => format!(
            "def step(state, v):\n    if v == 3:\n            {statement}\n    return state + v, state + v\n\
             db.window_fn('f', ['int'], 'int', {options})({{'init': int, 'step': step}})"
        ),
        _ => format!(
            "@db.window_fn('f', ['int'], 'int', {options})\ndef f(rows):\n    total = 0\n    \
             for v in rows:\n        if v == 3:\n            {statement}\n        total += v\n        yield total\n"
        ),
    };
    function(&format!("class Odd(Exception): ...\n{text}"))
}

#[test]
fn an_exception_is_itself_with_a_note() {
    for form in ["step", "generator"] {
        let function = failing(form, "raise Odd", "");
        let values = ints([Some(1), Some(2), Some(3)]);
        let context = starting_at(40);
        let error = evaluator(&function).evaluate(&[values], 3, &[0], &context).unwrap_err();
        assert_eq!(class_of(&error), "Odd");
        assert_eq!(notes_of(&error), ["in plugin.f (version 0.0.0), row 42, arguments (3)"]);
    }
}

#[test]
fn a_row_that_failed_is_null_and_of_a_generator_the_rest_of_its_partition() {
    let values = ints([Some(1), Some(3), Some(4), Some(5), Some(6)]);
    for (form, wanted) in [
        ("step", [Some(1), None, Some(5), Some(5), Some(11)]),
        ("generator", [Some(1), None, None, Some(5), Some(11)]),
    ] {
        for statement in ["raise Odd", "v = 'text'; total = ''; state = ''", "while True: pass"] {
            let function = failing(form, statement, "on_error='collect', timeout=0.02");
            let context = CallContext::default();
            let columns = [Arc::clone(&values)];
            let answer = evaluator(&function).evaluate(&columns, 5, &[0, 3], &context).unwrap();
            assert_eq!(&answer, &ints(wanted), "{form}: {statement}");
            assert_eq!(context.errors.entries().len(), 1);
        }
    }
    need("numpy");
    let text = "
@db.window_fn('f', ['int'], 'int', vectorized='numpy', on_error='null')
def f(v): return v if v[0] != 3 else 1 / 0
";
    let answer = evaluate(&function(text), &values, &[0, 1, 3]).unwrap();
    assert_eq!(&answer, &ints([Some(1), None, None, Some(5), Some(6)]));
}

#[test]
fn a_whole_partition_is_called_once_and_its_rows_are_named() {
    need("numpy");
    let text = "
@db.window_fn('f', ['float'], 'float', vectorized='numpy')
def f(v): return list(v) if len(v) != 2 else [1.0, 'text']
";
    let values = floats([Some(1.0), Some(2.0), Some(3.0)]);
    let message = evaluate(&function(text), &values, &[0, 1]).unwrap_err().to_string();
    assert!(message.starts_with("plugin.f: row 2: result does not fit float: 'text'"), "{message}");
    let short = text.replace("[1.0, 'text']", "[1.0]");
    let message = evaluate(&function(&short), &values, &[0, 1]).unwrap_err().to_string();
    assert!(message.contains("a batch of 2 rows needs as many values"), "{message}");
}

#[test]
fn exceptions_that_end_processes_fail_the_query_only() {
    for form in ["step", "generator"] {
        for statement in ["raise SystemExit(3)", "raise KeyboardInterrupt", "raise GeneratorExit"] {
            let function = failing(form, statement, "on_error='null'");
            let error = std::thread::scope(|scope| {
                let run = scope.spawn(|| evaluate(&function, &ints([Some(3)]), &[0]).unwrap_err());
                run.join().unwrap()
            });
            assert!(matches!(error, Error::Raised(_)), "{form}: {statement}: {error}");
        }
    }
}

#[test]
fn every_form_can_be_stopped() {
    for form in ["step", "generator"] {
        let endless = "while True:\n                try:\n                    \
                       while True: pass\n                except BaseException: pass";
        let function = failing(form, endless, "");
        let context = CallContext::default();
        std::thread::scope(|scope| {
            let run = scope
                .spawn(|| evaluator(&function).evaluate(&[ints([Some(3)])], 1, &[0], &context));
            std::thread::sleep(Duration::from_millis(30));
            let stopped = Instant::now();
            context.token.stop(StopReason::Cancelled);
            assert!(matches!(run.join().unwrap(), Err(Error::Stopped(_))), "{form}");
            assert!(stopped.elapsed() < Duration::from_millis(100), "{:?}", stopped.elapsed());
        });
    }
}

#[test]
fn what_is_no_window_is_refused_when_the_plugin_is_loaded() {
    for (source, wanted) in [
        (
            "@db.window_fn\ndef f(v: int) -> int: ...",
            "plugin.py:2: the window f is a plain function; it must be a generator over rows, or vectorized",
        ),
        (
            "@db.window_fn('f', ['int'], 'int')\ndef f(rows, more): yield 1",
            "plugin.py:2: the generator f takes (rows, more); it must take one iterator over the rows",
        ),
        (
            "@db.window_fn('f', ['int'], 'int', vectorized=True)\ndef f(rows): yield 1",
            "plugin.py:2: f is a generator, which gets one row at a time",
        ),
        (
            "@db.window_fn\ndef f(rows): yield 1",
            "plugin.py:2: the rows of f have no annotation such as Iterator[float]",
        ),
        (
            "db.window_fn('f', ['int'], 'int')({'init': int})",
            "plugin.py:1: the window f has no step; it needs init(), step(state, *args)",
        ),
        (
            "db.window_fn('f', ['int'], 'int')({'init': int, 'step': lambda state: 1})",
            "plugin.py:1: f takes 0 arguments, but args declares 1",
        ),
        (
            "@db.window_fn('f', ['int'], 'int')\nasync def f(rows): yield 1",
            "plugin.py:2: f is async; a window function gives its values at once",
        ),
        (
            "@db.window_fn('f', ['int'], 'int', vectorized=True)\nclass F:\n    def init(self): ...\n    def step(self, s, v): ...",
            "plugin.py:2: f has a step for one row, so it can't be vectorized",
        ),
    ] {
        let message = load_failure(source);
        assert!(message.starts_with(wanted), "{source}\ngave   {message}\nwanted {wanted}");
    }
}

#[test]
fn the_state_of_steps_goes_in_and_out() {
    let context = CallContext::default();
    for (index, sum) in sums("").iter().enumerate() {
        let mut walk = evaluator(sum);
        // Those of steps: a dict, a class, an object.
        assert_eq!(walk.exchange().is_some(), matches!(index, 0 | 1 | 5), "{sum}");
        if walk.exchange().is_none() {
            continue;
        }
        let state = |walk: &mut Box<dyn WindowEvaluator>| {
            walk.exchange().unwrap().states(&[0], &context).unwrap()
        };
        assert_eq!(state(&mut walk), [Some(StateValue::Int(0))]);
        walk.evaluate(&[ints([Some(1), Some(2)])], 2, &[0], &context).unwrap();
        assert_eq!(state(&mut walk), [Some(StateValue::Int(3))]);
        walk.exchange().unwrap().put_states(&[0], &[StateValue::Int(10)], &context).unwrap();
        let mut next = |values: ArrayRef, starts: &[usize]| {
            walk.evaluate(&[values], 1, starts, &context).unwrap()
        };
        assert_eq!(&next(ints([Some(1)]), &[]), &ints([Some(11)]));
        assert_eq!(&next(ints([None]), &[0]), &ints([None]));
        assert_eq!(state(&mut walk), [Some(StateValue::Int(0))]);
        let big = StateValue::Int(i64::MAX);
        walk.exchange().unwrap().put_states(&[0], &[big], &context).unwrap();
        assert!(walk.evaluate(&[ints([Some(1)])], 1, &[], &context).is_err());
    }
    let text = DICT.replace("'init': int", "'init': lambda: 1 // 0");
    let mut walk = evaluator(&function(&text.replace("OPTIONS", "")));
    let failed = walk.exchange().unwrap().states(&[0], &context).unwrap_err();
    assert_eq!(class_of(&failed), "ZeroDivisionError");
    let mut walk = evaluator(&function(&text.replace("OPTIONS", "on_error='null'")));
    assert_eq!(walk.exchange().unwrap().states(&[0], &context).unwrap(), [None]);
}
