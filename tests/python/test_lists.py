"""Lists of numbers: in both tiers, as columns and as one flat array, in SQL."""

from __future__ import annotations

import math
import struct
import threading
import time
from typing import TYPE_CHECKING, Any

import hypothesis
import hypothesis.strategies as st
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import arrowsmith

if TYPE_CHECKING:
    from collections.abc import Callable


def score_series(values: list[float]) -> list[float]:
    prev = 0.0
    out = []
    for v in values:
        prev = 0.9 * prev + 0.1 * v
        out.append(prev)
    return out


def positive(values: list[float]) -> float:
    total = 0.0
    for v in values:
        if v > 0:
            total += v**1.5
    return total


def pick(values: list[int], index: int) -> int:
    try:
        return values[index]
    except IndexError:
        return len(values)


def steps(values: list[int]) -> list[int]:
    out = [0]
    for place, (a, b) in enumerate(zip(values, values)):  # noqa: B905 - as users write it
        out.append(a * b + place)
    if len(values) == 0:
        return []
    return out if max(values) > 5 else values


def inverse(values: list[float]) -> list[float]:
    out = []
    for v in values:
        out.append(1 / v)  # noqa: PERF401 - what is compiled
    return out


def total(values: list[int]) -> int:
    return sum(values)


def bits(value: object) -> object:
    """Make floats comparable by their bits, NaN as NaN."""
    if isinstance(value, float):
        return "nan" if math.isnan(value) else struct.pack("<d", value)
    if isinstance(value, list):
        return [bits(item) for item in value]
    return value


FLOATS = st.lists(st.floats(), max_size=12)
INTS = st.lists(st.integers(-(2**63), 2**63 - 1), max_size=12)
SMALL = st.lists(st.integers(-20, 20), max_size=12)
FUNCTIONS = (score_series, positive, pick, steps, inverse, total)
NATIVE = {function: arrowsmith.compile(function, tier="native") for function in FUNCTIONS}
INLINE = {function: arrowsmith.compile(function, tier="inline") for function in FUNCTIONS}


@pytest.mark.parametrize("function", [score_series, inverse, positive])
@hypothesis.given(rows=st.lists(st.none() | FLOATS, min_size=1, max_size=8))
def test_both_tiers_give_the_bits_of_python_for_floats(
    function: Callable[..., Any], rows: list[Any]
) -> None:
    column = pa.array(rows, pa.list_(pa.float64()))
    wanted: list[Any] = []
    raised: type[Exception] | None = None
    for row in rows:
        try:
            wanted.append(None if row is None else function(row))
        except Exception as error:  # noqa: BLE001 - whatever Python raises
            raised = type(error)
            break
    for compiled in (NATIVE[function], INLINE[function]):
        if raised is None:
            assert bits(compiled(column).to_pylist()) == bits(wanted), compiled.tier
        else:
            with pytest.raises(raised):
                compiled(column)


@pytest.mark.parametrize("function", [steps, total])
@hypothesis.given(rows=st.lists(st.none() | INTS | SMALL, min_size=1, max_size=8))
def test_both_tiers_give_the_same_ints(function: Callable[..., Any], rows: list[Any]) -> None:
    column = pa.array(rows, pa.list_(pa.int64()))
    answers = []
    for compiled in (NATIVE[function], INLINE[function]):
        try:
            answers.append(compiled(column).to_pylist())
        except arrowsmith.ConversionError as error:
            answers.append(type(error))
    assert answers[0] == answers[1]


@hypothesis.given(values=INTS, index=st.integers(-15, 15))
def test_an_index_is_that_of_python(values: list[int], index: int) -> None:
    assert NATIVE[pick](values, index) == pick(values, index)


def test_a_flat_array_is_one_list_and_comes_back_as_its_kind() -> None:
    values = [1.0, -2.5, math.nan, 4.0]
    wanted = bits(score_series(values))
    compiled = NATIVE[score_series]
    numpy = compiled(np.array(values))
    assert isinstance(numpy, np.ndarray)
    assert numpy.dtype == np.float64
    assert bits(numpy.tolist()) == wanted
    arrow = compiled(pa.array(values))
    assert isinstance(arrow, pa.DoubleArray)
    assert bits(arrow.to_pylist()) == wanted
    pandas = compiled(pd.Series(values, index=[5, 6, 7, 8], name="x"))
    assert isinstance(pandas, pd.Series)
    assert list(pandas.index) == [5, 6, 7, 8]
    assert bits(pandas.tolist()) == wanted
    polars = compiled(pl.Series("x", values))
    assert isinstance(polars, pl.Series)
    assert bits(polars.to_list()) == wanted
    assert bits(compiled(values)) == wanted
    assert compiled([]) == []
    assert compiled(np.array([1, 2])).tolist() == score_series([1.0, 2.0])


def test_a_flat_array_gives_a_scalar_for_a_scalar_result() -> None:
    compiled = NATIVE[positive]
    for values in (np.array([1.0, 4.0]), pa.array([1.0, 4.0]), [1.0, 4.0]):
        assert compiled(values) == 9.0
    assert NATIVE[pick](np.array([3, 4]), -1) == 4
    assert NATIVE[pick]([3, 4], [0, 1, 2]) == [3, 4, 2]


