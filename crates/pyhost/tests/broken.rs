//! Objects that lie about themselves, and what the host says of them. More of them are in
//! `tests/evil`.

mod support;

use std::sync::Arc;

use arrowsmith_contract::Error;
use arrowsmith_pyhost::exchange;
use pyo3::exceptions::{PyLookupError, PyMemoryError};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use support::*;

const LIARS: &str = r#"
import ctypes, itertools
import numpy as np, pyarrow as pa

class Pair:
    def __init__(self, *capsules): self.capsules = capsules
    def __arrow_c_array__(self, requested_schema=None): return self.capsules

class Stream:
    def __init__(self, given): self.given = given
    def __arrow_c_stream__(self, requested_schema=None): return self.given

class Raises:
    def __arrow_c_stream__(self, requested_schema=None): raise LookupError("dry")

class Masked(np.ma.MaskedArray):
    @property
    def data(self): return np.arange(2) > 0

class Masks(np.ma.MaskedArray):
    @property
    def data(self): return self.kind(3)

def masks(kind):
    array = np.ma.masked_array([1, 2, 3, 4, 5], [0, 1, 0, 1, 0]).view(Masks)
    array.kind = kind
    return array

class Listless(np.ma.MaskedArray):
    def tolist(self): return 5

def mixed(schema, values):
    return Pair(pa.array([], schema).__arrow_c_array__()[0], pa.array(values).__arrow_c_array__()[1])

def taken(array):
    pair = array.__arrow_c_array__()
    pa.Array._import_from_c_capsule(*pair)
    return Pair(*pair)

def taken_stream(chunked):
    stream = chunked.__arrow_c_stream__()
    pa.ChunkedArray._import_from_c_capsule(stream)
    return Stream(stream)

def endless():
    schema = pa.schema([("y", pa.int64())])
    return pa.RecordBatchReader.from_batches(schema, itertools.repeat(pa.record_batch({"y": [1]})))

def buffers(type, null_count):
    valid, data = pa.py_buffer(b"\x07"), pa.py_buffer(bytes(64))
    return pa.Array.from_buffers(type, 3, [valid, data], null_count=null_count)

Series = type("Series", (), {"__module__": "pandas", "dtype": property(lambda self: self), "kind": 5})
"#;

#[test]
fn broken_results_are_refused_with_their_reason() {
    need("pyarrow");
    for (body, ty, wanted) in [
        ("mixed(pa.string(), [1, 2, 3])", "string", "needs 3 buffers, not 2"),
        ("mixed(pa.struct([('y', pa.int64())]), [1, 2, 3])", "int", "needs 1 children, not 0"),
        ("mixed(pa.dictionary(pa.int8(), pa.string()), [1, 2, 3])", "string", "no dictionary"),
        ("mixed(pa.list_(pa.int64()), ['a', 'b', 'c'])", "int", "needs 1 children, not 0"),
        ("taken(pa.array([1, 2, 3]))", "int", "it is released"),
        ("taken(pa.array(['a', 'b', 'c']))", "string", "it is released"),
        ("taken_stream(pa.chunked_array([[1, 2, 3]]))", "int", "it is released"),
        ("Stream(None)", "int", "its __arrow_c_stream__ must give a capsule, not None"),
        ("Stream(pa.int64().__arrow_c_schema__())", "int", "is not named \"arrow_array_stream\""),
        ("Pair(1, 2, 3)", "int", "must give a tuple of two capsules, not (1, 2, 3)"),
        ("endless()", "int", "a stream of more than 3 values (a batch of 3 rows needs as many"),
        ("buffers(pa.int64(), 2)", "int", "null_count value (2) doesn't match"),
        ("buffers(pa.bool_(), 2)", "bool", "null_count value (2)"),
        ("Masked([1, 2, 3], [0, 1, 0])", "bool", "an array of 2 values"),
        ("masks(np.arange)", "int", "its mask has 5 values, its data 3"),
        ("masks(lambda n: np.ones(n, bool))", "bool", "its mask has 5 values, its data 3"),
        ("Listless(['a', 'b', 'c'], [0, 1, 0])", "string", "its tolist gives no list"),
        ("Series()", "int", "its kind makes no sense: 5"),
        ("np.broadcast_to(np.int64(1), 10**15)", "int", "an array of 1000000000000000 values"),
        ("np.broadcast_to(np.array('a', object), 10**15)", "string", "an array of 10000000"),
        ("np.zeros(3, 'V0')", "int", "does not fit int"),
        ("np.zeros(3, 'U0')", "int", "row 0: result does not fit int: ''"),
    ] {
        let f = function(&format!(
            "{LIARS}\n@db.scalar_fn(vectorized='numpy', args=['int'], returns='{ty}')\ndef f(x): return {body}\n"
        ));
        let error = call(&f, &[ints([Some(1), Some(2), Some(3)])]).unwrap_err();
        let message = error.to_string();
        assert!(matches!(error, Error::Conversion { .. }), "{body}: {message}");
        assert!(message.contains(wanted), "{body}: {message}");
    }
}

