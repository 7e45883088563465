"""Vectorized functions: one call for each batch, over arrays."""

import pytest

import arrowsmith


@pytest.mark.parametrize(
    ("form", "kind"), [("'numpy'", "ndarray"), ("'arrow'", "Int64Array"), ("True", "Int64Array")]
)
def test_what_they_get(host, form, kind):
    host.load(f"""
@db.scalar_fn(args=["int", "int"], returns="int", vectorized={form})
def f(x, y):
    assert type(x).__name__ == type(y).__name__ == {kind!r}
    assert len(x) == len(y)  # a constant is as long as a column
    return x
""")
    host.register("t", x=list(range(1000)))
    assert sorted(host.values("SELECT p.f(x, 7) FROM t")) == list(range(1000))
    assert host.functions()["p.f"]["mode"].startswith("vectorized")


def test_numpy_views_are_read_only(host):
    host.load("""
@db.scalar_fn(args=["float"], returns="float", vectorized="numpy")
def f(x):
    x[0] = 5.0
    return x
""")
    host.register("t", x=[1.0, 2.0])
    with pytest.raises(ValueError, match="read-only"):
        host.sql("SELECT p.f(x) FROM t")


def test_numpy_functions_see_null_as_declared(host):
    host.load("""
import numpy as np

@db.scalar_fn(args=["float"], returns="int", vectorized="numpy")
def skips(x):
    return np.full(len(x), len(x))

@db.scalar_fn(args=["float?"], returns="bool", vectorized="numpy")
def passes(x):
    return np.ma.getmaskarray(x)
""")
    host.register("t", x=[1.0, None, 3.0])
    assert host.values("SELECT p.skips(x) FROM t") == [2, None, 2]
    assert host.values("SELECT p.passes(x) FROM t") == [False, True, False]


@pytest.mark.parametrize("length", ["x[:-1]", "np.append(x, 1)", "x[:0]"])
def test_a_result_of_another_length_is_an_error(host, length):
    host.load(f"""
import numpy as np

@db.scalar_fn(args=["float"], returns="float", vectorized="numpy")
def f(x):
    return {length}
""")
    host.register("t", x=[1.0, 2.0, 3.0])
    with pytest.raises(arrowsmith.ConversionError, match=r"p\.f.*3"):
        host.sql("SELECT p.f(x) FROM t")


def test_a_result_that_is_kept_does_not_change(host):
    host.load("""
import numpy as np
BUFFER = np.zeros(3)

@db.scalar_fn(args=["float"], returns="float", vectorized="numpy")
def f(x):
    BUFFER[:] = x[0]
    return BUFFER
""")
    host.register("t", x=[1.0, 2.0, 3.0])
    assert host.sql("SELECT p.f(x), p.f(x + 1) FROM t") == [(1.0, 2.0)] * 3
