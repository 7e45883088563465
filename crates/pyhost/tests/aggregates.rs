//! Aggregates through the contract's traits: every form, states that travel, failures, stops.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what tests share")]

mod support;

use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow::array::{Array, ArrayRef, Float64Array};
use arrowsmith_contract::{
    Aggregation, CallContext, Error, Function, GroupedAccumulator, HandOver, Kernel, Result,
    StopReason,
};
use arrowsmith_pyhost::to_pyerr;
use pyo3::prelude::*;
use support::*;

const FOUR: &str = "
def init(): return (0.0, 0)
def accumulate(state, v): return (state[0] + v, state[1] + 1)
def merge(a, b): return (a[0] + b[0], a[1] + b[1])
def finalize(state): return state[0] / state[1] if state[1] else None
def retract(state, v): return (state[0] - v, state[1] - 1)
";

const DICT: &str = "db.aggregate_fn('mean', ['float'], 'float', OPTIONS)(dict(init=init, \
    accumulate=accumulate, merge=merge, finalize=finalize, retract=retract))";

const CLASS: &str = "
@db.aggregate_fn(OPTIONS)
class mean:
    def init(self): return (0.0, 0)
    def accumulate(self, state, v: float): return (state[0] + v, state[1] + 1)
    def merge(self, a, b): return (a[0] + b[0], a[1] + b[1])
    def finalize(self, state) -> float: return state[0] / state[1] if state[1] else None
    def retract(self, state, v): return (state[0] - v, state[1] - 1)
";

const PLAIN: &str = "
@db.aggregate_fn(OPTIONS)
class mean:
    def __init__(self): self.sum, self.count = 0.0, 0
    def add(self, v: float): self.sum += v; self.count += 1; return 'ignored'
    def merge(self, other): self.sum += other.sum; self.count += other.count
    def result(self) -> float: return self.sum / self.count if self.count else None
    def retract(self, v): self.sum -= v; self.count -= 1
";

/// The mean in every form, with options of the decorator.
fn means(options: &str) -> Vec<Arc<Function>> {
    let instance =
        CLASS.replace("@db.aggregate_fn(OPTIONS)", "") + "db.aggregate_fn('mean', OPTIONS)(mean())";
    [format!("{FOUR}{DICT}"), CLASS.to_owned(), instance, PLAIN.to_owned()]
        .iter()
        .map(|text| function(&text.replace(", OPTIONS", "OPTIONS").replace("OPTIONS", options)))
        .collect()
}

fn begin(function: &Function) -> Arc<dyn Aggregation> {
    let Kernel::Aggregate(kernel) = &function.kernel else { panic!("{function}") };
    kernel.begin(&CallContext::default()).unwrap()
}

fn update(
    accumulator: &mut Box<dyn GroupedAccumulator>,
    group_ids: &[usize],
    values: &ArrayRef,
) -> Result<()> {
    let groups = group_ids.iter().max().map_or(0, |group| group + 1);
    accumulator.update(group_ids, groups, std::slice::from_ref(values), &CallContext::default())
}

/// One accumulator, one batch, so many groups.
fn aggregate(
    function: &Function,
    group_ids: &[usize],
    values: &ArrayRef,
    groups: usize,
) -> Result<ArrayRef> {
    let mut accumulator = begin(function).accumulator()?;
    update(&mut accumulator, group_ids, values)?;
    accumulator.results(groups, &CallContext::default())
}

#[test]
fn every_form_gives_the_mean_of_each_group() {
    for mean in means("") {
        assert_eq!(mean.signature.to_string(), "(v: float) -> float");
        let values = floats([Some(1.0), Some(10.0), None, Some(3.0), Some(20.0)]);
        let answer = aggregate(&mean, &[0, 2, 0, 0, 2], &values, 4).unwrap();
        assert_eq!(&answer, &floats([Some(2.0), None, Some(15.0), None]));
    }
}

