//! Row functions: values in both directions, strictness, errors, class scalars.

mod support;

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, DictionaryArray, Float32Array, Float64Array, Int8Array, Int64Array,
    LargeStringArray, StringArray, StringViewArray, UInt64Array,
};
use arrow::datatypes::{Float64Type, Int64Type};
use arrowsmith_contract::{CallContext, CancelToken, Error, RowNumber};
use arrowsmith_pyhost::to_pyerr;
use proptest::prelude::*;
use pyo3::prelude::*;
use support::*;

fn identity(ty: &str) -> Arc<arrowsmith_contract::Function> {
    function(&format!("@db.scalar_fn(args=['{ty}?'], returns='{ty}')\ndef same(x): return x"))
}

/// A function that returns the value of a Python expression.
fn giving(expression: &str, ty: &str) -> Arc<arrowsmith_contract::Function> {
    function(&format!("@db.scalar_fn(args=[], returns='{ty}')\ndef f(): return {expression}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn floats_come_back_bit_by_bit(column in arrowsmith_testkit::float_column(50)) {
        let edges: ArrayRef = Arc::new(Float64Array::from(vec![
            f64::NAN, -f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0, f64::MIN_POSITIVE, 5e-324, f64::MAX,
        ]));
        for column in [column, edges] {
            let back = call(&identity("float"), &[Arc::clone(&column)]).unwrap();
            let bits = |array: &ArrayRef| -> Vec<Option<u64>> {
                array.as_primitive::<Float64Type>().iter().map(|v| v.map(f64::to_bits)).collect()
            };
            prop_assert_eq!(bits(&back), bits(&column));
        }
    }

    #[test]
    fn integers_come_back(column in arrowsmith_testkit::int_column(50)) {
        prop_assert_eq!(&call(&identity("int"), &[Arc::clone(&column)]).unwrap(), &column);
    }

    #[test]
    fn strings_come_back(column in arrowsmith_testkit::string_column(20)) {
        prop_assert_eq!(&call(&identity("string"), &[Arc::clone(&column)]).unwrap(), &column);
    }

    #[test]
    fn an_integer_becomes_a_float_only_when_exact(value: i64) {
        let function = function("@db.scalar_fn(args=['int'], returns='float')\ndef same(x): return x");
        if let Ok(array) = call(&function, &[ints([Some(value)])]) {
            prop_assert_eq!(array.as_primitive::<Float64Type>().value(0) as i128, i128::from(value));
        } else {
            prop_assert_ne!(value as f64 as i128, i128::from(value));
        }
    }
}

#[test]
fn the_other_types_come_back() {
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("bool", bools([Some(true), None, Some(false)])),
        ("int8", Arc::new(Int8Array::from(vec![Some(i8::MIN), None, Some(i8::MAX)]))),
        ("uint64", Arc::new(UInt64Array::from(vec![Some(u64::MAX), None, Some(0)]))),
        ("float32", Arc::new(Float32Array::from(vec![Some(0.1), None, Some(f32::INFINITY)]))),
        ("large_string", Arc::new(LargeStringArray::from(vec![Some("a"), None, Some("ü")]))),
        (
            "string_view",
            Arc::new(StringViewArray::from(vec![
                Some("a"),
                None,
                Some("longer than twelve bytes"),
            ])),
        ),
    ];
    for (ty, column) in columns {
        assert_eq!(&call(&identity(ty), &[Arc::clone(&column)]).unwrap(), &column, "{ty}");
        let slice = column.slice(1, 2);
        assert_eq!(&call(&identity(ty), &[Arc::clone(&slice)]).unwrap(), &slice, "{ty}");
    }
}

#[test]
fn every_layout_of_strings_is_a_string() {
    let values = vec![Some("a"), None, Some("longer than twelve bytes")];
    let dictionary: DictionaryArray<arrow::datatypes::Int32Type> =
        values.clone().into_iter().collect();
    let layouts: [ArrayRef; 3] = [
        Arc::new(LargeStringArray::from(values.clone())),
        Arc::new(StringViewArray::from(values.clone())),
        Arc::new(dictionary),
    ];
    let expected: ArrayRef = Arc::new(StringArray::from(values));
    for layout in layouts {
        assert_eq!(&call(&identity("string"), &[layout]).unwrap(), &expected);
    }
}

