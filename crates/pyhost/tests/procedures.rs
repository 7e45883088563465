//! Procedures: rows of every kind, batches, errors, ending early, tables.

#![expect(clippy::unwrap_used, clippy::panic, reason = "clippy sees no test in what tests share")]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::{DataType, Field, Float64Type, Int64Type, Schema, SchemaRef};
use arrow::util::pretty::pretty_format_batches;
use arrowsmith_contract::{
    BatchStream, CallContext, CancelToken, Error, ErrorLog, Function, Kernel, ProcedureArguments,
    Result, RowNumbers, RowScope, StopReason, TableInput, Yielded,
};
use arrowsmith_pyhost::to_pyerr;
use pyo3::prelude::*;
use support::*;

fn start_with(
    function: &Function,
    columns: Vec<ArrayRef>,
    table: Option<Box<dyn TableInput>>,
    context: &CallContext,
) -> Box<dyn BatchStream> {
    let Kernel::Procedure(kernel) = &function.kernel else { panic!("{function} is no procedure") };
    let rows = columns.first().map_or(1, Array::len);
    kernel.start(ProcedureArguments { columns, rows, table }, context).unwrap()
}

fn start_on(function: &Function, columns: &[ArrayRef]) -> Box<dyn BatchStream> {
    start_with(function, columns.to_vec(), None, &CallContext::default())
}

fn all(mut stream: Box<dyn BatchStream>, most: usize) -> Result<Vec<Yielded>> {
    let mut batches = Vec::new();
    while let Some(yielded) = stream.next_batch(most, &CallContext::default())? {
        assert!((1..=most).contains(&yielded.batch.num_rows()));
        assert_eq!(yielded.batch.num_rows(), yielded.origins.len());
        batches.push(yielded);
    }
    assert!(stream.next_batch(most, &CallContext::default()).unwrap().is_none());
    Ok(batches)
}

/// The rows as text, with their origins where there are some.
fn shown(batches: &[Yielded]) -> Vec<String> {
    let text = |array: &dyn Array, row| arrowsmith_contract::coerce::show_value(array, row);
    let mut rows = Vec::new();
    for Yielded { batch, origins } in batches {
        for row in 0..batch.num_rows() {
            let mut values: Vec<String> =
                batch.columns().iter().map(|column| text(column, row)).collect();
            values.insert(0, origins.value(row).to_string());
            rows.push(values.join(" "));
        }
    }
    rows
}

fn rows(function: &Function, columns: &[ArrayRef]) -> Vec<String> {
    shown(&all(start_on(function, columns), 8192).unwrap())
}

fn failing(function: &Function, columns: &[ArrayRef]) -> String {
    all(start_on(function, columns), 8192).unwrap_err().to_string()
}

/// A procedure of the columns `a: int, b: string` with this body.
fn two(body: &str) -> Arc<Function> {
    function(&format!(
        "import collections, dataclasses, time\n@db.procedure(yields={{'a': 'int', 'b': 'string'}})\ndef p():\n    {body}"
    ))
}

fn one(body: &str, ty: &str) -> Arc<Function> {
    function(&format!("@db.procedure(yields={{'a': '{ty}'}})\ndef p():\n    {body}"))
}

/// What a list that the plugin calls `seen` holds; the module is found by the function.
fn seen(expression: &str) -> String {
    attached(|py| {
        let code = format!("__import__('builtins').{expression}");
        py.eval(&std::ffi::CString::new(code)?, None, None)?.str()?.extract()
    })
}

#[test]
fn rows_of_every_kind_are_rows() {
    for body in [
        "yield {'a': 1, 'b': 'x'}",
        "yield {'b': 'x', 'a': 1}",
        "yield collections.OrderedDict(b='x', a=1)",
        "yield (1, 'x')",
        "yield [1, 'x']",
        "yield collections.namedtuple('N', 'b a')('x', 1)",
        "yield dataclasses.make_dataclass('D', ['b', 'a'])('x', 1)",
        "return [(1, 'x')]",
        "return ((1, 'x'),)",
        "return iter([{'a': 1, 'b': 'x'}])",
        "return map(tuple, [[1, 'x']])",
    ] {
        assert_eq!(rows(&two(body), &[]), ["0 1 x"], "{body}");
    }
    for (body, ty, wanted) in [
        ("yield 1\n    yield None", "int", vec!["0 1", "0 NULL"]),
        ("yield 'ab'", "string", vec!["0 ab"]),
        (
            "yield (1,)\n    yield {'a': 2}\n    yield [3]\n    yield 4",
            "int",
            vec!["0 1", "0 2", "0 3", "0 4"],
        ),
        ("return range(2)", "int", vec!["0 0", "0 1"]),
        ("import datetime as dt\n    yield dt.date(2024, 2, 29)", "date", vec!["0 2024-02-29"]),
    ] {
        assert_eq!(rows(&one(body, ty), &[]), wanted, "{body}");
    }
    for body in ["return None", "return []", "return\n    yield", "pass"] {
        assert!(rows(&two(body), &[]).is_empty(), "{body}");
    }
}

