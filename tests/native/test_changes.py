"""What compiled code has taken for granted changes after loading; Python would notice."""

import math

import pytest

from tests.native.differ import Pair
from tests.native.inputs import Parameter, columns

PARAMETERS = [Parameter("x", "int")]
ROWS = columns(PARAMETERS, [[n] for n in range(-3, 20)])
ONE = columns(PARAMETERS, [[1]])

CHANGES = {
    "a constant": ("SCALE * x", "global SCALE\n    SCALE = 7"),
    "a constant becomes a float": ("SCALE * x", "global SCALE\n    SCALE = 2.0"),
    "a constant becomes an equal one of another type": ("SCALE * x", "global SCALE\n    SCALE = 3.0"),
    "a constant vanishes": ("SCALE * x", "global SCALE\n    del SCALE"),
    "a helper": ("bump(x)", "global bump\n    bump = lambda x: x - 1"),
    "a helper's code": ("bump(x)", "bump.__code__ = (lambda x: x - 1).__code__"),
    "a helper's defaults": ("bump(x)", "bump.__defaults__ = (100,)"),
    "a helper of a helper": ("outer(x)", "global bump\n    bump = lambda x: x - 1"),
    "a builtin gets hidden": ("abs(x)", "global abs\n    abs = lambda x: 5"),
    "a module's name": ("int(math.sqrt(x * x))", "global math\n    math = None"),
    "the function's own code": ("x + 1", "f.__code__ = (lambda x: x + 2).__code__"),
    "a keyword's default": ("named(x)", "named.__kwdefaults__ = {'by': 50}"),
}  # fmt: skip

TEXT = """
SCALE = 3

def bump(x, by=1):
    return x + by

def outer(x):
    return bump(x) * 2

def named(x, *, by=2):
    return x + by

@db.scalar_fn(on_error="collect", tier="{{tier}}")
def f(x: int) -> int:
    return {expression}

@db.scalar_fn(determinism="nondeterministic")
def change(x: int) -> int:
    {change}
    return x
"""


@pytest.mark.parametrize("what", CHANGES)
def test_change_after_loading(what):
    expression, change = CHANGES[what]
    with Pair(TEXT.format(expression=expression, change=change)) as pair:
        assert pair.tier("f") == "native"
        before = pair.inline.call("p.f", ROWS)
        assert pair.compare("f", ROWS) == []
        assert pair.compare("change", ONE) == []
        assert pair.compare("f", ROWS) == []
        after = pair.inline.call("p.f", ROWS)
    # Else nothing was tested; equal numbers of another type show as values that don't fit.
    if what != "a constant becomes an equal one of another type":
        assert (before.values, before.failures) != (after.values, after.failures)


@pytest.mark.parametrize("replacement", [abs, lambda _: 1.0])
def test_a_function_of_math_is_replaced(monkeypatch, replacement):
    text = """
@db.scalar_fn(on_error="collect", tier="{tier}")
def f(x: int) -> float:
    return math.sin(x)
"""
    with Pair(text) as pair:
        assert pair.tier("f") == "native"
        assert pair.compare("f", ROWS) == []
        monkeypatch.setattr(math, "sin", replacement)
        assert pair.compare("f", ROWS) == []
        assert pair.inline.call("p.f", ROWS).values[4].as_py() == 1.0
        monkeypatch.undo()
        assert pair.compare("f", ROWS) == []
        assert pair.inline.call("p.f", ROWS).values[4].as_py() == math.sin(1)


def test_a_constant_changes_where_rows_leave():
    text = """
SCALE = 3

@db.scalar_fn(on_error="collect", tier="{tier}")
def f(x: int) -> int:
    return x * SCALE % 1000

@db.scalar_fn(determinism="nondeterministic")
def change(x: int) -> int:
    global SCALE
    SCALE = x
    return x
"""
    rows = columns(PARAMETERS, [[1], [2**62], [2], [2**62 + 1], [3]])
    with Pair(text) as pair:
        assert pair.tier("f") == "native"
        for value in (5, 0, -1, 2**62, 3):
            assert pair.compare("change", columns(PARAMETERS, [[value]])) == []
            assert pair.compare("f", rows) == []
