"""Aggregates and windows in the forms that authors choose, and one plugin in two tiers."""

import re
from typing import Any, Self

import pyarrow as pa

import arrowsmith
from tests.native.differ import Failure

AGGREGATES = {
    "mean": """
@db.aggregate_fn(OPTIONS)
class mean:
    '''A class whose objects are the states.'''
    none = None
    def __init__(self):
        self.sum, self.count = 0.0, 0
    def add(self, x: float):
        self.sum += x
        self.count += 1
    def merge(self, other):
        self.sum += other.sum
        self.count += other.count
    def result(self) -> float:
        return self.sum / self.count if self.count else self.none
    def retract(self, x):
        self.sum -= x
        self.count -= 1
""",
    "total": """
def total_init():
    return 0
def total_accumulate(state, x):
    return state + x
def total_merge(state, other):
    return state + other
def total_finalize(state):
    return state
def total_retract(state, x):
    return state - x
db.aggregate_fn("total", args=["float"], returns="float", OPTIONS)({
    "init": total_init, "accumulate": total_accumulate, "merge": total_merge,
    "finalize": total_finalize, "retract": total_retract,
})
""",
    "whole": """
@db.aggregate_fn(args=["int"], returns="int", OPTIONS)
class whole:
    '''Static methods; their sum may be longer than 64 bits on the way.'''
    @staticmethod
    def init():
        return (0, 0)
    @staticmethod
    def accumulate(state, x):
        total, count = state
        return total + x * 2**40, count + 1
    @staticmethod
    def merge(state, other):
        return state[0] + other[0], state[1] + other[1]
    @staticmethod
    def finalize(state):
        return state[0] % 1000003 + state[1]
    @staticmethod
    def retract(state, x):
        total, count = state
        return total - x * 2**40, count - 1
""",
    "spread": """
@db.aggregate_fn(args=["float"], returns="float", OPTIONS)
class spread:
    '''Methods, and a state that has another shape from the first row on.'''
    def init(self):
        return None
    def accumulate(self, state, x):
        if state is None:
            return x, x
        return min(state[0], x), max(state[1], x)
    def merge(self, state, other):
        if state is None:
            return other
        if other is None:
            return state
        return min(state[0], other[0]), max(state[1], other[1])
    def finalize(self, state):
        return None if state is None else state[1] - state[0]
""",
    "product": """
@db.aggregate_fn(args=["int"], returns="int", OPTIONS)
class product:
    '''Grows beyond 64 bits, and comes back where an x is zero.'''
    def __init__(self):
        self.value = 1
    def add(self, x):
        self.value *= x
    def merge(self, other):
        self.value *= other.value
    def result(self):
        return self.value % 1000003
""",
    "seen": """
@db.aggregate_fn(args=["float", "int"], returns="int", nulls="pass", OPTIONS)
class seen:
    '''Gets NULLs.'''
    def __init__(self):
        self.any = False
        self.nulls = 0
    def add(self, x, n):
        if x is None or n is None:
            self.nulls += 1
        else:
            self.any = self.any or n > x
    def merge(self, other):
        self.nulls += other.nulls
        self.any |= other.any
    def result(self):
        return -self.nulls if self.any else self.nulls
""",
    "picky": """
@db.aggregate_fn(args=["int"], returns="float", OPTIONS)
class picky:
    '''Raises, in each of its parts.'''
    def __init__(self):
        self.sum = 0
    def add(self, x):
        if x == 13:
            raise ValueError("thirteen")
        self.sum += 840 // (x - 7)
    def merge(self, other):
        self.sum += other.sum
    def result(self):
        return 100.0 / (self.sum % 11)
""",
}  # fmt: skip