#[test]
fn frames_of_every_kind_are_rows() {
    need("polars");
    need("pandas");
    let data = "{'b': ['x', 'y'], 'a': [1, 2]}";
    for frame in [
        format!("__import__('pyarrow').table({data})"),
        format!("__import__('pyarrow').record_batch({data})"),
        format!("__import__('pyarrow').table({data}).to_reader()"),
        format!("__import__('polars').DataFrame({data})"),
        format!("__import__('pandas').DataFrame({data})"),
    ] {
        for body in
            [format!("return {frame}"), format!("yield {frame}"), format!("return [{frame}]")]
        {
            assert_eq!(rows(&two(&body), &[]), ["0 1 x", "0 2 y"], "{body}");
        }
    }
    let nan = "return __import__('pandas').DataFrame({'a': [float('nan'), 1.0]})";
    assert_eq!(rows(&one(nan, "float"), &[]), ["0 NaN", "0 1.0"]);
}

#[test]
fn rows_and_batches_keep_their_order() {
    need("pyarrow");
    let body = "import pyarrow as pa\n    for i in range(3):\n        yield i * 10\n        \
        yield pa.record_batch({'a': [i * 10 + 1, i * 10 + 2]})\n        yield pa.table({'a': pa.array([], 'int64')})";
    let wanted = ["0 0", "0 1", "0 2", "0 10", "0 11", "0 12", "0 20", "0 21", "0 22"];
    assert_eq!(rows(&one(body, "int"), &[]), wanted);
    assert_eq!(shown(&all(start_on(&one(body, "int"), &[]), 1).unwrap()), wanted);
}

#[test]
fn large_batches_are_sliced_and_small_calls_gathered() {
    need("pyarrow");
    let body = "import pyarrow as pa\n    yield pa.record_batch({'a': list(range(10))})";
    let batches = all(start_on(&one(body, "int"), &[]), 4).unwrap();
    let sizes: Vec<usize> = batches.iter().map(|yielded| yielded.batch.num_rows()).collect();
    assert_eq!(sizes, [4, 4, 2]);
    let explode = function(
        "@db.procedure(args=['string', 'int'], yields=['part:string', 'n:int'])\n\
         def p(text, n):\n    for part in text.split():\n        yield part, n",
    );
    let columns = [
        strings([Some("a b"), None, Some(""), Some("c")]),
        ints([Some(1), Some(2), Some(3), Some(4)]),
    ];
    let batches = all(start_on(&explode, &columns), 8192).unwrap();
    assert_eq!(batches.len(), 1);
    assert_eq!(shown(&batches), ["0 a 1", "0 b 1", "3 c 4"]);
}

#[test]
fn a_batch_is_copied_before_its_owner_writes_to_it_again() {
    need("pyarrow");
    need("numpy");
    let body = "import numpy as np, pyarrow as pa\n    memory = np.zeros(1)\n    for i in range(3):\n        \
        memory[0] = i\n        yield pa.record_batch({'a': pa.array(memory)})";
    let batches = all(start_on(&one(body, "float"), &[]), 8192).unwrap();
    assert_eq!(shown(&batches), ["0 0.0", "0 1.0", "0 2.0"]);
}

#[test]
fn nulls_pass_where_they_are_wanted() {
    let text = "@db.procedure(args=['int?'], yields=['a:string'])\ndef p(x):\n    yield repr(x)";
    assert_eq!(rows(&function(text), &[ints([None, Some(1)])]), ["0 None", "1 1"]);
}

