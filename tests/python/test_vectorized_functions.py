"""Vectorized functions: Arrow and NumPy arrays in, arrays out."""

import math

import numpy as np
import pyarrow as pa
import pytest

import arrowsmith


@pytest.fixture
def table(session):
    session.register("t", pa.table({"x": pa.array([1.0, None, 3.0]), "i": pa.array([1, 2, None])}))
    return session


def rows(session, call):
    return [y for (y,) in session.sql(f"SELECT {call} AS y FROM t").rows()]


def test_numpy_skips_nulls_and_scatters_back(table):
    table.load_python_plugin(
        """
sizes = []

@db.scalar_fn("f", args=["float"], returns="float", vectorized="numpy")
def f(x):
    sizes.append(len(x))
    assert not x.flags.writeable
    return x * 2

@db.scalar_fn
def seen(x: float) -> int:
    return sizes[0]
""",
        "p",
    )
    assert rows(table, "p.f(x)") == [2.0, None, 6.0]
    assert rows(table, "p.seen(1.0)")[0] == 2


def test_numpy_pass_gives_masked_arrays(table):
    table.load_python_plugin(
        """
import numpy as np

@db.scalar_fn("f", args=["float?"], returns="float", vectorized="numpy")
def f(x):
    assert isinstance(x, np.ma.MaskedArray)
    return x.filled(-1.0)
""",
        "p",
    )
    assert rows(table, "p.f(x)") == [1.0, -1.0, 3.0]


def test_arrow_sees_pyarrow(table):
    table.load_python_plugin(
        """
import pyarrow as pa
import pyarrow.compute as pc

@db.scalar_fn("f", args=["float?"], returns="float", vectorized=True)
def f(x):
    assert isinstance(x, pa.Array)
    return pc.fill_null(x, 0.5)

@db.scalar_fn("s", args=["float"], returns="str", vectorized="arrow")
def s(x):
    return pc.cast(x, pa.string())
""",
        "p",
    )
    assert rows(table, "p.f(x)") == [1.0, 0.5, 3.0]
    assert rows(table, "p.s(x)") == ["1", None, "3"]


def test_constants_arrive_as_whole_arrays(table):
    table.load_python_plugin(
        """
@db.scalar_fn("f", args=["int", "float"], returns="float", vectorized="numpy")
def f(i, c):
    assert len(i) == len(c)
    return i * c
""",
        "p",
    )
    assert rows(table, "p.f(i, 0.5)") == [0.5, 1.0, None]


@pytest.mark.parametrize(
    ("returned", "said"),
    [
        ("x[:-1]", "needs as many values"),
        ("1.0", "one value"),
        ("'abc'", "one value"),
        ("np.array(['a'] * len(x))", "does not fit float"),
        ("np.ones((len(x), 2))", "2 dimensions"),
        ("object()", "object"),
    ],
)
def test_wrong_results(table, returned, said):
    table.load_python_plugin(
        f"""
import numpy as np

@db.scalar_fn("f", args=["float"], returns="float", vectorized="numpy")
def f(x):
    return {returned}
""",
        "p",
    )
    with pytest.raises(arrowsmith.ConversionError, match=said) as caught:
        rows(table, "p.f(x)")
    assert "p.f" in str(caught.value)
    assert table.sql("SELECT 1").rows() == [(1,)]


@pytest.mark.parametrize(
    "returned",
    [
        "np.ma.masked_array(x, mask=[True, False])",
        "pa.array([None, 3.0])",
        "pa.chunked_array([pa.array([None], pa.float64()), [3.0]])",
        "[None, 3]",
        "(None, np.float32(3))",
    ],
)
def test_results_in_every_form(table, returned):
    table.load_python_plugin(
        f"""
import numpy as np
import pyarrow as pa

@db.scalar_fn("f", args=["float"], returns="float", vectorized="numpy")
def f(x):
    return {returned}
""",
        "p",
    )
    assert rows(table, "p.f(x)") == [None, None, 3.0]


def test_results_are_copied_from_arrays_that_the_plugin_keeps(table):
    table.load_python_plugin(
        """
import numpy as np
kept = np.zeros(3)

@db.scalar_fn("f", args=["float?"], returns="float", vectorized="numpy")
def f(x):
    kept[:] = 7.0
    return kept

@db.scalar_fn("g", args=["float?"], returns="float", vectorized="numpy")
def g(x):
    kept[:] = -1.0
    return x
""",
        "p",
    )
    answer = table.sql("SELECT p.f(x) AS y FROM t").collect()
    rows(table, "p.g(x)")
    assert answer.rows() == [(7.0,)] * 3


def test_an_exception_of_a_batch_has_a_note(table):
    table.load_python_plugin(
        """
@db.scalar_fn("f", args=["float"], returns="float", vectorized="numpy")
def f(x):
    raise LookupError("gone")
""",
        "p",
    )
    with pytest.raises(LookupError, match="gone") as caught:
        rows(table, "p.f(x)")
    assert "p.f" in caught.value.__notes__[0]


@pytest.mark.parametrize("kind", ["int", "bool", "str"])
def test_numpy_sees_each_type(session, kind):
    values = {"int": [1, None, -3], "bool": [True, None, False], "str": ["a", None, "ä€"]}[kind]
    session.register("t", pa.table({"x": values}))
    session.load_python_plugin(
        f"""
@db.scalar_fn("f", args=["{kind}"], returns="{kind}", vectorized="numpy")
def f(x):
    return x
""",
        "p",
    )
    assert rows(session, "p.f(x)") == values
    assert np.asarray(values, dtype=object).shape == (3,)


def test_an_arrow_view_of_memory_that_is_written_again_is_copied():
    # One thread: the plugin's scratch memory is not for two.
    session = arrowsmith.Database.in_memory(threads=1).session()
    session.register("t", pa.table({"x": np.arange(100_000, dtype=float)}))
    session.load_python_plugin(
        """
import numpy as np
import pyarrow as pa
scratch = np.empty(200_000)

@db.scalar_fn("f", args=["float"], returns="float", vectorized="numpy")
def f(x):
    scratch[: len(x)] = x
    return pa.array(scratch[: len(x)])
""",
        "p",
    )
    assert session.sql("SELECT count(*) FROM t WHERE p.f(x) <> x").rows() == [(0,)]
    answer = session.sql("SELECT x, p.f(x) AS y FROM t").to_arrow()
    assert answer.column("x").equals(answer.column("y"))


def test_nan_of_a_pandas_series_stays_nan(session):
    session.register("t", pa.table({"x": [1.0, 2.0]}))
    session.load_python_plugin(
        """
import pandas as pd

@db.scalar_fn("f", args=["float"], returns="float", vectorized="numpy")
def f(x):
    return pd.Series([float("nan"), 1.0])

@db.scalar_fn("g", args=["float"], returns="float", vectorized="numpy")
def g(x):
    return pd.Series([None, 1.0], dtype="Float64")
""",
        "p",
    )
    (nan, null), (one, other) = session.sql("SELECT p.f(x), p.g(x) FROM t").rows()
    assert math.isnan(nan)
    assert (null, one, other) == (None, 1.0, 1.0)
