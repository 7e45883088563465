"""Row functions: values in, values out, NULL, errors."""

import math
import struct
import traceback

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import arrowsmith


def bits(value):
    return None if value is None else struct.pack("<d", value)


IDENTITY = """
@db.scalar_fn
def {name}(x: {type} | None) -> {type}:
    return x
"""

VALUES = {
    "float": st.floats(),
    "int": st.integers(-(2**63), 2**63 - 1),
    "str": st.text(st.characters(exclude_categories=["Cs"])),
    "bool": st.booleans(),
}
ARROW = {"float": pa.float64(), "int": pa.int64(), "str": pa.string(), "bool": pa.bool_()}


@pytest.fixture(scope="module")
def identity():
    with arrowsmith.Database.in_memory(threads=1) as database, database.session() as session:
        for name in VALUES:
            session.load_python_plugin(IDENTITY.format(name=name, type=name), f"id_{name}")
        yield session


@pytest.mark.parametrize("name", VALUES)
def test_values_pass_through_unchanged(identity, name):
    @given(st.lists(st.none() | VALUES[name], max_size=50))
    @settings(deadline=None, max_examples=50)
    def check(values):
        identity.register("t", pa.table({"x": pa.array(values, ARROW[name])}))
        found = [y for (y,) in identity.sql(f"SELECT id_{name}.{name}(x) AS y FROM t").rows()]
        if name == "float":
            nan = [value for value in values if value is not None and math.isnan(value)]
            assert sum(y is not None and math.isnan(y) for y in found) == len(nan)
            values = [None if v is None or math.isnan(v) else v for v in values]
            found = [None if v is None or math.isnan(v) else v for v in found]
            assert [bits(v) for v in found] == [bits(v) for v in values]
        else:
            assert found == values
            assert all(type(a) is type(b) for a, b in zip(found, values, strict=True))

    check()


def test_nulls_skip_or_pass(load):
    session = load("""
@db.scalar_fn
def skips(x: int) -> int:
    return x + 0

@db.scalar_fn
def seen(x: int) -> str:
    return "none" if x is None else "some"

@db.scalar_fn(nulls="skip")
def told(x: int | None) -> str:
    return "called"
""")
    rows = session.sql(
        "SELECT p.skips(x), p.seen(x), p.told(x) FROM (VALUES (1), (NULL)) t(x)"
    ).rows()
    assert rows == [(1, "some", "called"), (None, "none", None)]


@pytest.mark.parametrize(
    ("returns", "value", "shown"),
    [
        ("int", "2.5", "2.5"),
        ("int", "2.0", "2.0"),
        ("bool", "1", "1"),
        ("float", "'1'", "'1'"),
        ("str", "1", "1"),
        ("int", "2**63", "9223372036854775808"),
        ("float", "2**53 + 1", "9007199254740993"),
        ("str", "chr(0xD800)", "ud800"),
    ],
)
def test_a_value_that_does_not_fit(load, returns, value, shown):
    session = load(f"""
@db.scalar_fn
def f(x: int) -> {returns}:
    return {value} if x == 2 else None
""")
    with pytest.raises(arrowsmith.ConversionError) as caught:
        session.sql("SELECT p.f(x) FROM (VALUES (0), (1), (2)) t(x)").rows()
    assert isinstance(caught.value, TypeError)
    message = str(caught.value)
    assert "p.f" in message
    assert "row 2" in message
    assert shown in message
    assert session.sql("SELECT 1").rows() == [(1,)]


def test_values_that_fit_in_another_form(load):
    session = load("""
import numpy as np

@db.scalar_fn
def exact(x: int) -> float:
    return 7

@db.scalar_fn
def truth(x: int) -> int:
    return True

@db.scalar_fn
def scalar(x: int) -> int:
    return np.int32(5)

@db.scalar_fn
def single(x: int) -> float:
    return np.float32(0.5)

@db.scalar_fn
def logic(x: int) -> bool:
    return np.bool_(True)
""")
    [row] = session.sql(
        "SELECT p.exact(1), p.truth(1), p.scalar(1), p.single(1), p.logic(1)"
    ).rows()
    assert row == (7.0, 1, 5, 0.5, True)
    assert [type(v) for v in row] == [float, int, int, float, bool]


def test_the_plugins_own_exception_is_itself(load):
    session = load("""
class Custom(Exception):
    def __init__(self, code):
        super().__init__(f"code {code}")
        self.code = code

raised = []

def helper(x):
    error = Custom(x)
    raised.append(error)
    raise error

@db.scalar_fn
def f(x: int) -> int:
    if x == 3:
        helper(x)
    return x

@db.scalar_fn
def last(x: int) -> int:
    return id(raised[-1])
""")
    with pytest.raises(Exception, match="code 3") as caught:
        session.sql("SELECT p.f(x) FROM (VALUES (1), (3)) t(x)").rows()
    error = caught.value
    assert (type(error).__name__, error.code) == ("Custom", 3)
    assert session.sql("SELECT p.last(0)").rows() == [(id(error),)]
    text = "".join(traceback.format_exception(error))
    assert "helper(x)" in text  # the source line of the loaded text
    [note] = error.__notes__
    for part in ("p.f", "0.0.0", "row 1", "3"):
        assert part in note, note


