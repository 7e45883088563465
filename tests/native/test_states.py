"""Compiled aggregates and windows give what the interpreter gives, in every corner of queries."""

import time
from typing import Any

import pyarrow as pa
import pytest

import arrowsmith
from tests.native.differ import Failure
from tests.native.states import AGGREGATES, ALL, WINDOWS, Sessions, numbers

CALLS = {"seen": "p.seen(x, n)"} | {
    name: f"p.{name}({'n' if name in ('whole', 'product', 'picky') else 'x'})"
    for name in ("mean", "total", "whole", "spread", "product", "picky")
}
NEVER_RAISES = {name: call for name, call in CALLS.items() if name != "picky"}
WINDOW_CALLS = {
    name: f"p.{name}({'x' if name == 'series' else 'n'})" for name in ("series", "runs", "powers")
}

QUERIES = {
    "all rows": "SELECT {f} FROM t",
    "groups": "SELECT k, {f} FROM t GROUP BY k ORDER BY k",
    "many groups": "SELECT id % 997 AS g, {f} FROM t GROUP BY id % 997 ORDER BY g",
    "each row": "SELECT id, {f} FROM t GROUP BY id ORDER BY id LIMIT 500",
    "no rows": "SELECT {f} FROM t WHERE id < 0",
    "no groups": "SELECT k, {f} FROM t WHERE id < 0 GROUP BY k",
    "only NULL": "SELECT {f} FROM t WHERE x IS NULL",
    "a filter": "SELECT k, {f} FILTER (WHERE b) FROM t GROUP BY k ORDER BY k",
    "a filter that nothing passes": "SELECT k, {f} FILTER (WHERE id < 3) FROM t GROUP BY k ORDER BY k",
    "an order": "SELECT k, {ordered} FROM t GROUP BY k ORDER BY k",
    "distinct rows": "SELECT k, {distinct} FROM t GROUP BY k ORDER BY k",
    "in between": "SELECT sum(y) FROM (SELECT k, b, {f} AS y FROM t GROUP BY k, b)",
    "having": "SELECT k FROM t GROUP BY k HAVING {f} <> 2 ORDER BY k",
    "a growing frame": "SELECT id, {f} OVER (PARTITION BY k ORDER BY id) FROM t ORDER BY id",
    "a sliding frame": "SELECT id, {f} OVER (PARTITION BY k ORDER BY id ROWS 5 PRECEDING) FROM t ORDER BY id",
    "a frame with holes": "SELECT id, {f} OVER (ORDER BY id ROWS BETWEEN 9 PRECEDING AND 5 PRECEDING) FROM t WHERE id < 999 ORDER BY id",
}  # fmt: skip


def text_of(query: str, call: str) -> str:
    distinct = call.replace("(", "(DISTINCT ")
    ordered = call.replace(")", " ORDER BY id DESC)")
    return query.format(f=call, distinct=distinct, ordered=ordered)


@pytest.fixture(scope="module", params=[1, 2])
def sessions(request):
    tables = {"t": numbers(20_000), "small": numbers(2_000)}
    with Sessions(ALL, threads=request.param, **tables) as sessions:
        yield sessions


@pytest.mark.parametrize("name", NEVER_RAISES)
@pytest.mark.parametrize("query", QUERIES)
def test_aggregates_in_queries(sessions, name, query):
    text = text_of(QUERIES[query], NEVER_RAISES[name])
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


def test_sums_that_outgrow_64_bits_and_come_back():
    ns = [2**22, 2**22, 5, -(2**23), 1, 2, 3] * 50
    table = pa.table({"id": range(len(ns)), "k": [i % 3 for i in range(len(ns))], "n": ns})
    with Sessions(ALL, t=table) as sessions:
        for query in ("all rows", "groups", "a sliding frame", "a growing frame"):
            sessions.same(text_of(QUERIES[query], CALLS["whole"]))
        assert sessions.described("side_exits")["p.whole"] > 0
        for over in ("ORDER BY id", "PARTITION BY k ORDER BY id"):
            sessions.same(f"SELECT id, p.powers(n % 9) OVER ({over}) FROM t ORDER BY id")
        assert sessions.described("side_exits")["p.powers"] > 0


