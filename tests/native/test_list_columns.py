"""Columns of lists as they come: empty, sliced, in chunks, with NULLs anywhere, of other lists."""

from random import Random

import pyarrow as pa
import pytest

import arrowsmith
from tests.native.differ import Pair
from tests.native.inputs import Parameter, batch, columns
from tests.native.list_inputs import ITEMS

PARAMETERS = [
    Parameter("x", "list[float]", nullable=True, most=2000),
    Parameter("n", "list[int]", most=2000),
    Parameter("i", "int"),
]
TEXT = """
@db.scalar_fn(on_error="collect", tier="{tier}")
def floats(x: list[float] | None, n: list[int], i: int) -> list[float]:
    if x is None:
        return None if i < 0 else []
    out = []
    for v, w in zip(x, n):
        out.append(v / (w & 3) if i > 5 else v + w)
    return out if i % 7 else x

@db.scalar_fn(on_error="collect", tier="{tier}")
def ints(x: list[float] | None, n: list[int], i: int) -> list[int]:
    out = [len(n)]
    for k, w in enumerate(n, i):
        out.append(w ^ k)
    return n if x is None else out

@db.scalar_fn(on_error="collect", tier="{tier}")
def number(x: list[float] | None, n: list[int], i: int) -> float:
    if x is None:
        return n[i] / 2
    return x[i] + sum(n)
"""
FUNCTIONS = ["floats", "ints", "number"]


@pytest.fixture(scope="module")
def pair():
    with Pair(TEXT) as pair:
        assert [pair.tier(function) for function in FUNCTIONS] == ["native"] * len(FUNCTIONS)
        yield pair


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("rows", [0, 1, 2, 3, 7, 8, 9, 63, 64, 65, 1000, 8193])
def test_any_number_of_rows(pair, function, rows):
    assert pair.compare(function, batch(Random(rows), PARAMETERS, rows)) == []


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("offset", [1, 3, 7, 8, 9, 64, 65])
def test_columns_that_begin_anywhere(pair, function, offset):
    given = batch(Random(offset), PARAMETERS, 300)
    slices = [column.slice(offset + i, 130) for i, column in enumerate(given)]
    assert pair.compare(function, slices) == []


@pytest.mark.parametrize("function", FUNCTIONS)
def test_all_nulls_and_no_items(pair, function):
    nothing = [pa.nulls(100, pa.list_(ITEMS[p.type])) for p in PARAMETERS[:2]]
    numbers = pa.array(range(-50, 50), pa.int64())
    assert pair.compare(function, [*nothing, numbers]) == []
    rows = [[[], [], i] for i in range(-50, 50)]
    assert pair.compare(function, columns(PARAMETERS, rows)) == []
    assert pair.compare(function, [nothing[0], columns(PARAMETERS, rows)[1], numbers]) == []


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("kind", [
    pa.large_list,
    lambda item: pa.list_(item, 3),
    lambda item: pa.list_(pa.field("other", item, nullable=False)),
    lambda item: pa.list_(pa.float32() if item == pa.float64() else pa.int32()),
    lambda item: pa.list_(pa.int16() if item == pa.float64() else pa.uint8()),
], ids=["large", "fixed", "no NULLs", "short", "shorter"])  # fmt: skip
def test_columns_of_other_lists(pair, function, kind):
    rows = [[[1.0 + i, -2.0, 3.0], [i, 2, 3], i] for i in range(100)]
    given = columns(PARAMETERS, rows)
    others = [column.cast(kind(column.type.value_type)) for column in given[:2]]
    assert pair.compare(function, [*others, given[2]]) == []


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("query", [
    "SELECT {f}(x, n, i) AS y FROM t ORDER BY id",
    "SELECT {f}(x, n, i) AS y FROM t WHERE i <> 0 ORDER BY id",
    "SELECT {f}(x, n, 3) AS y FROM t ORDER BY id",
    "SELECT {f}(NULL, n, i) AS y FROM t ORDER BY id",
    "SELECT {f}(make_array(1.5, 2.5, i), n, i) AS y FROM t ORDER BY id",
    "SELECT {f}(array_agg(0.5 ORDER BY id), array_agg(i ORDER BY id), 1) AS y FROM t GROUP BY i",
    "SELECT p.floats(p.floats(x, n, 1), p.ints(x, n, 2), i) AS y FROM t ORDER BY id",
])  # fmt: skip
def test_in_queries(pair, function, query):
    rows = 6_000
    names = [parameter.name for parameter in PARAMETERS]
    short = [Parameter(p.name, p.type, p.nullable) for p in PARAMETERS]
    table = pa.concat_tables([
        pa.table([pa.array(range(i, i + rows // 2)), *_plain(i, short, rows // 2)], ["id", *names])
        for i in (0, rows // 2)
    ])  # fmt: skip
    answers = []
    for tier in (pair.native, pair.inline):
        tier.session.register("t", table)
        answers.append(repr(tier.session.sql(query.format(f=f"p.{function}")).rows()))
        tier.session.clear_errors()
    assert answers[0] == answers[1]
    assert len(answers[0]) > 100


def _plain(seed, parameters, rows):
    """Give columns of one type each, as the chunks of a table are."""
    return [
        column.cast(pa.list_(column.type.value_type))
        if pa.types.is_large_list(column.type)
        else column
        for column in batch(Random(seed), parameters, rows)
    ]


@pytest.mark.parametrize("tier", ["native", "inline"])
def test_a_list_for_each_row_is_the_same_list_for_each_row(tier):
    def added(values: list[float], n: int) -> float:
        return values[-1] + n

    compiled = arrowsmith.compile(added, tier=tier)
    assert compiled([1.0, 2.0], [1, 2, 3]) == [3.0, 4.0, 5.0]


def test_a_function_that_changes_its_argument_changes_its_own():
    def lengthened(values: list[float], n: int) -> int:
        values.append(1.0)
        return len(values) + n

    compiled = arrowsmith.compile(lengthened)
    assert compiled([1.0, 2.0], [1, 2, 3]) == [4, 5, 6]
    column = pa.array([[1.0], [], None], pa.list_(pa.float64()))
    assert compiled(column, [1, 2, 3]).to_pylist() == [3, 3, None]
    assert column.to_pylist() == [[1.0], [], None]