#[test]
fn backward_and_repeated_memory_is_read_as_it_looks() {
    need("numpy");
    for (body, first) in [
        ("np.arange(3)[::-1]", 2),
        ("np.broadcast_to(np.int64(7), 3)", 7),
        ("np.ma.masked_array([1, 2, 3], [0, 1, 0])[::-1]", 3),
    ] {
        let f = function(&format!(
            "import numpy as np\n@db.scalar_fn(vectorized='numpy', args=['int'], returns='int')\ndef f(x): return {body}\n"
        ));
        let answer = call(&f, &[ints([Some(1), Some(2), Some(3)])]).unwrap();
        assert_eq!(&answer.slice(0, 1), &ints([Some(first)]), "{body}");
    }
}

#[test]
fn classes_may_say_anything_of_themselves() {
    let f = function(
        "class NAType: ...\nNAType.__module__ = 5\n@db.scalar_fn\ndef f(x: int) -> int: return NAType()\n",
    );
    let error = call(&f, &[ints([Some(1)])]).unwrap_err();
    assert!(matches!(error, Error::Conversion { .. }), "{error}");
}

fn liars(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    let globals = PyDict::new(py);
    py.run(&std::ffi::CString::new(LIARS)?, Some(&globals), None)?;
    Ok(globals)
}

#[test]
fn tables_are_looked_at_before_they_are_taken() {
    need("pyarrow");
    attached(|py| {
        let globals = liars(py)?;
        let batches = |code: &str| {
            let code = std::ffi::CString::new(code)?;
            exchange::batches_from(&py.eval(&code, Some(&globals), None)?)
        };
        for code in ["pa.record_batch({'y': [1]})", "pa.table({'y': [1]})"] {
            assert_eq!(batches(code)?.schema()?.fields().len(), 1, "{code}");
        }
        for (code, wanted) in [
            ("taken(pa.array([{'y': 1}]))", "it is released"),
            ("taken_stream(pa.chunked_array([[{'y': 1}]]))", "it is released"),
            ("Pair(1, 2)", "must give a tuple of two capsules, not (1, 2)"),
            ("mixed(pa.struct([('y', pa.int64())]), [1])", "needs 1 children, not 0"),
            ("5", "it has neither __arrow_c_stream__ nor __arrow_c_array__"),
        ] {
            let error = batches(code).err().unwrap();
            assert_eq!(error.get_type(py).name()?.to_string(), "ConversionError", "{error}");
            assert!(error.to_string().contains(wanted), "{code}: {error}");
        }
        let error = batches("Raises()").err().unwrap();
        assert!(error.is_instance_of::<PyLookupError>(py), "{error}");
        Ok(())
    });
}

#[test]
fn an_array_that_no_memory_holds_is_an_error() {
    need("pyarrow");
    attached(|py| {
        let globals = liars(py)?;
        let huge = py.eval(c"np.broadcast_to(np.int64(1), 10**15)", Some(&globals), None)?;
        let error = exchange::array_from(&huge, None, &Arc::from("register"), "x").unwrap_err();
        let error = arrowsmith_pyhost::to_pyerr(py, &error);
        assert!(error.is_instance_of::<PyMemoryError>(py), "{error}");
        Ok(())
    });
}
