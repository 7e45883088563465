//! What does not fit, and what raises.

use std::sync::Arc;

use arrowsmith_contract::{
    CallContext, ErrorLog, Kernel, ProcedureArguments, RowNumbers, RowScope,
};

use crate::support::*;
use crate::{all, failing, one, shown, start_on, start_with, two};

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
    assert_eq!(notes_of(&error), ["in plugin.p (version 7), row 3, arguments (3, 'z')"]);
    for (body, class) in [
        ("yield 1\n    raise SystemExit(3)", "ExecutionError"),
        ("yield 1\n    raise StopIteration", "RuntimeError"),
        ("yield 1\n    yield from p()", "RecursionError"),
        ("1 / 0", "ZeroDivisionError"),
        ("yield type('I', (), {'__index__': lambda s: 1 / 0})()", "ZeroDivisionError"),
    ] {
        let error = all(start_on(&one(body, "int"), &[]), 1 << 20).unwrap_err();
        assert_eq!(class_of(&error), class, "{body}");
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
