//! Rows and frames of every kind.

use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::{Float64Type, Int64Type};
use arrow::util::pretty::pretty_format_batches;
use arrowsmith_contract::CallContext;

use crate::support::*;
use crate::{all, one, rows, shown, start_on, two};

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
fn a_class_is_set_up_once_a_thread() {
    let text = "made = []\n@db.procedure(yields=['a:int'])\nclass P:\n    def __init__(self): made.append(1)\n    \
        def __call__(self, n: int):\n        for i in range(n): yield i * 10 + len(made)";
    assert_eq!(rows(&function(text), &[ints([Some(2), Some(1)])]), ["0 1", "0 11", "1 1"]);
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
