//! Vectorized functions: what they are given, and what may come back.

mod support;

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Float64Array, StringViewArray};
use arrow::datatypes::Float64Type;
use arrowsmith_contract::Function;
use support::*;

fn numpy(declaration: &str, parameters: &str, body: &str) -> Arc<Function> {
    need("numpy");
    function(&format!(
        "import numpy as np\n@db.scalar_fn(vectorized='numpy', {declaration})\ndef f({parameters}):\n    {body}\n"
    ))
}

fn arrow(declaration: &str, parameters: &str, body: &str) -> Arc<Function> {
    need("pyarrow");
    function(&format!(
        "import pyarrow as pa, pyarrow.compute as pc, numpy as np\n@db.scalar_fn(vectorized=True, {declaration})\ndef f({parameters}):\n    {body}\n"
    ))
}

#[test]
fn numbers_are_read_only_views() {
    let f = numpy(
        "args=['float'], returns='string'",
        "x",
        "return [f'{type(x).__name__} {x.dtype} {x.flags.writeable} {x.flags.owndata} {len(x)}'] * len(x)",
    );
    let column = floats([Some(0.0), Some(1.0), Some(2.0)]).slice(1, 2);
    let answer = call(&f, &[column]).unwrap();
    assert_eq!(answer.as_string::<i32>().value(0), "ndarray float64 False False 2");
    let f = numpy("args=['float'], returns='float'", "x", "return x * 2");
    let column = floats([Some(0.0), Some(1.0), Some(2.0)]).slice(1, 2);
    assert_eq!(&call(&f, &[column]).unwrap(), &floats([Some(2.0), Some(4.0)]));
}

#[test]
fn skip_removes_rows_and_scatters_back() {
    let f = numpy(
        "args=['float', 'int'], returns='float'",
        "x, y",
        "assert len(x) == 2\n    return x + y",
    );
    let columns =
        [floats([Some(1.0), None, Some(3.0), Some(4.0)]), ints([Some(1), Some(2), None, Some(4)])];
    assert_eq!(&call(&f, &columns).unwrap(), &floats([Some(2.0), None, None, Some(8.0)]));
    let none = [floats([None, None]), ints([Some(1), Some(2)])];
    assert_eq!(&call(&f, &none).unwrap(), &floats([None, None]));
    let f = arrow(
        "args=['float'], returns='float'",
        "x",
        "assert x.null_count == 0 and len(x) == 1\n    return x",
    );
    assert_eq!(&call(&f, &[floats([None, Some(2.0)])]).unwrap(), &floats([None, Some(2.0)]));
}

#[test]
fn pass_gives_masked_arrays_and_arrow_nulls() {
    let f = numpy(
        "args=['float'], returns='float', nulls='pass'",
        "x",
        "assert isinstance(x, np.ma.MaskedArray) and list(x.mask) == [False, True]\n    return x + 1",
    );
    assert_eq!(&call(&f, &[floats([Some(1.0), None])]).unwrap(), &floats([Some(2.0), None]));
    let f = numpy(
        "args=['string?'], returns='string'",
        "x",
        "assert list(x.mask) == [False, True]\n    return np.array([v or '-' for v in x.data], dtype=object)",
    );
    assert_eq!(&call(&f, &[strings([Some("a"), None])]).unwrap(), &strings([Some("a"), Some("-")]));
    let f = arrow("args=['int?'], returns='int'", "x", "return pc.fill_null(x, 7)");
    assert_eq!(&call(&f, &[ints([Some(1), None])]).unwrap(), &ints([Some(1), Some(7)]));
}

#[test]
fn strings_and_bools_in_both_forms() {
    let f = numpy(
        "args=['string', 'bool'], returns='string'",
        "s, b",
        "assert s.dtype == object and b.dtype == bool\n    return [x if y else None for x, y in zip(s, b)]",
    );
    let columns = [strings([Some("a"), Some("b")]), bools([Some(true), Some(false)])];
    assert_eq!(&call(&f, &columns).unwrap(), &strings([Some("a"), None]));
    let f = arrow(
        "args=['string'], returns='string'",
        "s",
        "assert s.type == pa.string()\n    return pc.utf8_upper(s)",
    );
    let views: ArrayRef = Arc::new(StringViewArray::from(vec!["a", "b"]));
    assert_eq!(&call(&f, &[views]).unwrap(), &strings([Some("A"), Some("B")]));
}

