"""Compiled aggregates and windows whose plugin changes, or whose query is stopped."""

import time

import pytest

import arrowsmith
from tests.native.state_texts import AGGREGATES
from tests.native.states import Sessions, numbers

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
        assert time.monotonic() - begin < 1


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
    text = (
        AGGREGATES["mean"]
        + """
@db.scalar_fn(determinism="nondeterministic", tier="inline")
def change() -> int:
    CHANGE
    return 1
"""
    )
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
