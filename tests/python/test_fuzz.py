"""Ten thousand plugins that hypothesis made up: each gives an answer or a clear error."""

import warnings

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import arrowsmith

TYPES = ["int", "float", "str", "bool", "int8", "uint64", "float32", "int?", "str?", "json", "date"]
MODES = ["False", "'numpy'", "'arrow'", "True", "'polars'"]

PREAMBLE = """
import itertools, math
import numpy as np
import pyarrow as pa

class Liar:
    def __init__(self, value): self.value = value
    def __index__(self): return self.value
    def __float__(self): return self.value
    def __bool__(self): return self.value
    def __len__(self): return self.value
    def __iter__(self): return iter([self.value])
    def __repr__(self): return self.value
    def __array__(self, *args, **kwargs): return self.value
    def __arrow_c_array__(self, *args): return self.value

class Text(str):
    def __str__(self): return 7
    def __len__(self): return -1

class Whole(int):
    def __index__(self): return "no"

class Real(float):
    def __float__(self): raise OSError("no float")

class Odd(Exception):
    def __init__(self, one, two): super().__init__(one)
    def __str__(self): raise ValueError("no text")
"""

LEAVES = st.one_of(
    st.integers().map(repr),
    st.integers(min_value=-(2**65), max_value=2**65).map(repr),
    st.floats().map(lambda value: f"float({str(value)!r})"),
    st.text(max_size=4).map(repr),
    st.binary(max_size=4).map(repr),
    st.sampled_from(
        [
            "None", "True", "x", "-x", "x + 1", "len(x)", "...", "NotImplemented", "object()", "f",
            "np.int8(-1)", "np.float64('nan')", "np.datetime64('2020-01-01')", "np.array(1)",
            "np.array([[1, 2]])", "np.zeros(3)", "np.arange(3)[::-1]", "np.array(['a', None, 3])",
            "np.ma.masked_array([1, 2, 3], [0, 1, 0])", "np.ones(3, dtype='>i4')",
            "np.array([1, 2, 3], dtype='M8[D]')", "np.broadcast_to(1, 3)", "np.float16([1, 2, 3])",
            "pa.array([1, None, 3])", "pa.array(['a', 'b', 'c'])", "pa.array([[1], [], None])",
            "pa.chunked_array([[1], [2, 3]])", "pa.nulls(3)", "pa.scalar(1)",
            "pa.table({'a': [1, 2, 3]})", "pa.array([1, 2, 3], 'date32')",
            "pa.array(['a', 'b', 'a']).dictionary_encode()", "memoryview(b'abc')", "bytearray(3)",
            "range(3)", "iter([1, 2, 3])", "(i for i in x)", "{1, 2, 3}", "{'a': 1}", "1j",
            "'\\ud800'", "chr(0)", "2 ** 200", "type", "print", "math.nan",
        ]
    ),
)  # fmt: skip


def compounds(inner):
    return st.one_of(
        st.lists(inner, max_size=4).map(lambda items: f"[{', '.join(items)}]"),
        st.lists(inner, max_size=4).map(
            lambda items: f"({', '.join([*items, ''])})".replace("(, )", "()")
        ),
        inner.map(lambda item: f"Liar({item})"),
        inner.map(lambda item: f"Text({item})"),
        st.integers(0, 9).map(lambda item: f"Whole({item})"),
        st.integers(0, 9).map(lambda item: f"Real({item})"),
        inner.map(lambda item: f"np.asarray({item})"),
        inner.map(lambda item: f"pa.array({item})"),
    )


EXPRESSIONS = st.recursive(LEAVES, compounds, max_leaves=4)
RAISED = st.sampled_from(
    [
        "ValueError('no')", "Odd(1, 2)", "Odd", "StopIteration(1)", "SystemExit(3)",
        "GeneratorExit",
        "KeyboardInterrupt", "MemoryError", "RecursionError", "BaseException('bare')",
        "ExceptionGroup('many', [ValueError(1), TypeError(2)])", "AssertionError", "7",
        "UnicodeDecodeError('a', b'b', 0, 1, 'c')", "OSError(2, 'no file')",
    ]
)  # fmt: skip
BODIES = st.one_of(
    EXPRESSIONS.map(lambda text: f"return {text}"),
    RAISED.map(lambda text: f"raise {text}"),
    st.tuples(RAISED, RAISED).map(
        lambda pair: (
            f"try:\n        raise {pair[0]}\n"
            f"    except BaseException as error:\n        raise {pair[1]} from error"
        )
    ),
    EXPRESSIONS.map(lambda text: f"yield {text}"),
    EXPRESSIONS.map(lambda text: f"global f\n    f = {text}\n    return f"),
    st.just("return f(x)"),
    st.just("import sys\n    sys.exit(x)"),
)


@st.composite
def plugins(draw):
    options = [
        f"args=[{draw(st.sampled_from(TYPES))!r}]",
        f"returns={draw(st.sampled_from(TYPES))!r}",
        f"vectorized={draw(st.sampled_from(MODES[:4] if draw(st.integers(0, 9)) else MODES))}",
        f"nulls={draw(st.sampled_from(['auto', 'pass', 'skip']))!r}",
        f"on_error={draw(st.sampled_from(['raise', 'null', 'collect']))!r}",
        f"determinism={draw(st.sampled_from(['auto', 'pure', 'session', 'nondeterministic']))!r}",
    ]
    if draw(st.integers(0, 9)) == 0:
        options.append(
            f"timeout={draw(st.sampled_from(['1', '0', '-1', 'None', 'True', 'math.inf']))}"
        )
    return f"{PREAMBLE}\n@db.scalar_fn({', '.join(options)})\ndef f(x):\n    {draw(BODIES)}\n"


QUERIES = [
    "SELECT p.f({column}) FROM data",
    "SELECT p.f({column}) AS r, count(*) FROM data GROUP BY r",
    "SELECT * FROM data WHERE p.f({column}) IS NOT NULL",
    "SELECT CASE WHEN i > 1 THEN p.f({column}) END FROM data ORDER BY 1",
]


@pytest.fixture(scope="module")
def fuzzed():
    with arrowsmith.Database.in_memory(threads=2) as database, database.session() as session:
        session.register(
            "data",
            {
                "i": [1, 2, 3],
                "f": [1.5, None, float("nan")],
                "s": ["a", None, "ü"],
                "b": [True, None, False],
            },
        )
        yield session


@settings(
    max_examples=10_000,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(plugins(), st.sampled_from(QUERIES), st.sampled_from("ifsb"), st.booleans())
def check(session, source, query, column, direct):
    try:
        session.load_python_plugin(source, "p")
        if direct:
            session.function("p.f")([1, None, 3] if column == "i" else ["a", None, "b"])
        else:
            session.sql(query.format(column=column), timeout=5).rows()
    except arrowsmith.InternalError:
        raise
    except BaseException as error:  # noqa: BLE001 - plugins raise whatever they like
        # A panic that crosses the border is a BaseException of this name.
        steers = isinstance(error, SystemExit | KeyboardInterrupt | StopIteration)
        if steers or type(error).__name__ == "PanicException":
            pytest.fail(f"{type(error).__name__} came through: {error}")


@pytest.mark.timeout(600)
def test_no_plugin_makes_the_host_panic(fuzzed):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        check(fuzzed)
    assert fuzzed.sql("SELECT 1").rows() == [(1,)]