#[test]
fn what_does_not_fit_is_refused_with_function_row_and_value() {
    for (expression, ty, wanted) in [
        ("2.5", "int", "plugin.f: row 0: result does not fit int: 2.5"),
        ("2.0", "int", "plugin.f: row 0: result does not fit int: 2.0"),
        (
            "2**63",
            "int",
            "plugin.f: row 0: result does not fit int: 9223372036854775808 (it is out of range)",
        ),
        ("2**200", "int", "(it needs more than 64 bits)"),
        ("'1'", "int", "plugin.f: row 0: result does not fit int: '1'"),
        ("128", "int8", "does not fit int8: 128 (it is out of range)"),
        ("-1", "uint64", "does not fit uint64: -1 (it is out of range)"),
        ("1", "bool", "does not fit bool: 1"),
        ("2**53 + 1", "float", "does not fit float: 9007199254740993 (no float is equal to it)"),
        ("10**400", "float", "(it is too large)"),
        ("'1.0'", "float", "does not fit float: '1.0'"),
        ("1j", "float", "does not fit float: 1j"),
        ("__import__('decimal').Decimal('0.1')", "float", "(no float is equal to it)"),
        ("1e39", "float32", "does not fit float32: 1e+39 (it is too large)"),
        ("1", "string", "does not fit string: 1"),
        ("b'a'", "string", "does not fit string: b'a'"),
        ("'\\ud800'", "string", "(it holds half of a surrogate pair, which is no text)"),
        ("type('E', (), {'__repr__': lambda s: 1 / 0})()", "int", "<E whose repr fails>"),
        ("'x' * 1000", "int", "xxx..."),
    ] {
        let message = failure(&giving(expression, ty), &[]);
        assert!(message.contains(wanted), "{expression}: {message}");
    }
    let function = function("@db.scalar_fn\ndef f(x: int) -> int: return 'no' if x == 3 else x");
    let context = starting_at(1000);
    let error =
        call_with(&function, &[ints([Some(1), Some(2), Some(3)])], 3, &context).unwrap_err();
    assert!(
        matches!(error, Error::Conversion { row: Some(RowNumber { number: 1002, .. }), .. }),
        "{error}"
    );
}

#[test]
fn what_fits_is_taken() {
    for (expression, ty, wanted) in [
        ("3", "float", floats([Some(3.0)])),
        ("-2**63", "float", floats([Some(-9_223_372_036_854_775_808.0)])),
        ("2.0**200 and int(2.0**200)", "float", floats([Some(2.0_f64.powi(200))])),
        ("__import__('decimal').Decimal('0.5')", "float", floats([Some(0.5)])),
        ("True", "int", ints([Some(1)])),
        ("type('I', (), {'__index__': lambda s: 7})()", "int", ints([Some(7)])),
        ("type('I', (int,), {})(7)", "int", ints([Some(7)])),
        ("type('F', (float,), {})(7)", "float", floats([Some(7.0)])),
        ("type('S', (str,), {})('a')", "string", strings([Some("a")])),
        ("None", "string", strings([None])),
        ("None", "bool", bools([None])),
    ] {
        assert_eq!(&call(&giving(expression, ty), &[]).unwrap(), &wanted, "{expression}");
    }
}

#[test]
fn numpy_scalars_are_numbers() {
    need("numpy");
    let numpy = "__import__('numpy')";
    for (expression, ty, wanted) in [
        ("float64(0.1)", "float", floats([Some(0.1)])),
        ("float32(0.1)", "float", floats([Some(f64::from(0.1_f32))])),
        ("int32(3)", "float", floats([Some(3.0)])),
        ("int16(3)", "int", ints([Some(3)])),
        ("uint8(3)", "int", ints([Some(3)])),
        ("bool_(True)", "bool", bools([Some(true)])),
        ("str_('a')", "string", strings([Some("a")])),
        ("ma.masked", "float", floats([None])),
    ] {
        let function = giving(&format!("{numpy}.{expression}"), ty);
        assert_eq!(&call(&function, &[]).unwrap(), &wanted, "{expression}");
    }
    for (expression, ty) in [
        ("array([1.0])", "float"),
        ("array([1])", "int"),
        ("float64(1.0)", "int"),
        ("int64(1)", "bool"),
        ("array([True])", "bool"),
    ] {
        let function = giving(&format!("{numpy}.{expression}"), ty);
        assert!(matches!(call(&function, &[]), Err(Error::Conversion { .. })), "{expression}");
    }
}

#[test]
fn skip_leaves_rows_out_and_pass_shows_none() {
    let text = "calls = []\n@db.scalar_fn(nulls={'x': 'skip', 'y': 'pass'})\ndef f(x: int, y: int) -> str:\n    calls.append(1)\n    return f'{x} {y} {len(calls)}'";
    let columns = [ints([Some(1), None, Some(3)]), ints([None, Some(2), Some(4)])];
    let answer = call(&function(text), &columns).unwrap();
    assert_eq!(&answer, &strings([Some("1 None 1"), None, Some("3 4 2")]));
}

