"""States whose methods call others, or whose attributes are slots: which of them are compiled."""

import pyarrow as pa
import pytest

from tests.native.differ import Failure
from tests.native.state_texts import AGGREGATES
from tests.native.states import CALLS, QUERIES, Sessions, numbers, query_of

CHECKED = """
@db.aggregate_fn(args=["int"], returns="float", OPTIONS)
class checked:
    def __init__(self):
        self.sum = 0
    def add(self, x):
        try:
            self.sum += self._share(x)
        except OverflowError:
            self.sum -= 1
    def _share(self, x):
        return 840 // self._allowed(x)
    def _allowed(self, x):
        if x == 13:
            raise ValueError(f"{x} is not allowed")
        if x == 14:
            raise OverflowError(self.sum)
        return x - 7
    def merge(self, other):
        self.sum += other.sum
    def result(self):
        return self._divided(by=self.sum % 11)
    def _divided(self, *, by):
        return 100.0 / by
"""


@pytest.mark.parametrize("on_error", ["raise", "null", "collect"])
def test_exceptions_pass_through_methods(on_error):
    with Sessions(CHECKED, options=f'on_error="{on_error}"', t=numbers(10)) as sessions:
        failures = []
        for rows in ("(1), (7), (2)", "(1), (13)", "(1), (14), (2)", "(6)", "(8), (14), (18)"):
            query = f"SELECT p.checked(n) FROM (VALUES {rows}) AS t(n)"
            failures.append(sessions.same(query))
            sessions.same(query.replace("SELECT", "SELECT n % 2,") + " GROUP BY n % 2 ORDER BY 1")
        if on_error == "raise":
            assert isinstance(failures[1], Failure)
            named = [name for name, _ in failures[1].lines]
            assert named == ["add", "_share", "_allowed"]
            assert failures[1].message == "13 is not allowed"


def class_of(add: str, more: str = "", *, init: str = "self.sum = 0.0") -> str:
    return f"""
def outer(o, x):
    return x * 2
class Other:
    def outer(self, x):
        self.__last = x * 3
        return self.__last
@db.aggregate_fn(args=["float"], returns="float", OPTIONS)
class made:
    def __init__(self):
        {init}
    def add(self, x):
        self.sum += {add}
    def merge(self, other):
        self.sum += other.sum
    def result(self):
        return self.sum
    {more}
"""


PRIVATE = """def __twice(self, __x):
        __y = __x
        self.__last = __y
        return self.__last + __x
"""


@pytest.mark.parametrize(("add", "more"), [
    ("self.twice(x)", "twice = outer"),
    ("self.twice(x)", "twice = Other.outer"),
    ("self.once(None, x)", "once = staticmethod(outer)"),
    ("self.once(x)", "@staticmethod\n    def once(x, by=2.0, /, *, to=1.0): return x * by - to"),
    ("self.__twice(x)", PRIVATE),
    ("self.a(x)", "def a(self, x): return self.b(x)\n    def b(self, x): return x"),
    ("self.again(x)", "def again(self, x, add=1.0): return x + add if self.add else x"),
    ("self.late(x) or 0.0", "def late(self, x):\n        if x > 1:\n            return x"),
], ids=range(8))  # fmt: skip
def test_methods_of_many_kinds(add, more):
    sessions = Sessions(class_of(add, more), t=numbers(500))
    with sessions.database:
        # To ask for a method as a value is not compiled.
        expected = "inline" if "self.add else" in more else "native"
        assert sessions.described("tier")["p.made"] == expected, sessions.described("reason")
        for query in ("all rows", "groups", "a growing frame"):
            sessions.same(query_of(QUERIES[query], "p.made(x)"))