@pytest.mark.parametrize("error", ["SystemExit(3)", "KeyboardInterrupt()", "RecursionError()"])
def test_exceptions_that_would_end_a_process_end_the_query(load, error):
    session = load(f"""
@db.scalar_fn
def f(x: int) -> int:
    raise {error}
""")
    with pytest.raises((arrowsmith.ArrowsmithError, RecursionError)):
        session.sql("SELECT p.f(1)").rows()
    assert session.sql("SELECT 1").rows() == [(1,)]


def test_defaults_varargs_and_no_arguments(load):
    session = load("""
@db.scalar_fn
def scaled(x: float, factor: float = 10.0) -> float:
    return x * factor

@db.scalar_fn("total", args=["int", ...], returns="int")
def total(*values):
    return sum(values)

@db.scalar_fn(determinism="pure")
def answer() -> int:
    return 42
""")
    [row] = session.sql(
        "SELECT p.scaled(1.5), p.scaled(1.5, 2.0), p.total(), p.total(1, 2, 3), p.answer()"
    ).rows()
    assert row == (15.0, 3.0, 0, 6, 42)


def test_a_class_is_set_up_once_per_thread(load):
    session = load("""
made = []

@db.scalar_fn("offset", args=["int"], returns="int")
class Offset:
    def __init__(self):
        made.append(self)
        self.base = 100

    def __call__(self, x):
        return self.base + x

@db.scalar_fn
def count(x: int) -> int:
    return len(made)
""")
    session.register("t", pa.table({"x": pa.array(range(50_000))}))
    assert session.sql("SELECT sum(p.offset(x)) FROM t").rows() == [
        (50_000 * 100 + sum(range(50_000)),)
    ]
    [(made,)] = session.sql("SELECT p.count(0)").rows()
    assert 1 <= made <= 2  # the session has two threads


def test_arguments_are_coerced_by_our_rule(session):
    @session.add_function
    def double(x: float) -> float:
        return 2 * x

    session.register("t", pa.table({"i": [1, 2**53 + 1], "s": ["a", "b"]}))
    assert session.sql("SELECT double(3)").rows() == [(6.0,)]
    with pytest.raises(arrowsmith.ConversionError, match="9007199254740993"):
        session.sql("SELECT double(i) FROM t").rows()
    with pytest.raises(arrowsmith.PlanError, match="is float, but got string"):
        session.sql("SELECT double(s) FROM t")


@pytest.mark.parametrize("layout", [pa.string(), pa.large_string(), pa.string_view()])
def test_every_layout_of_strings(session, layout):
    @session.add_function
    def size(word: str) -> int:
        return len(word)

    words = ["", "a", "ä€😀", None, "longer than twelve bytes"]
    session.register("t", pa.table({"w": pa.array(words, layout)}))
    assert session.sql("SELECT size(w) FROM t").rows() == [(0,), (1,), (3,), (None,), (24,)]
    session.register("d", pa.table({"w": pa.array(words).dictionary_encode()}))
    assert session.sql("SELECT size(w) FROM d").rows() == [(0,), (1,), (3,), (None,), (24,)]


def test_planning_runs_no_plugin_code(load):
    session = load("""
calls = []

@db.scalar_fn(determinism="pure")
def f(x: int) -> int:
    calls.append(x)
    return x

@db.scalar_fn
def count() -> int:
    return len(calls)
""")
    relation = session.sql("SELECT p.f(1) + p.f(2) WHERE p.f(3) > 0")
    relation.explain()
    assert session.sql("SELECT p.count()").rows() == [(0,)]
    assert relation.rows() == [(3,)]


@pytest.mark.parametrize("excluded", [0, 1, 20, 21, 99, 100])
@pytest.mark.parametrize(
    "query",
    [
        "SELECT count(*) FROM t WHERE x > 0 AND p.f(x)",
        "SELECT count(*) FROM t WHERE NOT (x <= 0 OR NOT p.f(x))",
        "SELECT count(CASE WHEN x > 0 THEN p.f(x) END) FROM t",
        "SELECT count(*) FROM t WHERE COALESCE(CASE WHEN x <= 0 THEN false END, p.f(x))",
        "SELECT count(p.f(x)) FILTER (WHERE x > 0) FROM t",
        "SELECT count(*) FROM t JOIN u ON t.x = u.y WHERE p.f(t.x)",
        "SELECT count(*) FROM (SELECT x FROM t WHERE x > 0) s WHERE p.f(x)",
    ],
)
def test_guards_guard(load, query, excluded):
    session = load("""
@db.scalar_fn
def f(x: int) -> bool:
    if x <= 0:
        raise AssertionError(f"called for the excluded row {x}")
    return True
""")
    values = [-i - 1 if i < excluded else i + 1 for i in range(100)]
    session.register("t", pa.table({"x": values}))
    session.register(
        "u", pa.table({"y": [v for v in values if v > 0]}, pa.schema([("y", pa.int64())]))
    )
    assert session.sql(query).rows() == [(100 - excluded,)]


def test_metrics_in_explain_analyze(load, ran_tier):
    session = load("@db.scalar_fn\ndef f(x: int) -> int:\n    return x\n")
    session.register("t", pa.table({"x": np.arange(1000)}))
    text = session.sql("SELECT p.f(x) FROM t").explain(analyze=True)
    [line] = [
        line for line in text.splitlines() if "p.f" in line and "1000" in line and ran_tier in line
    ]
    assert line