#[test]
fn results_leave_the_states_and_rows_may_follow() {
    let context = CallContext::default();
    for mean in means("") {
        let mut accumulator = begin(&mean).accumulator().unwrap();
        assert_eq!(&accumulator.results(1, &context).unwrap(), &floats([None]));
        update(&mut accumulator, &[0, 0], &floats([Some(1.0), Some(2.0)])).unwrap();
        assert_eq!(&accumulator.results(1, &context).unwrap(), &floats([Some(1.5)]));
        update(&mut accumulator, &[0], &floats([Some(6.0)])).unwrap();
        assert_eq!(&accumulator.results(1, &context).unwrap(), &floats([Some(3.0)]));
        assert!(accumulator.can_retract());
        accumulator.retract(&[0], 1, &[floats([Some(1.0)])], &context).unwrap();
        assert_eq!(&accumulator.results(1, &context).unwrap(), &floats([Some(4.0)]));
    }
    let without = FOUR.to_owned() + &DICT.replace(", retract=retract", "").replace(", OPTIONS", "");
    assert!(!begin(&function(&without)).accumulator().unwrap().can_retract());
}

#[test]
fn states_travel_in_memory_and_pickled() {
    let context = CallContext::default();
    for mean in means("") {
        for hand_over in [HandOver::InMemory, HandOver::Written] {
            let aggregation = begin(&mean);
            let mut one = aggregation.accumulator().unwrap();
            let mut other = aggregation.accumulator().unwrap();
            let mut last = aggregation.accumulator().unwrap();
            update(&mut one, &[0, 1, 1], &floats([Some(1.0), Some(2.0), Some(4.0)])).unwrap();
            update(&mut other, &[0, 0], &floats([Some(2.0), Some(6.0)])).unwrap();
            let states = one.take_states(3, hand_over, &context).unwrap();
            assert_eq!(states.len(), 3);
            last.merge(&[1, 0, 2], 3, &states, &context).unwrap();
            let states = other.take_states(1, hand_over, &context).unwrap();
            last.merge(&[1], 3, &states, &context).unwrap();
            let answer = last.results(3, &context).unwrap();
            assert_eq!(&answer, &floats([Some(3.0), Some(3.0), None]), "{hand_over:?}");
            // A state is good for one time.
            if hand_over == HandOver::InMemory {
                let again = last.merge(&[1], 3, &states, &context);
                assert!(matches!(again, Err(Error::Internal(_))), "{again:?}");
            }
        }
    }
}

#[test]
fn the_groups_behind_those_that_leave_move_up() {
    let context = CallContext::default();
    let mean = &means("")[0];
    let aggregation = begin(mean);
    let mut accumulator = aggregation.accumulator().unwrap();
    update(&mut accumulator, &[0, 1, 2], &floats([Some(1.0), Some(2.0), Some(3.0)])).unwrap();
    accumulator.release(1, &context);
    assert_eq!(&accumulator.results(2, &context).unwrap(), &floats([Some(2.0), Some(3.0)]));
    let states = accumulator.take_states(1, HandOver::InMemory, &context).unwrap();
    update(&mut accumulator, &[0], &floats([Some(5.0)])).unwrap();
    assert_eq!(&accumulator.results(1, &context).unwrap(), &floats([Some(4.0)]));
    accumulator.merge(&[0], 1, &states, &context).unwrap();
    assert_eq!(&accumulator.results(1, &context).unwrap(), &floats([Some(10.0 / 3.0)]));
}

#[test]
fn what_cannot_be_pickled_stays_in_memory() {
    let text = "
import threading
@db.aggregate_fn
class total:
    def __init__(self): self.lock, self.sum = threading.Lock(), 0
    def add(self, v: int): self.sum += v
    def merge(self, other): self.sum += other.sum
    def result(self) -> int: return self.sum
";
    let context = CallContext::default();
    let aggregation = begin(&function(text));
    let mut one = aggregation.accumulator().unwrap();
    update(&mut one, &[0, 0], &ints([Some(1), Some(2)])).unwrap();
    let states = one.take_states(1, HandOver::Written, &context).unwrap();
    update(&mut one, &[0], &ints([Some(4)])).unwrap();
    one.merge(&[0], 1, &states, &context).unwrap();
    assert_eq!(&one.results(1, &context).unwrap(), &ints([Some(7)]));
}

