"""`session.function`: the same kind out as in."""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import arrowsmith


@pytest.fixture
def half(session):
    @session.add_function
    def half(x: float, by: float = 2.0) -> float:
        """Divide by two, or by something else."""
        return None if x < 0 else x / by

    return session.function("half")


def test_what_it_tells(half, ran_tier):
    assert half.name.endswith(".half")
    assert half.signature == "(x: float, by: float = ...) -> float"
    assert (half.kind, half.mode, half.tier) == ("scalar", "row", ran_tier)
    assert half.__doc__ == "Divide by two, or by something else."
    assert "half(x: float" in repr(half)


def test_numpy(half):
    out = half(np.array([2.0, 4.0]))
    assert type(out) is np.ndarray
    np.testing.assert_array_equal(out, [1.0, 2.0])
    masked = half(np.array([2.0, -1.0]))
    assert isinstance(masked, np.ma.MaskedArray)
    assert masked.tolist() == [1.0, None]
    assert half(np.ma.masked_array([2.0, 9.0], [False, True])).tolist() == [1.0, None]
    assert half(np.array([], dtype=float)).tolist() == []


def test_integers_and_constants(half):
    assert half(np.arange(3), 4.0).tolist() == [0.0, 0.25, 0.5]
    assert half(8.0, np.array([2.0, 4.0])).tolist() == [4.0, 2.0]


def test_scalars_and_lists(half):
    assert half(3) == 1.5
    assert half(None) is None
    assert half([2.0, None, -1]) == [1.0, None, None]


def test_arrow(half):
    out = half(pa.array([2.0, None]))
    assert out.equals(pa.array([1.0, None]))
    assert half(pa.chunked_array([[2.0], [4.0]])).to_pylist() == [1.0, 2.0]


def test_polars(half):
    out = half(pl.Series("a", [2.0, None]))
    assert isinstance(out, pl.Series)
    assert (out.name, out.to_list()) == ("a", [1.0, None])


def test_pandas(half):
    out = half(pd.Series([2.0, 4.0], index=[7, 8], name="a"))
    pd.testing.assert_series_equal(out, pd.Series([1.0, 2.0], index=[7, 8], name="a"))
    nullable = half(pd.Series([2, None], dtype="Int64"))
    assert nullable.dtype == "Float64"
    assert nullable[0] == 1.0
    assert nullable[1] is pd.NA


def test_pandas_keeps_the_width(session):
    plugin = arrowsmith.Plugin("w")
    for name in ("int8", "uint16", "int32", "float32"):
        plugin.scalar_fn(name, args=["int"], returns=name)(lambda x: None if x == 0 else x)
    session.load_plugin(plugin)
    for name, dtype in {
        "int8": "Int8",
        "uint16": "UInt16",
        "int32": "Int32",
        "float32": "Float32",
    }.items():
        out = session.function(f"w.{name}")(pd.Series([0, 1]))
        assert out.dtype == dtype
        assert out[1] == 1


def test_many_batches_keep_their_order(half):
    values = np.arange(100_000, dtype=float)
    np.testing.assert_array_equal(half(values), values / 2)


def test_errors(half, session):
    with pytest.raises(arrowsmith.PlanError, match="takes 1 to 2 arguments, but got 0"):
        half()
    with pytest.raises(arrowsmith.PlanError, match="takes 1 to 2 arguments, but got 3"):
        half([1.0, 2.0], [3.0, 4.0], [5.0, 6.0])
    with pytest.raises(ValueError, match="argument 2 has 3 values"):
        half(np.zeros(2), np.zeros(3))
    with pytest.raises(TypeError, match="float"):
        half("abc")
    with pytest.raises(TypeError, match="row 1"):
        half([1.0, "abc"])
    with pytest.raises(ZeroDivisionError) as caught:
        half(np.ones(10_000), np.array([1.0] * 9_000 + [0.0] * 1_000))
    assert "row 9000" in caught.value.__notes__[0]
    with pytest.raises(arrowsmith.PlanError, match="unknown function"):
        session.function("quarter")