#[test]
fn results_of_many_kinds() {
    let three = [floats([Some(1.0), Some(2.0), Some(3.0)])];
    let expected = floats([Some(1.0), Some(2.0), Some(3.0)]);
    for body in [
        "return x",
        "return list(x)",
        "return tuple(x)",
        "return x.astype('i4')",
        "return x.astype('f4')",
        "return x.astype('>f8')",
        "return x[::-1][::-1]",
        "return np.array(list(x), dtype=object)",
        "return x.astype('f2')",
        "return x.astype('longdouble')",
        "return np.rec.fromarrays([x.astype('i1'), x]).f1",
        "import pyarrow as pa\n    return pa.chunked_array([list(x[:1]), list(x[1:])])",
        "import pyarrow as pa\n    return pa.array(x).dictionary_encode()",
    ] {
        let f = numpy("args=['float'], returns='float'", "x", body);
        assert_eq!(&call(&f, &three).unwrap(), &expected, "{body}");
    }
    let f = numpy("args=['float'], returns='float'", "x", "return np.ma.masked_equal(x, 2.0)");
    assert_eq!(&call(&f, &three).unwrap(), &floats([Some(1.0), None, Some(3.0)]));
    let f = numpy("args=['float'], returns='int'", "x", "return x > 1");
    assert_eq!(&call(&f, &three).unwrap(), &ints([Some(0), Some(1), Some(1)]));
    let f = numpy(
        "args=['float'], returns='bool'",
        "x",
        "return np.ma.masked_array(x > 1, [True, False, False])",
    );
    assert_eq!(&call(&f, &three).unwrap(), &bools([None, Some(true), Some(true)]));
    let f = numpy("args=['float'], returns='string'", "x", "return x.astype('U')");
    assert_eq!(&call(&f, &three).unwrap(), &strings([Some("1.0"), Some("2.0"), Some("3.0")]));
    let f = arrow(
        "args=['float'], returns='string'",
        "x",
        "return pa.array(['a', None, 'c'], pa.large_string())",
    );
    assert_eq!(&call(&f, &three).unwrap(), &strings([Some("a"), None, Some("c")]));
    let f = arrow("args=['float'], returns='float'", "x", "return pa.nulls(3)");
    assert_eq!(&call(&f, &three).unwrap(), &floats([None, None, None]));
}

#[test]
fn wrong_results_say_function_expected_and_got() {
    for (body, ty, wanted) in [
        (
            "return x[:1]",
            "float",
            "plugin.f: result does not fit float: an array of 1 values (a batch of 3 rows needs as many values)",
        ),
        ("return [1.0] * 4", "float", "an array of 4 values (a batch of 3 rows"),
        ("return pa.array([1.0])", "float", "an array of 1 values (a batch of 3 rows"),
        (
            "return 1.0",
            "float",
            "plugin.f: result does not fit float: 1.0 (it gave one value for 3 rows)",
        ),
        ("return np.float32(1)", "float", "(it gave one value for 3 rows)"),
        ("return x.sum()", "float", "(it gave one value for 3 rows)"),
        ("return np.array(1.0)", "float", "(it gave one value for 3 rows)"),
        ("return pc.sum(pa.array(x))", "float", "(it gave one value for 3 rows)"),
        ("return None", "float", "None (it gave one value for 3 rows)"),
        ("return 'abc'", "string", "'abc' (it gave one value for 3 rows)"),
        (
            "return {1, 2, 3}",
            "float",
            "{1, 2, 3} (a vectorized function returns an Arrow array, a NumPy array or a list)",
        ),
        (
            "return np.ones((3, 1))",
            "float",
            "an array of 2 dimensions (it must have one dimension)",
        ),
        ("return x", "int", "plugin.f: result does not fit int: an array of float"),
        ("return x", "string", "an array of float"),
        ("return x > 1", "string", "an array of bool"),
        (
            "return np.array([1, 2, 2**53 + 1])",
            "float",
            "plugin.f: row 103: result does not fit float: 9007199254740993",
        ),
        ("return [1.0, 'a', 2.0]", "float", "plugin.f: row 101: result does not fit float: 'a'"),
        (
            "return np.array([1, 2, 300])",
            "int8",
            "plugin.f: row 103: result does not fit int8: 300",
        ),
        (
            "return np.array(['2020-01-01'] * 3, 'M8[s]')",
            "float",
            "plugin.f: result does not fit float: an array of timestamp[s]",
        ),
    ] {
        let f = numpy(
            &format!("args=['float'], returns='{ty}'"),
            "x",
            &format!("import pyarrow as pa, pyarrow.compute as pc\n    {body}"),
        );
        let context = starting_at(100);
        // Row 2 of the batch is skipped, so row 2 of the call is row 3.
        let columns = [floats([Some(1.0), Some(2.0), None, Some(3.0)])];
        let message = call_with(&f, &columns, 4, &context).unwrap_err().to_string();
        assert!(message.contains(wanted), "{body}: {message}");
    }
}