def test_a_state_may_take_its_time_beyond_64_bits():
    """Groups stay with the interpreter for some batches, others never leave."""
    rows = 40_000
    ns = [0 if row % 9_001 == 0 else 1 + row % 3 if row % 16 else 5 for row in range(rows)]
    table = pa.table({"id": range(rows), "k": [row % 16 for row in range(rows)], "n": ns})
    with Sessions(AGGREGATES["product"], t=table) as sessions:
        sessions.same("SELECT k, p.product(n) FROM t GROUP BY k ORDER BY k")
        sessions.same("SELECT k, p.product(n) FROM t WHERE id < 900 GROUP BY k ORDER BY k")
        sessions.same("SELECT p.product(n) FROM t")


@pytest.mark.parametrize("on_error", ["raise", "null", "collect"])
def test_rows_that_raise_in_the_middle(on_error):
    rows = 5_000
    ns = [13 if row == 4321 else 7 if row == 2222 else 9 + row % 5 * 2 for row in range(rows)]
    table = pa.table({"id": range(rows), "k": [row % 7 for row in range(rows)], "n": ns})
    options = f'on_error="{on_error}"'
    with Sessions(ALL, options=options, t=table) as sessions:
        for query in ("all rows", "groups", "many groups", "a growing frame", "an order"):
            sessions.same(text_of(QUERIES[query], CALLS["picky"]))
        query = "SELECT id, p.careful(n) OVER (PARTITION BY k ORDER BY id) FROM t ORDER BY id"
        careful = sessions.same(query)
        native, _ = sessions.both("SELECT p.picky(n) FROM t WHERE id > 2222")
        answer, errors = native
        if on_error == "raise":
            assert isinstance(careful, Failure)
            assert (answer.type, answer.message) == ("ValueError", "thirteen")
            assert "row 2098 of its batch" in str(answer.notes) or "(13)" in str(answer.notes)
            assert answer.lines[-1][0] == "add"
        elif on_error == "null":
            assert (answer, errors) == ([(None,)], [])
        else:
            assert answer == [(None,)]
            assert [row[-2:] for row in errors] == [("ValueError", "thirteen")]


@pytest.mark.parametrize("on_error", ["raise", "null", "collect"])
def test_answers_that_raise(on_error):
    # 840 // 35 is 24, and eleven of these are a multiple of 11.
    table = pa.table({"k": [row % 11 for row in range(66)], "n": [42] * 66})
    with Sessions(AGGREGATES["picky"], options=f'on_error="{on_error}"', t=table) as sessions:
        query = "SELECT p.picky(n) FROM t WHERE k < {} GROUP BY k % {} ORDER BY 1"
        answers = [sessions.same(query.format(k, m)) for k in (11, 5) for m in (1, 2, 11)]
    assert any(isinstance(answer, Failure) or (None,) in answer for answer in answers)


def test_a_call_that_gives_no_number_of_its_type():
    text = """
@db.aggregate_fn(args=["int"], returns="int", on_error="collect")
class odd:
    def __init__(self):
        self.sum = 0
    def add(self, n):
        self.sum += n
    def merge(self, other):
        self.sum += other.sum
    def result(self):
        return self.sum / 2 if self.sum % 5 == 0 else self.sum
"""
    with Sessions(text, t=numbers(1000)) as sessions:
        sessions.same("SELECT k, p.odd(n) FROM t GROUP BY k ORDER BY k")
        sessions.same("SELECT id, p.odd(n) OVER (ORDER BY id) FROM t ORDER BY id")


@pytest.mark.parametrize("threads", [1, 2])
def test_states_that_are_written_to_make_room(threads):
    query = """
        SELECT count(*), sum(t), sum(t * k)
        FROM (SELECT value % 300000 AS k, p.{name}(value) AS t
              FROM generate_series(1, 600000) GROUP BY value % 300000)
    """
    for name in ("whole", "product", "total"):
        answers = []
        for tier in ("auto", "inline"):
            with arrowsmith.Database.in_memory(
                threads=threads, memory="48MiB", tier=tier
            ) as database:
                session = database.session()
                session.load_python_plugin(Sessions.text_of(AGGREGATES[name]), "p")
                answers.append(session.sql(query.format(name=name)).rows())
        assert answers[0] == answers[1]


ENDLESS = """
@db.aggregate_fn(args=["int"], returns="int")
class endless:
    def __init__(self):
        self.n = 0
    def add(self, x):
        while x >= 0:
            x = (x * 3 + 1) % 1000003
        self.n += x
    def merge(self, other):
        self.n += other.n
    def result(self):
        return self.n

@db.window_fn(args=["int"], returns="int")
class forever:
    @staticmethod
    def init():
        return 0
    @staticmethod
    def step(state, x):
        while x >= 0:
            x = (x * 3 + 1) % 1000003
        return state, x
"""