#[test]
fn any_object_is_a_state_none_too() {
    let text = "
def init(): return None
def accumulate(state, v): return v if state is None else max(state, v)
def merge(a, b): return b if a is None else a if b is None else max(a, b)
def finalize(state): return state
db.aggregate_fn('most', ['string'], 'string')(dict(init=init, accumulate=accumulate, merge=merge, finalize=finalize))
";
    let most = function(text);
    let values = strings([Some("b"), Some("c"), Some("a"), None]);
    let answer = aggregate(&most, &[0, 1, 0, 2], &values, 3).unwrap();
    assert_eq!(&answer, &strings([Some("b"), Some("c"), None]));
}

#[test]
fn without_parameters_rows_are_counted() {
    let text = "
db.aggregate_fn('rows', [], 'int')(dict(init=int, accumulate=lambda n: n + 1, merge=int.__add__, finalize=int))
";
    let mut accumulator = begin(&function(text)).accumulator().unwrap();
    let context = CallContext::default();
    accumulator.update(&[0, 1, 0], 2, &[], &context).unwrap();
    assert_eq!(&accumulator.results(2, &context).unwrap(), &ints([Some(2), Some(1)]));
}

#[test]
fn a_null_that_passes_is_accumulated() {
    let text = "
@db.aggregate_fn
class nulls:
    def __init__(self): self.count = 0
    def add(self, v: int | None): self.count += v is None
    def merge(self, other): self.count += other.count
    def result(self) -> int: return self.count
";
    let values = ints([None, Some(1), None]);
    assert_eq!(&aggregate(&function(text), &[0; 3], &values, 1).unwrap(), &ints([Some(2)]));
}

/// A vectorized mean, and a scalar that says how long the arrays of its calls were, as a text.
fn vectorized_mean(form: &str) -> (Arc<Function>, Arc<Function>) {
    need("numpy");
    need("pyarrow");
    let sum = if form == "numpy" { "float(v.sum())" } else { "pyarrow.compute.sum(v).as_py()" };
    let manifest = load(&format!(
        "
import numpy, pyarrow.compute
calls = []
@db.aggregate_fn(vectorized='{form}')
class mean:
    def __init__(self): self.sum, self.count = 0.0, 0
    def add(self, v: float):
        calls.append(len(v))
        self.sum += {sum}
        self.count += len(v)
    def merge(self, other): self.sum += other.sum; self.count += other.count
    def result(self) -> float: return self.sum / self.count if self.count else None
@db.scalar_fn
def lengths() -> str: return str(calls)
"
    ));
    (Arc::clone(&manifest.functions()[0]), Arc::clone(&manifest.functions()[1]))
}

#[test]
fn vectorized_rows_are_bucketed_by_group() {
    for form in ["numpy", "arrow"] {
        let (mean, lengths) = vectorized_mean(form);
        let context = CallContext::default();
        let mut accumulator = begin(&mean).accumulator().unwrap();
        let first = floats([Some(1.0), Some(10.0), None, Some(3.0)]);
        update(&mut accumulator, &[0, 2, 0, 0], &first).unwrap();
        update(&mut accumulator, &[2, 1, 2], &floats([Some(20.0), Some(5.0), None])).unwrap();
        // Nothing was worth a call yet.
        assert_eq!(&call(&lengths, &[]).unwrap(), &strings([Some("[]")]));
        accumulator.release(1, &context);
        let answer = accumulator.results(3, &context).unwrap();
        assert_eq!(&answer, &floats([Some(5.0), Some(15.0), None]), "{form}");
        assert_eq!(&call(&lengths, &[]).unwrap(), &strings([Some("[1, 2]")]));
    }
}

#[test]
fn vectorized_rows_wait_until_they_are_worth_a_call() {
    let (mean, lengths) = vectorized_mean("numpy");
    let context = CallContext::default();
    let mut accumulator = begin(&mean).accumulator().unwrap();
    let values: ArrayRef = Arc::new(Float64Array::from_iter_values((0..8192).map(f64::from)));
    for _ in 0..20 {
        update(&mut accumulator, &[0; 8192], &values).unwrap();
    }
    let states = accumulator.take_states(1, HandOver::Written, &context).unwrap();
    accumulator.merge(&[0], 1, &states, &context).unwrap();
    assert_eq!(&accumulator.results(1, &context).unwrap(), &floats([Some(4095.5)]));
    let wanted = "[65536, 65536, 32768]";
    assert_eq!(&call(&lengths, &[]).unwrap(), &strings([Some(wanted)]));
}

