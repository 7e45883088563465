"""Compiled aggregates and windows whose plugin changes, or whose query is stopped."""

import time

import pytest

import arrowsmith
from tests.native.state_texts import AGGREGATES
from tests.native.states import CALLS, Sessions, numbers

CHANGE = """
@db.scalar_fn(determinism="nondeterministic", tier="inline")
def change() -> int:
    CHANGE
    return 1
"""

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
    sessions = Sessions(AGGREGATES["mean"] + CHANGE.replace("CHANGE", change), t=numbers(100))
    with sessions.database:
        sessions.same("SELECT p.mean(x) FROM t")
        assert sessions.described("tier")["p.mean"] == "native"
        sessions.same("SELECT p.change()")
        sessions.same("SELECT p.mean(x), p.mean(x) FILTER (WHERE b) FROM t")
        is_same = change == "mean.add = mean.add"
        assert sessions.described("tier")["p.mean"] == ("native" if is_same else "inline"), change


@pytest.mark.parametrize(("name", "change"), [
    ("weighted", "weighted._mean = lambda self: 1.0"),
    ("weighted", "weighted.capped = staticmethod(lambda x: 1.0)"),
    ("weighted", "weighted.capped = lambda self, x: 1.0"),
    ("weighted", "weighted.capped.__code__ = (lambda x: 1.0).__code__"),
    ("weighted", "weighted._weighted__weight.__defaults__ = (1.0,)"),
    ("weighted", "weighted._grow.__kwdefaults__ = {'weight': 1.0}"),
    ("weighted", "del weighted._grow"),
    ("weighted", "weighted.__getattribute__ = lambda self, name: 1.0"),
    ("slotted", "slotted.never = 3"),
    ("slotted", "del slotted.never"),
    ("slotted", "slotted._slotted__most = property(lambda self: 9, lambda self, most: None)"),
    ("slotted", "slotted._seen = lambda self, x: None"),
])  # fmt: skip
def test_what_changes_in_methods_and_slots_is_noticed(name, change):
    sessions = Sessions(AGGREGATES[name] + CHANGE.replace("CHANGE", change), t=numbers(100))
    call = CALLS[name]
    with sessions.database:
        sessions.same(f"SELECT {call} FROM t")
        assert sessions.described("tier")[f"p.{name}"] == "native"
        sessions.same("SELECT p.change()")
        sessions.same(f"SELECT {call}, {call} FILTER (WHERE b) FROM t")
        assert sessions.described("tier")[f"p.{name}"] == "inline"


def test_only_what_is_called_is_watched():
    text = """
RATE, LEVEL = 2.0, 1
def by_rate(x):
    return x * RATE
@db.aggregate_fn(args=["float"], returns="float")
class rated:
    def __init__(self):
        self.sum = 0.0
    def add(self, x):
        self.sum += self.rated(x)
    def merge(self, other):
        self.sum += other.sum
    def result(self):
        return self.sum
    def rated(self, x):
        return by_rate(x)
    def describe(self):
        return f"{self.sum} at {LEVEL}"
@db.scalar_fn(determinism="nondeterministic", tier="inline")
def change(n: int) -> int:
    global RATE, LEVEL
    if n == 1:
        LEVEL = 2
    elif n == 2:
        RATE = 3.0
    return n
"""
    sessions = Sessions(text, t=numbers(100))
    with sessions.database:
        answers, tiers = [], []
        for step in range(3):
            sessions.same(f"SELECT p.change({step})")
            answers.append(sessions.same("SELECT p.rated(x) FROM t"))
            tiers.append(sessions.described("tier")["p.rated"])
        assert answers[0] == answers[1] != answers[2]
        assert tiers == ["native", "native", "inline"]
        assert sessions.described("reason")["p.rated"] == "the global RATE changed"


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