#[test]
fn what_does_not_fit_names_row_column_expected_and_got() {
    need("pyarrow");
    for (body, wanted) in [
        ("yield 1, 'x'\n    yield 'z', 'y'", "plugin.p: row 1: column \"a\" does not fit int: 'z'"),
        ("yield 1, 2", "plugin.p: row 0: column \"b\" does not fit string: 2"),
        ("yield 1.5, 'x'", "plugin.p: row 0: column \"a\" does not fit int: 1.5"),
        (
            "yield {'a': 1}",
            "plugin.p: row 0: what it gave does not fit (a: int, b: string): {'a': 1} (it has no key \"b\")",
        ),
        ("yield {'a': 1, 'c': 2}", "(it has no key \"b\")"),
        ("yield {'a': 1, 'b': 'x', 'c': 2}", "(its key \"c\" is no declared column)"),
        ("yield (1,)", "(1,) (it has 1 values for 2 columns)"),
        ("yield 1, 'x', 2", "(it has 3 values for 2 columns)"),
        ("yield [1]", "(it has 1 values for 2 columns)"),
        ("yield 7", "does not fit (a: int, b: string): 7 (a row is a dict, a tuple, a list,"),
        ("yield 'ab'", "does not fit (a: int, b: string): 'ab' (a row is a dict,"),
        ("yield None", "does not fit (a: int, b: string): None (a row is a dict,"),
        ("yield collections.namedtuple('N', 'a c')(1, 'x')", "(it has no field \"b\")"),
        (
            "yield dataclasses.make_dataclass('D', ['a', 'b', 'c'])(1, 'x', 3)",
            "(its field \"c\" is no declared column)",
        ),
        (
            "return 7",
            "plugin.p: row 0: what it gave does not fit (a: int, b: string): 7 (a procedure yields its rows, or returns an iterable of them, a frame or None)",
        ),
        ("return {'a': 1, 'b': 'x'}", "(a procedure yields its rows,"),
        ("return 'ab'", "(a procedure yields its rows,"),
        (
            "yield __import__('pyarrow').table({'a': [1]})",
            "plugin.p: what it yielded does not fit (a: int, b: string): a batch of the columns a (it has no column \"b\")",
        ),
        (
            "yield __import__('pyarrow').table({'a': [1], 'b': ['x'], 'c': [1]})",
            "(its column \"c\" is no declared column)",
        ),
        (
            "yield 1, 'x'\n    yield __import__('pyarrow').table({'a': [1.5], 'b': ['x']})",
            "plugin.p: column \"a\" does not fit int: an array of float",
        ),
        (
            "yield 1, 'x'\n    yield __import__('pyarrow').table({'a': __import__('pyarrow').array([0, 2**63], 'uint64'), 'b': ['x', 'y']})",
            "plugin.p: row 2: column \"a\" does not fit int: 9223372036854775808",
        ),
        (
            "yield __import__('pyarrow').array([1])",
            "does not fit (a: int, b: string): an array of Int64 (a batch has columns)",
        ),
    ] {
        let message = failing(&two(body), &[]);
        assert!(message.contains(wanted), "{body}: {message}");
    }
    let lateral = function(
        "@db.procedure(args=['int'], yields=['a:int'])\ndef p(x):\n    yield 1\n    yield 'no' if x == 3 else 2",
    );
    let Kernel::Procedure(kernel) = &lateral.kernel else { panic!() };
    let context = CallContext {
        rows: RowNumbers::starting_at(100, RowScope::Input),
        ..CallContext::default()
    };
    let columns = vec![ints([Some(1), Some(3)])];
    let mut stream =
        kernel.start(ProcedureArguments { columns, rows: 2, table: None }, &context).unwrap();
    assert_eq!(
        stream.next_batch(9, &context).unwrap_err().to_string(),
        "plugin.p: row 1: column \"a\" for row 101 of the arguments does not fit int: 'no'"
    );
}

#[test]
fn exceptions_are_the_plugins_own_with_a_note() {
    let text = "db.set_version('7')\nodd = ValueError('no')\n@db.procedure(args=['int', 'string'], yields=['a:int'])\n\
        def p(n, s):\n    for i in range(n): yield i\n    raise odd";
    let error =
        all(start_on(&function(text), &[ints([Some(3)]), strings([Some("z")])]), 8192).unwrap_err();
    assert_eq!(error.to_string(), "plugin.p raised ValueError: no at row 3");
    attached(|py| {
        let notes: Vec<String> = to_pyerr(py, &error).value(py).getattr("__notes__")?.extract()?;
        assert_eq!(notes, ["in plugin.p (version 7), row 3, arguments (3, 'z')"]);
        Ok(())
    });
    for (body, class) in [
        ("yield 1\n    raise SystemExit(3)", "ExecutionError"),
        ("yield 1\n    raise StopIteration", "RuntimeError"),
        ("yield 1\n    yield from p()", "RecursionError"),
        ("1 / 0", "ZeroDivisionError"),
        ("yield type('I', (), {'__index__': lambda s: 1 / 0})()", "ZeroDivisionError"),
    ] {
        let error = all(start_on(&one(body, "int"), &[]), 1 << 20).unwrap_err();
        attached(|py| {
            assert_eq!(to_pyerr(py, &error).get_type(py).name()?.to_string(), class, "{body}");
            Ok(())
        });
    }
}