def test_columns_of_lists_are_columns() -> None:
    rows = [[1.0, 2.0], [3.0, 4.0], []]
    wanted = [score_series(row) for row in rows]
    compiled = NATIVE[score_series]
    assert compiled(rows) == wanted
    objects = np.empty(3, "object")
    objects[:] = [np.array(row).tolist() for row in rows]
    assert list(compiled(objects)) == wanted
    assert compiled(pl.Series(rows)).to_list() == wanted
    assert compiled(pd.Series(rows)).tolist() == wanted
    for kind in (pa.list_(pa.float64()), pa.large_list(pa.float64()), pa.list_(pa.int32())):
        assert compiled(pa.array(rows, pa.list_(pa.float64())).cast(kind)).to_pylist() == wanted


def test_two_million_items_are_one_call() -> None:
    values = np.random.default_rng(7).normal(size=2_000_000)
    answer = NATIVE[score_series](values)
    assert answer.tolist() == score_series(values.tolist())


def test_a_null_item_is_for_the_function_to_judge() -> None:
    def known(values: list[float]) -> float:
        return sum(1.0 if value is None else 0.0 for value in values)

    def count(values: list[float]) -> int:
        missing = 0
        for value in values:
            if value is None:
                missing += 1
        return missing

    column = pa.array([[1.0, None], [2.0], [None, None]], pa.list_(pa.float64()))
    assert arrowsmith.compile(known)(column).to_pylist() == [1.0, 0.0, 2.0]
    compiled = arrowsmith.compile(count, tier="native")
    assert compiled(column).to_pylist() == [1, 0, 2]
    assert compiled([1.0, None]) == 1
    with pytest.raises(TypeError):
        NATIVE[positive](column)


@pytest.mark.parametrize(
    ("returned", "shown"),
    [
        ([1.0, "x"], "'x' at index 1"),
        ([1.0, None], "None at index 1"),
        (5.0, "5.0"),
        ([2**60 + 1], "1152921504606846977 at index 0"),
    ],
)
def test_a_wrong_item_is_told_with_function_row_and_value(returned: object, shown: str) -> None:
    def answers(x: int) -> list[float]:
        return returned if x == 2 else [float(x)]  # type: ignore[return-value]

    with pytest.raises(arrowsmith.ConversionError) as raised:
        arrowsmith.compile(answers, tier="inline")([0, 1, 2])
    message = str(raised.value)
    assert "answers" in message
    assert "row 2" in message
    assert shown in message


def test_rows_with_wrong_items_are_null_where_that_is_asked_for() -> None:
    session = arrowsmith.Database.in_memory().session()
    session.load_python_plugin(
        """
@db.scalar_fn(on_error="null", tier="inline")
def odd(x: int) -> list[int]:
    return [x, x, "no"] if x % 2 else [x]
""",
        "p",
    )
    assert session.function("p.odd")([1, 2, 3, 4]) == [None, [2], None, [4]]


def test_lists_of_strings_and_bools_are_python_lists() -> None:
    def turned(words: list[str], flags: list[bool]) -> list[str]:
        return [word if flag else word[::-1] for word, flag in zip(words, flags, strict=True)]

    compiled = arrowsmith.compile(turned)
    assert compiled([["ab", "cd"], []], [[True, False], []]) == [["ab", "dc"], []]
    assert compiled(["ab"], [False]) == ["ba"]


def test_lists_in_sql() -> None:
    session = arrowsmith.Database.in_memory().session()
    for function in (score_series, positive, total):
        session.add_function(function)
    table = pa.table(
        {
            "g": [1, 1, 2],
            "x": [1.0, 2.0, 3.0],
            "xs": pa.array([[1.0, 2.0], None, []], pa.list_(pa.float64())),
        }
    )
    session.register("t", table)
    (answers,) = session.sql("SELECT score_series(xs) FROM t").to_arrow().columns
    assert answers.to_pylist() == [score_series([1.0, 2.0]), None, []]
    query = (
        "SELECT array_length(score_series(array_agg(x ORDER BY x))) n FROM t GROUP BY g ORDER BY g"
    )
    assert session.sql(query).to_arrow().column("n").to_pylist() == [2, 1]
    query = "SELECT unnest(score_series(make_array(1.0, 2))) AS v"
    assert session.sql(query).to_arrow().column("v").to_pylist() == score_series([1.0, 2.0])
    assert (
        session.sql("SELECT total(make_array(1, 2, 3)) AS s").to_arrow().column("s")[0].as_py() == 6
    )
    assert session.sql("SELECT positive(make_array()) AS s").to_arrow().column("s")[0].as_py() == 0


def test_vectorized_functions_over_numpy_have_no_lists() -> None:
    session = arrowsmith.Database.in_memory().session()
    with pytest.raises(arrowsmith.PluginLoadError, match="NumPy has no lists"):
        session.load_python_plugin(
            """
@db.scalar_fn(vectorized="numpy")
def f(x: list[float]) -> float:
    return x
""",
            "p",
        )


def test_a_list_that_grows_without_end_is_stopped() -> None:
    session = arrowsmith.Database.in_memory().session()
    session.load_python_plugin(
        """
@db.scalar_fn(tier="native")
def endless(n: int) -> list[int]:
    out = []
    while n > 0:
        if n > 1:
            out.append(n)
    return out
""",
        "p",
    )
    cancelled: list[float] = []

    def cancel() -> None:
        cancelled.append(time.monotonic())
        session.cancel()

    timer = threading.Timer(0.1, cancel)
    timer.start()
    with pytest.raises(arrowsmith.QueryCancelled):
        session.function("p.endless")(2)
    assert time.monotonic() - cancelled[0] < 1
    timer.join()
