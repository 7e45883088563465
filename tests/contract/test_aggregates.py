"""Aggregates: one value for each group of rows, merged from partial ones."""

import pytest

import arrowsmith

DICT = """
MERGES = []

def merge(state, other):
    MERGES.append(1)
    return state[0] + other[0], state[1] + other[1]

db.aggregate_fn("mean", args=["float"], returns="float")({
    "init": lambda: (0.0, 0),
    "accumulate": lambda state, x: (state[0] + x, state[1] + 1),
    "merge": merge,
    "finalize": lambda state: state[0] / state[1] if state[1] else None,
})

@db.scalar_fn(determinism="nondeterministic")
def merges() -> int:
    return len(MERGES)
"""

FOUR = """
@db.aggregate_fn("mean", args=["float"], returns="float")
class Mean:
    def init(self):
        return [0.0, 0]

    def accumulate(self, state, x):
        return [state[0] + x, state[1] + 1]

    def merge(self, state, other):
        return [state[0] + other[0], state[1] + other[1]]

    def finalize(self, state):
        return state[0] / state[1] if state[1] else None
"""

PLAIN = """
@db.aggregate_fn
class mean:
    def __init__(self):
        self.total, self.count = 0.0, 0

    def add(self, x: float):
        self.total += x
        self.count += 1

    def merge(self, other):
        self.total += other.total
        self.count += other.count

    def result(self) -> float:
        return self.total / self.count if self.count else None
"""

VECTORIZED = """
import numpy as np

db.aggregate_fn("mean", args=["float"], returns="float", vectorized="numpy")({
    "init": lambda: (0.0, 0),
    "accumulate": lambda state, x: (state[0] + float(np.sum(x)), state[1] + len(x)),
    "merge": lambda state, other: (state[0] + other[0], state[1] + other[1]),
    "finalize": lambda state: state[0] / state[1] if state[1] else None,
})
"""

ORDERED = """
db.aggregate_fn("joined", args=["str"], returns="str")({
    "init": list,
    "accumulate": lambda state, word: [*state, word],
    "merge": lambda state, other: state + other,
    "finalize": " ".join,
})
"""


@pytest.fixture(params=[DICT, FOUR, PLAIN, VECTORIZED], ids=["dict", "four", "plain", "numpy"])
def mean(request, host):
    host.load(request.param)
    host.register("t", k=["a", "b", "a", "c", "b", "a"], x=[1.0, 2.0, 3.0, None, 4.0, 5.0])
    return host


def test_one_value_a_group(mean):
    rows = mean.sql("SELECT k, p.mean(x) FROM t GROUP BY k ORDER BY k")
    assert rows == [("a", 3.0), ("b", 3.0), ("c", None)]
    assert mean.sql("SELECT p.mean(x) FROM t") == [(3.0,)]


def test_having_filter_and_distinct(mean):
    query = "SELECT k FROM t GROUP BY k HAVING p.mean(x) > 2 ORDER BY k"
    assert mean.values(query) == ["a", "b"]
    assert mean.values("SELECT p.mean(x) FILTER (WHERE x < 4) FROM t") == [2.0]
    mean.register("twice", x=[1.0, 1.0, 1.0, 5.0])
    assert mean.values("SELECT p.mean(DISTINCT x) FROM twice") == [3.0]


def test_empty_input_gives_what_the_initial_state_does(mean):
    assert mean.values("SELECT p.mean(x) FROM t WHERE x > 100") == [None]
    assert mean.values("SELECT p.mean(x) FROM t WHERE x > 100 GROUP BY k") == []


def test_window_frames(mean):
    frame = "ORDER BY x ROWS BETWEEN 1 PRECEDING AND CURRENT ROW"
    query = f"SELECT p.mean(x) OVER ({frame}) FROM t WHERE x IS NOT NULL ORDER BY x"
    assert mean.values(query) == [1.0, 1.5, 2.5, 3.5, 4.5]
    empty = "ORDER BY x ROWS BETWEEN 2 PRECEDING AND 1 PRECEDING"
    query = f"SELECT p.mean(x) OVER ({empty}) FROM t WHERE x IS NOT NULL ORDER BY x"
    assert mean.values(query) == [None, 1.0, 1.5, 2.5, 3.5]


def test_a_call_on_arrays_gives_the_one_value(mean):
    assert mean.call("p.mean", [1.0, None, 5.0]) == 3.0


def test_order_inside_of_the_call(host):
    host.load(ORDERED)
    host.register("t", k=[1, 2, 1, 2], word=["b", "d", "a", "c"])
    query = "SELECT p.joined(word ORDER BY word DESC) FROM t GROUP BY k ORDER BY k"
    assert host.values(query) == ["b a", "d c"]
    assert host.values("SELECT p.joined(DISTINCT word ORDER BY word) FROM t") == ["a b c d"]


def test_partitions_are_merged(host):
    host.load(DICT)
    query = (
        "SELECT value % 3 AS k, p.mean(value) FROM generate_series(1, 30000) GROUP BY 1 ORDER BY 1"
    )
    assert host.sql(query) == [(0, 15001.5), (1, 14999.5), (2, 15000.5)]


def test_null_rows_are_not_accumulated_unless_they_pass(host):
    counts = """
db.aggregate_fn("{0}", args=["int"], returns="int", nulls="{0}")({{
    "init": int,
    "accumulate": lambda state, x: state + 1,
    "merge": lambda state, other: state + other,
    "finalize": lambda state: state,
}})
"""
    host.load(counts.format("skip") + counts.format("pass"))
    host.register("t", x=[1, None, 3])
    assert host.sql('SELECT p.skip(x), p."pass"(x) FROM t') == [(2, 3)]


@pytest.mark.parametrize("part", ["init", "accumulate", "finalize"])
def test_an_exception_of_any_part_is_the_plugin_s_own(host, part):
    parts = {
        "init": "lambda: 0",
        "accumulate": "lambda state, x: state + x",
        "merge": "lambda state, other: state + other",
        "finalize": "lambda state: state",
    }
    parts[part] = "lambda *args: 1 / 0"
    body = ", ".join(f"{key!r}: {value}" for key, value in parts.items())
    host.load(f"db.aggregate_fn('total', args=['int'], returns='int')({{{body}}})")
    host.register("t", x=[1, 2])
    with pytest.raises(ZeroDivisionError) as caught:
        host.sql("SELECT p.total(x) FROM t")
    assert any("p.total" in note for note in caught.value.__notes__)
    assert host.value("1 + 1") == 2


@pytest.mark.parametrize("missing", ["init", "accumulate", "merge", "finalize"])
def test_a_missing_part_is_told_at_load(host, missing):
    parts = {"init", "accumulate", "merge", "finalize"} - {missing}
    body = ", ".join(f"{part!r}: lambda *args: 0" for part in sorted(parts))
    with pytest.raises(arrowsmith.PluginLoadError, match=missing):
        host.load(f"db.aggregate_fn('total', args=['int'], returns='int')({{{body}}})")
