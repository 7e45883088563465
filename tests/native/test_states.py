"""Compiled aggregates and windows give what the interpreter gives, in every corner of queries."""

import re
from typing import Any

import pytest

import arrowsmith
from tests.native.state_texts import AGGREGATES, ALL, WINDOWS
from tests.native.states import (
    NEVER_RAISES,
    QUERIES,
    WINDOW_CALLS,
    Sessions,
    numbers,
    query_of,
)


@pytest.fixture(scope="module", params=[1, 2])
def sessions(request):
    tables = {"t": numbers(20_000), "small": numbers(2_000)}
    with Sessions(ALL, threads=request.param, **tables) as sessions:
        yield sessions


@pytest.mark.parametrize("name", NEVER_RAISES)
@pytest.mark.parametrize("query", QUERIES)
def test_aggregates_in_queries(sessions, name, query):
    text = query_of(QUERIES[query], NEVER_RAISES[name])
    if "frame" in query:
        text = text.replace("FROM t", "FROM small")
    answer = sessions.same(text)
    assert isinstance(answer, list)
    assert answer or query == "no groups"


@pytest.mark.parametrize("name", WINDOW_CALLS)
@pytest.mark.parametrize("over", [
    "ORDER BY id",
    "PARTITION BY k ORDER BY id",
    "PARTITION BY id % 1999 ORDER BY id DESC",
    "PARTITION BY id ORDER BY id",
])  # fmt: skip
def test_windows_in_queries(sessions, name, over):
    answer = sessions.same(f"SELECT id, {WINDOW_CALLS[name]} OVER ({over}) FROM t ORDER BY id")
    assert len(answer) == 20_000


@pytest.mark.parametrize("name", NEVER_RAISES | WINDOW_CALLS)
def test_rows_are_computed_by_machine_code(name):
    calls = NEVER_RAISES | WINDOW_CALLS
    with Sessions((AGGREGATES | WINDOWS)[name], t=numbers(2_000)) as sessions:
        over = " OVER (ORDER BY id)" if name in WINDOWS else ""
        # Those that leave nowhere in these rows.
        sessions.same(f"SELECT {calls[name]}{over} FROM t WHERE n BETWEEN 0 AND 1")
        assert sessions.described("rows")[f"p.{name}"] >= 500
        assert sessions.described("side_exits")[f"p.{name}"] == 0
        assert sessions.described("tier")[f"p.{name}"] == "native"


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("name", ["whole", "product", "total", "slotted"])
def test_states_that_are_written_to_make_room(threads, name):
    """Some of them are with the interpreter then."""
    query = f"""
        SELECT count(*), sum(t), sum(t * k) FROM (
            SELECT value % 100000 AS k, p.{name}(value * 100000) AS t
            FROM generate_series(1, 200000) GROUP BY value % 100000
        )
    """
    answers, spilled = [], []
    for tier in ("auto", "inline"):
        with arrowsmith.Database.in_memory(threads=threads, memory="8MiB", tier=tier) as database:
            session = database.session()
            session.load_python_plugin(Sessions.text_of(AGGREGATES[name]), "p")
            answers.append(session.sql(query).rows())
            plan = session.sql(query).explain(analyze=True)
            spilled += re.findall(r"spill_count=[1-9]", plan)
    assert answers[0] == answers[1]
    assert len(spilled) >= 2


def test_functions_without_arguments_and_with_defaults() -> None:
    text = """
@db.aggregate_fn(args=[], returns="int")
class rows:
    def __init__(self):
        self.n = 0
    def add(self):
        self.n += 1
    def merge(self, other):
        self.n += other.n
    def result(self):
        return self.n

@db.aggregate_fn(args=["int", "int"], returns="int")
class weighted:
    def __init__(self):
        self.n = 0
    def add(self, x, by=3):
        self.n += x * by
    def merge(self, other):
        self.n += other.n
    def result(self):
        return self.n

@db.window_fn(args=[], returns="int")
class number:
    def init(self):
        return 0
    def step(self, state):
        return state + 1, state + 1
"""
    with Sessions(text, t=numbers(500)) as sessions:
        answers: list[Any] = [
            sessions.same("SELECT k, p.rows() FROM t GROUP BY k ORDER BY k"),
            sessions.same("SELECT p.rows() FILTER (WHERE b) FROM t"),
            sessions.same("SELECT p.weighted(n), p.weighted(n, 2), p.weighted(n, NULL) FROM t"),
            sessions.same("SELECT p.number() OVER (PARTITION BY k ORDER BY id) FROM t ORDER BY id"),
        ]
    assert all(isinstance(answer, list) for answer in answers)


def test_merging_begins_with_the_first_state_that_comes() -> None:
    """A group without rows of its own takes it as it is: `init` would count twice."""
    text = """
@db.aggregate_fn(args=["int"], returns="int")
class started:
    base = 10
    def __init__(self, start=5):
        self.n = start
    def add(self, x, by=2):
        self.n += x * by + self.base
        self.base = 1
    def merge(self, other):
        self.n += other.n
    def result(self):
        return self.n
"""
    with Sessions(text, threads=2, t=numbers(30_000)) as sessions:
        sessions.same("SELECT p.started(n) FROM t")
        sessions.same("SELECT k, p.started(n) FROM t GROUP BY k ORDER BY k")
        sessions.same("SELECT p.started(n), p.started(n) FILTER (WHERE id < 0) FROM t")
