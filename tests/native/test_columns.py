"""Columns as they come: empty, of odd lengths, sliced, in chunks, with NULLs anywhere."""

from random import Random

import pyarrow as pa
import pytest

import arrowsmith
from tests.native.differ import Pair
from tests.native.inputs import Parameter, batch

PARAMETERS = [
    Parameter("x", "float", nullable=True),
    Parameter("n", "int"),
    Parameter("b", "bool", nullable=True),
]
TEXT = """
@db.scalar_fn(on_error="collect", tier="{tier}")
def number(x: float | None, n: int, b: bool | None) -> float:
    if x is None:
        return None if b is None else n * 0.5
    return x * n if b else x / n

@db.scalar_fn(on_error="collect", tier="{tier}")
def whole(x: float | None, n: int, b: bool | None) -> int:
    return n // 3 if b is None or x is None else n * n

@db.scalar_fn(on_error="collect", tier="{tier}")
def truth(x: float | None, n: int, b: bool | None) -> bool:
    return b if x is None else x > n
"""
FUNCTIONS = ["number", "whole", "truth"]


@pytest.fixture(scope="module")
def pair():
    with Pair(TEXT) as pair:
        assert [pair.tier(function) for function in FUNCTIONS] == ["native"] * len(FUNCTIONS)
        yield pair


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("rows", [0, 1, 2, 3, 7, 8, 9, 63, 64, 65, 1000, 8191, 8193])
def test_any_number_of_rows(pair, function, rows):
    assert pair.compare(function, batch(Random(rows), PARAMETERS, rows)) == []


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("offset", [1, 3, 7, 8, 9, 64, 65])
def test_columns_that_begin_anywhere(pair, function, offset):
    columns = batch(Random(offset), PARAMETERS, 300)
    slices = [column.slice(offset + i, 130) for i, column in enumerate(columns)]
    assert pair.compare(function, slices) == []


@pytest.mark.parametrize("function", FUNCTIONS)
def test_all_and_no_nulls(pair, function):
    types = [pa.float64(), pa.int64(), pa.bool_()]
    assert pair.compare(function, [pa.nulls(100, type_) for type_ in types]) == []
    full = [
        pa.array([value] * 100, type_) for value, type_ in zip((1.5, 3, True), types, strict=True)
    ]
    assert pair.compare(function, full) == []


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("query", [
    "SELECT {f}(x, n, b) AS y FROM t ORDER BY id",
    "SELECT {f}(x, n, b) AS y FROM t WHERE n <> 0 ORDER BY id",
    "SELECT {f}(x, 3, b) AS y FROM t ORDER BY id",
    "SELECT {f}(x, n, NULL) AS y FROM t ORDER BY id",
    "SELECT {f}(x, n, true) AS y FROM t WHERE {f}(x, n, b) IS NOT NULL ORDER BY id",
    "SELECT count({f}(x, n, b)) AS y FROM t GROUP BY n ORDER BY n, y",
])  # fmt: skip
def test_in_queries(pair, function, query):
    columns = batch(Random(5), PARAMETERS, 20_000)
    names = [parameter.name for parameter in PARAMETERS]
    table = pa.table([pa.array(range(20_000)), *columns], ["id", *names])
    answers = []
    for tier in (pair.native, pair.inline):
        tier.session.register("t", table)
        answers.append(repr(tier.session.sql(query.format(f=f"p.{function}")).rows()))
        tier.session.clear_errors()
    assert answers[0] == answers[1]
    assert len(answers[0]) > 100


@pytest.mark.parametrize("nulls", ['"pass"', '"skip"', '{"x": "skip", "n": "pass"}'])
@pytest.mark.parametrize("declared", ["x: float | None, n: int | None", "x: float, n: int"])
def test_declared_null_policies(nulls, declared):
    text = f"""
@db.scalar_fn(on_error="collect", nulls={nulls}, tier="{{tier}}")
def f({declared}) -> float:
    if x is None:
        return -1.0
    if n is None:
        return -2.0
    return x + n
"""
    parameters = [Parameter("x", "float", nullable=True), Parameter("n", "int", nullable=True)]
    try:
        with Pair(text) as pair:
            assert pair.tier("f") == "native"
            assert pair.compare("f", batch(Random(1), parameters, 500)) == []
    except arrowsmith.PluginLoadError:
        pytest.fail("the declaration is in order")