@pytest.mark.parametrize("query", [
    "SELECT p.endless(1)",
    "SELECT k, p.endless(id) FROM t GROUP BY k",
    "SELECT p.endless(id) OVER (ORDER BY id) FROM t",
    "SELECT p.forever(id) OVER (ORDER BY id) FROM t",
])  # fmt: skip
def test_endless_loops_stop(query):
    with Sessions(ENDLESS, t=numbers(100)) as sessions:
        begin = time.monotonic()
        with pytest.raises(arrowsmith.QueryTimeout):
            sessions.native.sql(query, timeout=0.2).collect()
        assert time.monotonic() - begin < 0.3


def test_what_changes_after_loading_is_what_runs():
    change = """
RATE = 2.0
@db.aggregate_fn(args=["float"], returns="float")
class rated:
    scale = 1.0
    def __init__(self):
        self.sum = 0.0
    def add(self, x):
        self.sum += x * RATE * self.scale
    def merge(self, other):
        self.sum += other.sum
    def result(self):
        return self.sum
KEPT = rated
@db.scalar_fn(determinism="nondeterministic", tier="inline")
def change(n: int) -> int:
    global RATE
    if n == 1:
        RATE = 3.0
    elif n == 2:
        RATE = 2.0
    elif n == 3:
        KEPT.scale = 2.0
    elif n == 4:
        KEPT.__init__ = lambda self: setattr(self, "sum", 100.0)
    return n
"""
    text = change.replace("@db.scalar_fn", "def unused(): pass\n@db.scalar_fn")
    sessions = Sessions(text, t=numbers(100))
    assert sessions.described("tier") == {"p.rated": "native", "p.change": "inline"}
    answers = []
    for step in range(5):
        sessions.same(f"SELECT p.change({step})")
        answers.append(sessions.same("SELECT p.rated(x) FROM t")[0][0])
    assert answers[0] == answers[2]
    assert len(set(answers)) == 4
    assert sessions.described("tier")["p.rated"] == "inline"
    assert sessions.described("reason")["p.rated"] == "the global RATE changed"
    sessions.database.close()


@pytest.mark.parametrize("change", [
    "mean.none = 0.0", "mean.other = 1", "mean.add = mean.add", "del mean.none",
    "mean.__init__ = lambda self: setattr(self, 'sum', 1)", "mean.sum = property(lambda self: 1)",
    "mean.result.__code__ = (lambda self: 5.0).__code__", "mean.merge.__defaults__ = (None,)",
])  # fmt: skip
def test_what_changes_in_a_class_is_noticed(change):
    text = AGGREGATES["mean"] + """
@db.scalar_fn(determinism="nondeterministic", tier="inline")
def change() -> int:
    CHANGE
    return 1
"""
    sessions = Sessions(text.replace("CHANGE", change), t=numbers(100))
    with sessions.database:
        sessions.same("SELECT p.mean(x) FROM t")
        assert sessions.described("tier")["p.mean"] == "native"
        sessions.same("SELECT p.change()")
        sessions.same("SELECT p.mean(x), p.mean(x) FILTER (WHERE b) FROM t")
        is_same = change == "mean.add = mean.add"
        assert sessions.described("tier")["p.mean"] == ("native" if is_same else "inline"), change


def test_reloading_compiles_what_is_there_then(tmp_path):
    path = tmp_path / "calc.py"
    path.write_text(Sessions.text_of(AGGREGATES["mean"]))
    with arrowsmith.Database.in_memory(threads=1) as database, database.session() as session:
        session.register("t", numbers(100))
        session.load_plugin(path)
        first = session.sql("SELECT calc.mean(n) FROM t").rows()
        path.write_text(path.read_text().replace("self.sum += x", "self.sum += x * 2"))
        session.reload("calc")
        assert session.function("calc.mean").tier == "native"
        assert session.sql("SELECT calc.mean(n) FROM t").rows() == [(first[0][0] * 2,)]


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
            sessions.same("SELECT id, p.number() OVER (PARTITION BY k ORDER BY id) FROM t ORDER BY id"),
        ]
    assert all(isinstance(answer, list) for answer in answers)