#[test]
fn haversine_is_what_python_gives() {
    let geo = load(GEO);
    let places = [0.0, -0.0, 40.639_751, -73.778_925, 33.942_536, 90.0, -180.0, 1e-9, f64::NAN];
    let mut columns: [Vec<f64>; 4] = Default::default();
    for (i, a) in places.iter().enumerate() {
        for b in places {
            for (column, value) in columns.iter_mut().zip([*a, places[(i * 5 + 3) % 9], b, *a]) {
                column.push(value);
            }
        }
    }
    let arrays: Vec<ArrayRef> =
        columns.iter().map(|c| Arc::new(Float64Array::from(c.clone())) as ArrayRef).collect();
    let answer = call(&geo.functions()[0], &arrays).unwrap();
    let expected: Vec<f64> = attached(|py| {
        let globals = pyo3::types::PyDict::new(py);
        let text = GEO.replace("db.set", "#").replace("@db", "#");
        py.run(&std::ffi::CString::new(text)?, Some(&globals), None)?;
        globals.set_item("columns", columns.to_vec())?;
        py.eval(c"list(map(haversine, *columns))", Some(&globals), None)?.extract()
    });
    let bits = |values: &[f64]| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
    assert_eq!(answer.null_count(), 0);
    assert_eq!(bits(answer.as_primitive::<Float64Type>().values()), bits(&expected));
}

#[test]
fn a_plugins_exception_stays_the_same_object_with_one_note() {
    let text = "class Odd(Exception): ...\nodd = Odd('no')\ndb.set_version('7')\n\
        @db.scalar_fn\ndef f(x: int, s: str) -> int:\n    if x > 1: raise odd\n    return x";
    let function = function(text);
    let columns = [ints([Some(1), Some(2)]), strings([Some("a"), Some("b")])];
    let context = starting_at(10);
    let first = call_with(&function, &columns, 2, &context).unwrap_err();
    let second = call(&function, &columns).unwrap_err();
    assert_eq!(first.to_string(), "plugin.f raised Odd: no at row 11");
    attached(|py| {
        let (first, second) = (to_pyerr(py, &first), to_pyerr(py, &second));
        assert!(first.value(py).is(second.value(py)));
        let notes: Vec<String> = second.value(py).getattr("__notes__")?.extract()?;
        assert_eq!(notes, ["in plugin.f (version 7), row 1, arguments (2, 'b')"]);
        assert!(
            first.traceback(py).unwrap().format()?.contains("File \"plugin.py\", line 6, in f")
        );
        Ok(())
    });
}

#[test]
fn exceptions_that_end_processes_fail_the_query_only() {
    for (statement, class) in [
        ("raise SystemExit(3)", "ExecutionError"),
        ("raise KeyboardInterrupt", "ExecutionError"),
        ("return f(x)", "RecursionError"),
        ("class B(BaseException): ...\n    raise B", "B"),
    ] {
        let function = function(&format!("@db.scalar_fn\ndef f(x: int) -> int:\n    {statement}"));
        let error = std::thread::scope(|scope| {
            scope.spawn(|| call(&function, &[ints([Some(1)])]).unwrap_err()).join().unwrap()
        });
        attached(|py| {
            let raised = to_pyerr(py, &error);
            assert_eq!(raised.get_type(py).name()?.to_string(), class);
            assert_eq!(raised.cause(py).is_some(), class == "ExecutionError");
            Ok(())
        });
    }
}

#[test]
fn conversions_that_raise_are_the_plugins_exceptions() {
    let function = giving("type('I', (), {'__index__': lambda s: 1 / 0})()", "int");
    assert_eq!(
        failure(&function, &[]),
        "plugin.f raised ZeroDivisionError: division by zero at row 0"
    );
}

#[test]
fn a_class_is_set_up_once_a_thread() {
    let text = "made = []\ngone = []\n@db.scalar_fn\nclass F:\n    def __init__(self): made.append(self.__class__)\n    \
        def __del__(self): gone.append(1)\n    def __call__(self, x: int) -> int: return len(made) * 100 + len(gone)\n";
    let function = function(text);
    let one = || call(&function, &[ints([Some(1), Some(2)])]).unwrap();
    assert_eq!(&one(), &ints([Some(100), Some(100)]));
    assert_eq!(&one(), &ints([Some(100), Some(100)]));
    std::thread::scope(|scope| {
        assert_eq!(&scope.spawn(one).join().unwrap(), &ints([Some(200), Some(200)]));
    });
    // The other thread's object went with it.
    assert_eq!(&one(), &ints([Some(201), Some(201)]));
    let bad = "@db.scalar_fn\nclass F:\n    def __init__(self): 1 / 0\n    def __call__(self, x: int) -> int: return x";
    let error = call(&support::function(bad), &[ints([Some(1)])]).unwrap_err();
    assert_eq!(error.to_string(), "plugin.F raised ZeroDivisionError: division by zero");
}

#[test]
fn a_cancelled_call_ends_and_gives_nothing() {
    let function = function("@db.scalar_fn\ndef f(x: int) -> int: return x");
    let context = CallContext { token: CancelToken::new(), ..CallContext::default() };
    context.token.cancel();
    assert!(matches!(
        call_with(&function, &[ints([Some(1)])], 1, &context),
        Err(Error::Stopped(_))
    ));
    let empty = call(&function, &[Arc::new(Int64Array::from(Vec::<i64>::new()))]).unwrap();
    assert_eq!(empty.as_primitive::<Int64Type>().len(), 0);
}