#[test]
fn an_exception_names_the_batch() {
    let f = numpy("args=['float'], returns='float'", "x", "raise ValueError('bad')");
    let context = starting_at(5);
    let error = call_with(&f, &[floats([Some(1.0)])], 1, &context).unwrap_err();
    assert_eq!(error.to_string(), "plugin.f raised ValueError: bad");
    attached(|py| {
        let raised = arrowsmith_pyhost::to_pyerr(py, &error);
        let notes: Vec<String> = pyo3::prelude::PyAnyMethods::extract(
            &pyo3::prelude::PyAnyMethods::getattr(raised.value(py).as_any(), "__notes__")?,
        )?;
        assert_eq!(notes, ["in plugin.f (version 0.0.0), a batch of 1 rows from row 5 on"]);
        Ok(())
    });
}

#[test]
fn arguments_without_pyarrow_have_capsules() {
    start();
    let f = function(
        "import sys\nsys.modules['pyarrow'] = None\n@db.scalar_fn(args=['float'], returns='float', vectorized='arrow')\n\
         def f(x):\n    assert type(x).__module__.startswith('arro3') and hasattr(x, '__arrow_c_array__')\n    return x\n",
    );
    assert_eq!(&call(&f, &[floats([Some(1.0), None])]).unwrap(), &floats([Some(1.0), None]));
}

#[test]
fn classes_and_other_types_are_vectorized_too() {
    let text = "@db.scalar_fn(vectorized='numpy', args=['float'], returns='float')\nclass F:\n    def __init__(self): self.k = 2\n    def __call__(self, x): return x * self.k\n";
    need("numpy");
    assert_eq!(&call(&function(text), &[floats([Some(2.0)])]).unwrap(), &floats([Some(4.0)]));
    let f = arrow(
        "args=['float'], returns='list<float>'",
        "x",
        "return pa.array([[v.as_py()] for v in x])",
    );
    let answer = call(&f, &[floats([Some(2.0), None])]).unwrap();
    assert_eq!((answer.len(), answer.null_count()), (2, 1));
    assert_eq!(&answer.as_list::<i32>().value(0), &floats([Some(2.0)]));
}

#[test]
fn haversine_is_what_numpy_gives() {
    need("numpy");
    let geo = load(GEO);
    let columns: Vec<ArrayRef> = (0..4)
        .map(|c| {
            Arc::new(Float64Array::from_iter_values(
                (0..1000).map(|i| f64::from(i * (c + 1)) * 0.37 % 90.0),
            )) as ArrayRef
        })
        .collect();
    let answer = call(&geo.functions()[1], &columns).unwrap();
    let row = call(&geo.functions()[0], &columns).unwrap();
    for (a, b) in answer
        .as_primitive::<Float64Type>()
        .values()
        .iter()
        .zip(row.as_primitive::<Float64Type>().values())
    {
        assert!((a - b).abs() <= 1e-6 || (a.is_nan() && b.is_nan()), "{a} {b}");
    }
}