WINDOWS = {
    "series": """
@db.window_fn(args=["float"], returns="float", OPTIONS)
class series:
    def init(self):
        return 0.0
    def step(self, prev, v):
        prev = prev * 0.9 + v if v > prev else prev * 0.5
        return prev, prev
""",
    "runs": """
def runs_init():
    return None
def runs_step(state, x):
    if state is None or state[0] != x:
        return (x, 1), 1
    return (x, state[1] + 1), state[1] + 1
db.window_fn("runs", args=["int"], returns="int", nulls="pass", OPTIONS)(
    {"init": runs_init, "step": runs_step})
""",
    "powers": """
@db.window_fn(args=["int"], returns="int", OPTIONS)
class powers:
    @staticmethod
    def init():
        return 1
    @staticmethod
    def step(state, x):
        state = state * (x + 3) if x else 1
        return state, state % 1000003
""",
    "careful": """
@db.window_fn(args=["int"], returns="float", OPTIONS)
class careful:
    @staticmethod
    def init():
        return 0
    @staticmethod
    def step(state, x):
        return state + x, 100 / (x - 7)
""",
}  # fmt: skip

ALL = "".join((AGGREGATES | WINDOWS).values())


def numbers(rows: int, *, nulls: bool = True) -> pa.Table:
    """Give a table whose sums are the same in every order."""
    spare = [None] if nulls else []
    xs = [0.5, -3.25, 8.0, *spare, 1.5, 0.0, 2.0**20]
    ns = [1, 2, *spare, 0, -5, 2**30, 3]
    return pa.table({
        "id": range(rows),
        "k": [(row * 7919) % 101 % 17 for row in range(rows)],
        "x": pa.array((xs[(row * 31) % len(xs)] for row in range(rows)), pa.float64()),
        "n": pa.array((ns[(row * 17) % len(ns)] for row in range(rows)), pa.int64()),
        "b": [row % 3 == 0 for row in range(rows)],
    })  # fmt: skip


class Sessions:
    """One text in two tiers, over the same tables."""

    def __init__(self, text: str, *, options: str = "", threads: int = 1, **tables: Any) -> None:
        """Load `p`; `OPTIONS` in the text are those of the decorators."""
        self.text = self.text_of(text, options)
        self.database = arrowsmith.Database.in_memory(threads=threads)
        self.native, self.inline = self.database.session(), self.database.session(tier="inline")
        for session in (self.native, self.inline):
            session.load_python_plugin(self.text, "p")
            for name, table in tables.items():
                session.register(name, table)

    @staticmethod
    def text_of(text: str, options: str = "") -> str:
        """Give a text with these options, or none, for each of its decorators."""
        text = text.replace("(OPTIONS)", f"({options})" if options else "")
        return text.replace(", OPTIONS", f", {options}" if options else "")

    def __enter__(self) -> Self:
        """Check that there is something to compare."""
        for name, reason in self.described("reason").items():
            assert self.described("tier")[name] == "native", f"{name}: {reason}"
        return self

    def __exit__(self, *_: object) -> None:
        """Close both."""
        self.database.close()

    def described(self, column: str) -> dict[str, Any]:
        """Give what the compiling session says of each function."""
        listed = self.native.functions().to_arrow().to_pylist()
        return {row["name"]: row[column] for row in listed}

    def both(self, query: str) -> tuple[Any, Any]:
        """Give what the query answers in both, and what it collects."""
        native, inline = (_answer(session, query) for session in (self.native, self.inline))
        return native, inline

    def same(self, query: str) -> Any:
        """Check that both give the same, bit by bit, and give it."""
        native, inline = self.both(query)
        assert shown(native) == shown(inline), query
        return native[0]


def shown(answer: Any) -> str:
    """Give a text that tells all numbers apart; which object a state is says nothing."""
    return re.sub(r"<_arrowsmith_plugin_\d+_(\S+) object at 0x\w+>", r"<\1>", repr(answer))


def _answer(session: arrowsmith.Session, query: str) -> Any:
    try:
        answer: Any = session.sql(query).rows()
    except Exception as error:  # noqa: BLE001 - whatever it is, the other must raise it too
        answer = Failure.of(error)
    errors = [row[1:] for row in session.errors().rows()]
    session.clear_errors()
    return answer, errors