#[test]
fn a_failed_call_ends_and_its_rows_stay() {
    let text = "@db.procedure(args=['int'], yields=['a:int', 'b:int'], on_error='collect')\n\
        def p(x):\n    yield x, 1\n    if x == 2: yield x, 'bad'\n    if x == 3: 1 / 0\n    yield x, 9";
    let context = CallContext { errors: Arc::new(ErrorLog::default()), ..CallContext::default() };
    let columns = vec![ints([Some(1), Some(2), Some(3), Some(4)])];
    let mut stream = start_with(&function(text), columns, None, &context);
    let first = stream.next_batch(8192, &context).unwrap().unwrap();
    assert_eq!(shown(&[first]), ["0 1 1", "0 1 9", "1 2 1", "2 3 1", "3 4 1", "3 4 9"]);
    assert!(stream.next_batch(8192, &context).unwrap().is_none());
    let collected = context.errors.entries();
    let told: Vec<String> =
        collected.iter().map(|e| format!("{} {}", e.class, e.arguments)).collect();
    assert_eq!(told, ["ConversionError (2)", "ZeroDivisionError (3)"]);
}

#[test]
fn a_class_is_set_up_once_a_thread() {
    let text = "made = []\n@db.procedure(yields=['a:int'])\nclass P:\n    def __init__(self): made.append(1)\n    \
        def __call__(self, n: int):\n        for i in range(n): yield i * 10 + len(made)";
    assert_eq!(rows(&function(text), &[ints([Some(2), Some(1)])]), ["0 1", "0 11", "1 1"]);
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

/// Batches of one int column, which are slow to come, and how many were asked for.
struct Table {
    batches: std::vec::IntoIter<Result<Vec<i64>>>,
    asked: Arc<AtomicUsize>,
    is_ready: bool,
}

impl Table {
    fn boxed(batches: Vec<Result<Vec<i64>>>) -> (Box<Self>, Arc<AtomicUsize>) {
        let asked = Arc::new(AtomicUsize::new(0));
        let table =
            Self { batches: batches.into_iter(), asked: Arc::clone(&asked), is_ready: false };
        (Box::new(table), asked)
    }
}

impl TableInput for Table {
    fn schema(&self) -> SchemaRef {
        Arc::new(Schema::new(vec![Field::new("n", DataType::Int64, true)]))
    }

    fn poll(&mut self, patience: Duration) -> Option<Result<Option<RecordBatch>>> {
        self.is_ready = !self.is_ready;
        if self.is_ready {
            std::thread::sleep(patience);
            return None;
        }
        self.asked.fetch_add(1, Ordering::SeqCst);
        Some(self.batches.next().transpose().map(|values| {
            values.map(|values| {
                let column: ArrayRef = Arc::new(arrow::array::Int64Array::from(values));
                RecordBatch::try_new(self.schema(), vec![column]).unwrap()
            })
        }))
    }
}

#[test]
fn a_table_comes_batch_by_batch() {
    need("pyarrow");
    let text = "@db.procedure(args=['int', 'table', 'int'], yields=['n:int', 'names:string'])\n\
        def p(times, rows, plus):\n    for batch in rows:\n        for n in batch['n'].to_pylist():\n            \
        yield n * times + plus, ','.join(rows.schema.names)";
    let (table, asked) = Table::boxed(vec![Ok(vec![1, 2]), Ok(vec![]), Ok(vec![3])]);
    let columns = vec![ints([Some(10)]), ints([Some(7)])];
    let context = CallContext::default();
    let mut stream = start_with(&function(text), columns, Some(table), &context);
    let first = stream.next_batch(1, &context).unwrap().unwrap();
    assert_eq!((shown(&[first]), asked.load(Ordering::SeqCst)), (vec!["0 17 n".to_owned()], 1));
    assert_eq!(shown(&all(stream, 100).unwrap()), ["0 27 n", "0 37 n"]);
}

#[test]
fn a_table_is_read_once_and_by_its_query_only() {
    need("pyarrow");
    let text = "import builtins\n@db.procedure(args=['table'], yields=['n:int'])\n\
        def p(rows):\n    builtins.kept = rows\n    yield from (len(b) for b in rows)\n    yield from (len(b) for b in rows)";
    let twice = function(text);
    let (table, _) = Table::boxed(vec![Ok(vec![1])]);
    let stream = start_with(&twice, Vec::new(), Some(table), &CallContext::default());
    let message = all(stream, 100).unwrap_err().to_string();
    assert!(
        message.contains(
            "the table argument of plugin.p was read to its end before; its batches come once"
        ),
        "{message}"
    );
    let (table, _) = Table::boxed(vec![Ok(vec![1]), Ok(vec![2])]);
    let context = CallContext::default();
    let mut stream = start_with(&twice, Vec::new(), Some(table), &context);
    stream.next_batch(1, &context).unwrap();
    drop(stream);
    let error = attached(|py| {
        let error = py.eval(c"next(__import__('builtins').kept)", None, None).unwrap_err();
        Ok(error.to_string())
    });
    assert_eq!(
        error,
        "ClosedError: the table argument of plugin.p is gone: the query that gave it has ended"
    );
}

#[test]
fn what_fails_in_a_table_fails_in_its_reader() {
    let text = "@db.procedure(args=['table'], yields=['n:int'])\ndef p(rows):\n    for batch in rows: yield 1";
    let failed = Err(Error::Closed("the source broke".to_owned()));
    let (table, _) = Table::boxed(vec![Ok(vec![1]), failed]);
    let stream = start_with(&function(text), Vec::new(), Some(table), &CallContext::default());
    let error = all(stream, 100).unwrap_err();
    assert_eq!(error.to_string(), "plugin.p raised ClosedError: the source broke at row 1");
}

/// A table without an end, from which nothing ever comes.
struct Silent;

impl TableInput for Silent {
    fn schema(&self) -> SchemaRef {
        Arc::new(Schema::empty())
    }

    fn poll(&mut self, patience: Duration) -> Option<Result<Option<RecordBatch>>> {
        std::thread::sleep(patience);
        None
    }
}

#[test]
fn who_waits_for_a_table_can_be_stopped() {
    let text = "@db.procedure(args=['table'], yields=['n:int'])\ndef p(rows):\n    for batch in rows: yield 1";
    let context = CallContext { token: CancelToken::new(), ..CallContext::default() };
    let mut stream = start_with(&function(text), Vec::new(), Some(Box::new(Silent)), &context);
    let limit = Duration::from_millis(50);
    context.token.stop_after(limit, StopReason::QueryTimeout(limit));
    let start = Instant::now();
    assert!(matches!(stream.next_batch(10, &context), Err(Error::Stopped(_))));
    assert!(start.elapsed() < Duration::from_millis(150), "{:?}", start.elapsed());
}

#[test]
fn memory_stays_flat_over_five_million_rows() {
    let many = function(
        "@db.procedure(yields=['a:int', 'b:float', 'c:string'])\ndef p(n: int):\n    for i in range(n): yield i, 0.5, 'abc'",
    );
    let mut stream = start_on(&many, &[ints([Some(5_000_000)])]);
    let context = CallContext::default();
    let (mut count, mut sum, mut before) = (0, 0.0, 0);
    while let Some(yielded) = stream.next_batch(8192, &context).unwrap() {
        let ints = yielded.batch.column(0).as_primitive::<Int64Type>();
        assert_eq!(ints.value(0), count);
        count += yielded.batch.num_rows() as i64;
        sum += yielded.batch.column(1).as_primitive::<Float64Type>().value(0);
        if before == 0 && count > 500_000 {
            before = resident();
        }
    }
    assert_eq!(count, 5_000_000);
    assert!(sum > 0.0);
    assert!(resident() < before + 20_000_000, "{before} to {} bytes", resident());
}

/// Bytes of memory that the process uses, or none where nobody says.
fn resident() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    pages.split(' ').nth(1).and_then(|pages| pages.parse::<usize>().ok()).unwrap_or(0) * 4096
}

#[test]
fn a_procedure_looks_like_a_table() {
    let text = "@db.procedure(yields={'n': 'int', 'when': 'date', 'price': 'decimal(5,2)'})\n\
        def p():\n    import datetime, decimal\n    yield 1, datetime.date(2024, 1, 2), decimal.Decimal('9.50')";
    let batches = all(start_on(&function(text), &[]), 10).unwrap();
    let batches: Vec<RecordBatch> = batches.into_iter().map(|yielded| yielded.batch).collect();
    let shown = pretty_format_batches(&batches).unwrap().to_string();
    assert!(shown.contains("| 1 | 2024-01-02 | 9.50  |"), "{shown}");
}