@pytest.mark.parametrize(("add", "more", "reason"), [
    ("self.f(x)", "f = lambda self, x: x", "a call of the method `f`"),
    ("self.f(x)", "f = abs", "a call of the method `f`"),
    ("self.f(x)", "@classmethod\n    def f(cls, x): return x", "a call of the method `f`"),
    ("self.f(x)", "@__import__('functools').cache\n    def f(self, x): return x",
     "a call of the method `f`"),
    ("self.f(x)", "def f(self, x): return print(x) or x",
     "a call of print, which is not known to be pure"),
    ("self.f(x)", "def f(self, x): return self.f(x - 1) if x > 1 else x",
     "a call with the state of a function that calls itself, or is too long"),
    ("self.f(x)",
     "def f(self, x): return self.g(x - 1)\n    def g(self, x): return self.f(x) if x > 1 else x",
     "a call with the state of a function that calls itself, or is too long"),
    ("self.f(x)", "def f(self, x): return self.add(x) if x > 99 else x",
     "a call with the state of a function that calls itself, or is too long"),
    ("self.f(x)", "def f(self, x):\n        yield x", "`yield`"),
    ("self.f(x)", "def f(self, x):\n        self.f = 1\n        return x",
     "an assignment to the attribute `f`, which means something to Python"),
    ("outer(self, x) + self.outer(x)", "", "a call of the method `outer`"),
    ("made.f(x)", "@staticmethod\n    def f(x): return x", "a call of the method `f`"),
])  # fmt: skip
def test_methods_that_stay_with_the_interpreter(add, more, reason):
    sessions = Sessions(class_of(add, more), t=numbers(50))
    with sessions.database:
        assert sessions.described("tier")["p.made"] == "inline"
        assert sessions.described("reason")["p.made"].endswith(f": {reason}")
        sessions.same("SELECT p.made(x) FROM t")


def test_attributes_that_hide_methods_stay_with_the_interpreter():
    more = "def f(self, x): return x"
    for init in ("self.sum, self.f = 0.0, abs", "self.sum = self.f = 0.0",
                 "self.sum = 0.0; setattr(self, 'f', abs)", "vars(self).update(sum=0.0, f=abs)",
                 "self.sum = 0.0; self.__dict__['f'] = abs"):  # fmt: skip
        sessions = Sessions(class_of("self.f(x)", more, init=init), t=numbers(50))
        with sessions.database:
            assert sessions.described("tier")["p.made"] == "inline", init
            sessions.same("SELECT p.made(x) FROM t")


@pytest.mark.parametrize("slots", [
    '"sum",', '["sum", "other"]', '"sum"', '{"sum": "of all"}', 'iter(["sum"])',
    '"sum", "__weakref__"', '"sum", "__private", "_made__other"',
])  # fmt: skip
def test_slots_in_many_forms(slots):
    text = class_of("x", f"__slots__ = {slots}")
    with Sessions(text, t=numbers(500)) as sessions:
        for query in ("all rows", "groups", "a growing frame"):
            sessions.same(query_of(QUERIES[query], "p.made(x)"))


@pytest.mark.parametrize(("slots", "reason"), [
    ('"sum", "__dict__"', "its class has __slots__ with __dict__ among them"),
    ('"sum", "__len__"', "its class has __len__"),
    ("()", "the attribute `sum`, which is none of its slots"),
    ('"sums",', "the attribute `sum`, which is none of its slots"),
    ('"__sum",', "the attribute `sum`, which is none of its slots"),
])  # fmt: skip
def test_slots_that_stay_with_the_interpreter(slots, reason):
    sessions = Sessions(class_of("x", f"__slots__ = {slots}"), t=numbers(50))
    with sessions.database:
        assert sessions.described("tier")["p.made"] == "inline"
        assert sessions.described("reason")["p.made"].endswith(reason)
        sessions.same("SELECT p.made(x) FROM t")