/// An aggregate with one part that does something else, over ints.
fn broken(part: &str, statement: &str, options: &str) -> Arc<Function> {
    let mut text = "db.set_version('7')\nclass Odd(Exception): ...\n".to_owned();
    for (name, parameters, body) in [
        ("init", "", "return 0"),
        ("accumulate", "state, v", "return state + v"),
        ("merge", "a, b", "return a + b"),
        ("finalize", "state", "return state"),
        ("retract", "state, v", "return state - v"),
    ] {
        let body = if name == part { statement } else { body };
        text += &format!("def {name}({parameters}):\n    {body}\n");
    }
    text += &format!(
        "db.aggregate_fn('total', ['int'], 'int', {options})(dict(init=init, accumulate=accumulate, \
         merge=merge, finalize=finalize, retract=retract))"
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
        attached(|py| {
            let raised = to_pyerr(py, &error);
            assert_eq!(raised.get_type(py).name()?.to_string(), "Odd", "{part}");
            let notes: Vec<String> = raised.value(py).getattr("__notes__")?.extract()?;
            assert_eq!(notes, [note]);
            Ok(())
        });
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
            attached(|py| {
                let raised = to_pyerr(py, &error.unwrap_err());
                assert_eq!(raised.get_type(py).name()?.to_string(), class, "{part}");
                Ok(())
            });
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

#[test]
fn states_go_while_attached_and_their_end_can_be_evil() {
    let text = "
import threading
gone = []
@db.aggregate_fn
class total:
    def __init__(self): self.sum = 0
    def add(self, v: int): self.sum += v
    def merge(self, other): self.sum += other.sum
    def result(self) -> int: return self.sum
    def __del__(self):
        gone.append(self.sum)
        if self.sum == 3: raise ValueError
        if self.sum == 4: raise SystemExit
        if self.sum == 5:
            while True: pass
@db.scalar_fn
def ends() -> str: return str(sorted(gone))
";
    let manifest = load(text);
    let (total, ends) = (&manifest.functions()[0], &manifest.functions()[1]);
    let context = CallContext::default();
    let start = Instant::now();
    let aggregation = begin(total);
    let mut accumulator = aggregation.accumulator().unwrap();
    update(&mut accumulator, &[0, 1, 2, 3], &ints([Some(3), Some(4), Some(5), Some(6)])).unwrap();
    // Handles that nobody takes go with the aggregation.
    let states = accumulator.take_states(1, HandOver::InMemory, &context).unwrap();
    accumulator.release(1, &context);
    drop(accumulator);
    assert_eq!(&call(ends, &[]).unwrap(), &strings([Some("[4, 5, 6]")]));
    drop(aggregation);
    drop(states);
    assert_eq!(&call(ends, &[]).unwrap(), &strings([Some("[3, 4, 5, 6]")]));
    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
}

#[test]
fn a_class_is_set_up_once_a_thread() {
    let text = "
made = []
@db.aggregate_fn
class total:
    def __init__(self): made.append(1)
    def init(self): return 0
    def accumulate(self, state, v: int): return state + v
    def merge(self, a, b): return a + b
    def finalize(self, state) -> int: return len(made)
";
    let total = function(text);
    for _ in 0..3 {
        let answer = aggregate(&total, &[0, 0], &ints([Some(1), Some(2)]), 1).unwrap();
        assert_eq!(&answer, &ints([Some(1)]));
    }
}

#[test]
fn the_size_grows_with_the_states() {
    let list = "
@db.aggregate_fn('all', ['int'], 'int')
class all:
    def init(self): return []
    def accumulate(self, state, v): state.append(v * 1000); return state
    def merge(self, a, b): return a + b
    def finalize(self, state): return len(state)
";
    let object = "
@db.aggregate_fn('all', ['int'], 'int')
class all:
    def __init__(self): self.values = []
    def add(self, v): self.values.append(v * 1000)
    def merge(self, other): self.values += other.values
    def result(self): return len(self.values)
";
    for text in [list, object] {
        let mut accumulator = begin(&function(text)).accumulator().unwrap();
        let small = accumulator.size();
        let values: ArrayRef = Arc::new(arrow::array::Int64Array::from_iter_values(0..8192));
        for _ in 0..16 {
            update(&mut accumulator, &[0; 8192], &values).unwrap();
        }
        // A list slot and an int each.
        let held = accumulator.size() - small;
        assert!((130_000 * 32..130_000 * 64).contains(&held), "{held}");
        let groups: Vec<usize> = (0..8192).collect();
        update(&mut accumulator, &groups, &values).unwrap();
        assert!(accumulator.size() > held);
    }
}

#[test]
fn cost_does_not_grow_with_groups_that_have_no_rows() {
    let mean = &means("")[0];
    let context = CallContext::default();
    let mut accumulator = begin(mean).accumulator().unwrap();
    let groups = 2_000_000;
    accumulator.update(&[0], groups, &[floats([Some(1.0)])], &context).unwrap();
    let start = Instant::now();
    for _ in 0..1000 {
        accumulator.update(&[groups - 1], groups, &[floats([Some(1.0)])], &context).unwrap();
    }
    let each = start.elapsed() / 1000;
    // A pass over all groups alone takes longer.
    assert!(each < Duration::from_micros(500), "{each:?}");
}

#[test]
fn unfit_types_are_refused_when_the_plugin_is_loaded() {
    for (source, wanted) in [
        (
            "db.aggregate_fn('f', ['int'], 'list<int>', vectorized=True)(dict(init=list, accumulate=max, merge=max, finalize=max))",
            "plugin.py:1: the result of f is list<int>; aggregate functions take and give float,",
        ),
        (
            "db.aggregate_fn('f', ['table'], 'int')(dict(init=list, accumulate=max, merge=max, finalize=max))",
            "plugin.py:1: parameter arg0 of f is a table; only procedures take tables",
        ),
        (
            "db.aggregate_fn('f', ['int'], 'int')(dict(init=list, accumulate=max, finalize=max))",
            "plugin.py:1: the aggregate f has no merge; it needs init(), accumulate(state, *args), merge(state, other), finalize(state)",
        ),
        (
            "db.aggregate_fn('f', ['int'], 'int')(dict(init=list, accumulate=max, merge=lambda a: a, finalize=max))",
            "plugin.py:1: merge of f takes (a), but merge(state, other) gets 2 arguments",
        ),
        (
            "db.aggregate_fn('f', ['int'], 'int')(dict(init=list, accumulate=max, merge=max, finalize=max, final=max))",
            "plugin.py:1: unknown part 'final' of f; the parts are init, accumulate, merge, finalize, retract",
        ),
        (
            "async def g(a, b): ...\ndb.aggregate_fn('f', ['int'], 'int')(dict(init=list, accumulate=max, merge=g, finalize=max))",
            "plugin.py:2: merge of f is async; it must give its answer at once",
        ),
        (
            "def g(a): yield a\ndb.aggregate_fn('f', ['int'], 'int')(dict(init=list, accumulate=max, merge=max, finalize=g))",
            "plugin.py:2: finalize of f is a generator; it must return its answer",
        ),
        (
            "@db.aggregate_fn('f', ['int'], 'int')\nclass A:\n    def __init__(self, k): ...\n    def add(self, v): ...\n    def merge(self, o): ...\n    def result(self): ...",
            "plugin.py:2: the class f must be made without arguments: missing a required argument: 'k'",
        ),
        (
            "@db.aggregate_fn('f', ['int', 'int'], 'int')\nclass A:\n    def add(self, v): ...\n    def merge(self, o): ...\n    def result(self): ...",
            "plugin.py:2: f takes 1 argument, but args declares 2",
        ),
        (
            "@db.aggregate_fn\ndef f(v: int) -> int: ...",
            "plugin.py:2: the aggregate f is <function f",
        ),
    ] {
        let message = load_failure(source);
        assert!(message.starts_with(wanted), "{source}\ngave   {message}\nwanted {wanted}");
    }
}