@pytest.mark.parametrize("name", ["_made", "__made__", "_", "___"])
def test_private_names_of_classes_with_underscores(name):
    text = class_of("self.__twice(x)", "__slots__ = 'sum', '__last'\n    " + PRIVATE)
    text = text.replace("class made", f"class {name}").replace("_fn(", "_fn('made', ")
    sessions = Sessions(text, t=numbers(50))
    with sessions.database:
        # A class without letters leaves names as they are, and those that begin so stay unknown.
        expected = "native" if name.strip("_") else "inline"
        assert sessions.described("tier")["p.made"] == expected, sessions.described("reason")
        assert isinstance(sessions.same("SELECT k, p.made(x) FROM t GROUP BY k ORDER BY k"), list)


def test_slots_of_a_class_without_init():
    text = """
@db.aggregate_fn(args=["int"], returns="int")
class late:
    __slots__ = "n"
    def add(self, x):
        try:
            self.n += x
        except AttributeError:
            self.n = x
    def merge(self, other):
        self.add(other.n)
    def result(self):
        return self.n
"""
    with Sessions(text, t=numbers(500)) as sessions:
        for query in ("all rows", "groups", "a growing frame", "no rows", "only NULL"):
            sessions.same(query_of(QUERIES[query], "p.late(n)"))


def test_slots_without_a_value_raise():
    init = "self.sum = 0.0\n        if self.sum:\n            self.more = 1.0"
    text = class_of("self.more if x > 7 else x", "__slots__ = 'sum', 'more'", init=init)
    with Sessions(text, t=numbers(50)) as sessions:
        assert isinstance(sessions.same("SELECT p.made(x) FROM t WHERE x < 5"), list)
        answer = sessions.same("SELECT p.made(x) FROM t")
        assert isinstance(answer, Failure)
        assert answer.type == "AttributeError"


def test_slots_come_back_from_the_interpreter():
    """As often as a state of another form that does the same."""
    ns = [2**22, 2**22, 5, -(2**23), 1, 2, 3] * 50
    table = pa.table({"id": range(len(ns)), "k": [i % 3 for i in range(len(ns))], "n": ns})
    with Sessions(AGGREGATES["slotted"] + AGGREGATES["whole"], t=table) as sessions:
        for query in ("all rows", "groups", "a growing frame"):
            for name in ("slotted", "whole"):
                sessions.same(query_of(QUERIES[query], CALLS[name]))
            exits, rows = sessions.described("side_exits"), sessions.described("rows")
            assert 0 < exits["p.slotted"] == exits["p.whole"] < rows["p.whole"]


def test_windows_call_methods_of_their_object():
    text = """
@db.window_fn(args=["float"], returns="float")
class fading:
    rate = 0.75
    def init(self):
        return self._first()
    def _first(self):
        return 0.0
    def step(self, state, v):
        state = self._faded(state) + self.half(v)
        return state, self._shown(state, places=3)
    def _faded(self, state):
        return state * self.rate
    def _shown(self, state, *, places):
        return round(state, places) if state < 1000 else self._huge(state)
    def _huge(self, state):
        raise OverflowError(state)
    @staticmethod
    def half(v):
        return v / 2
"""
    with Sessions(text, t=numbers(500)) as sessions:
        over = "OVER (PARTITION BY k ORDER BY id)"
        sessions.same(f"SELECT id, p.fading(x % 100) {over} FROM t ORDER BY id")
        assert sessions.described("side_exits")["p.fading"] == 0
        failed = sessions.same(f"SELECT id, p.fading(x) {over} FROM t ORDER BY id")
        assert isinstance(failed, Failure)
        assert [name for name, _ in failed.lines] == ["step", "_shown", "_huge"]


def test_explanations_mark_methods():
    with Sessions(AGGREGATES["weighted"]) as sessions:
        lines = sessions.native.explain_function("p.weighted").splitlines()
    marks = {line[8:].strip(): line[6] for line in lines if line[:5].strip().isdigit()}
    compiled = ["return x if x < 64.0 else 64.0", "self.by += weight", "self.sum += sum"]
    assert {marks[line] for line in compiled} == {"|"}
    assert marks["scale = 2.0"] == " "
