"""Where functions run, why, and how a user sees and decides it."""

import math
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import arrowsmith

Load = Callable[[str], arrowsmith.Session]
RunScript = Callable[..., Any]

HALF = """\
import math

@db.scalar_fn
def half(x: float) -> float:
    return math.sqrt(x) / 2
"""

TOTAL = """\
@db.aggregate_fn
class total:
    def __init__(self):
        self.sum = 0.0

    def add(self, x: float):
        self.sum += x

    def merge(self, other):
        self.sum += other.sum

    def result(self) -> float:
        return self.sum
"""


def gauss(n: int) -> int:
    return 0 if n <= 0 else n + gauss(n - 1)


def row(session: arrowsmith.Session, name: str) -> dict[str, object]:
    listed = session.functions().to_arrow().to_pylist()
    return next(function for function in listed if function["name"] == name)


def test_reasons_are_listed(load: Load) -> None:
    session = load(
        """
        @db.scalar_fn(tier="inline")
        def declared(x: float) -> float: return x

        @db.scalar_fn(vectorized="numpy")
        def arrays(x: float) -> float: return x

        @db.scalar_fn
        class model:
            def __call__(self, x: float) -> float: return x

        def make(n):
            @db.scalar_fn
            def closure(x: float) -> float: return x + n

        make(1)

        @db.window_fn(args=["float"], returns="float")
        def walk(rows):
            yield from rows

        @db.procedure(args=["int"], yields=["n: int"])
        def upto(count):
            yield (count,)

        @db.aggregate_fn(args=["float"], returns="float")
        class slotted:
            __slots__ = ("sum", "__dict__")
            def __init__(self): self.sum = 0.0
            def add(self, x): self.sum += x
            def merge(self, other): self.sum += other.sum
            def result(self): return self.sum
        """.replace("\n        ", "\n")
    )
    reasons = {
        "p.declared": "declared",
        "p.arrays": "vectorized",
        "p.model": "a class",
        "p.closure": "it has a closure",
        "p.walk": "a generator",
        "p.upto": "a procedure",
        "p.slotted": "its class has __slots__ with __dict__ among them",
    }
    for name, reason in reasons.items():
        listed = row(session, name)
        assert (listed["tier"], listed["reason"]) == ("inline", reason), name
        assert (listed["rows"], listed["side_exits"]) == (None, None)
        assert session.function(name).tier_reason == reason
        assert f"inline: {reason}\n" in session.explain_function(name)


def test_native_that_cannot_be_compiled_is_refused_with_its_place(load: Load) -> None:
    with pytest.raises(arrowsmith.PluginLoadError, match="can't be compiled: vectorized") as failed:
        load(
            '\n@db.scalar_fn(vectorized=True, tier="native")\ndef f(x: float) -> float: return x\n'
        )
    assert (failed.value.file, failed.value.line) == ("p", 3)


def test_unknown_tiers_are_refused(load: Load, database: arrowsmith.Database) -> None:
    known = "auto, native, inline"
    with pytest.raises(arrowsmith.PluginLoadError, match=known):
        load("@db.scalar_fn(tier='jail')\ndef f(x: float) -> float: return x")
    with pytest.raises(arrowsmith.PluginLoadError, match="unknown tier 3 of f"):
        load("@db.scalar_fn(tier=3)\ndef f(x: float) -> float: return x")
    with pytest.raises(ValueError, match=known):
        arrowsmith.Database.in_memory(tier="jail")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=known):
        database.session(tier="jail")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=known):
        arrowsmith.compile(math.sqrt, tier="jail")  # type: ignore[call-overload]


def test_sessions_have_a_default_that_databases_give_them() -> None:
    with arrowsmith.Database.in_memory(threads=1, tier="inline") as database:
        database.load_python_plugin(HALF, "below")
        session, other = database.session(), database.session(tier="auto")
        for each in (session, other):
            each.load_python_plugin(HALF, "own")
        assert row(session, "below.half")["reason"] == "declared"
        assert row(session, "own.half")["reason"] == "declared"
        assert row(other, "own.half")["reason"] != "declared"
        strict = database.session(tier="native")
        strict.load_python_plugin(TOTAL, "own")
        assert row(strict, "own.total")["reason"] == "compiled"
        iterable = TOTAL.replace("def __init__", "def __iter__(self): ...\n    def __init__")
        with pytest.raises(arrowsmith.PluginLoadError, match="compiled: its class has __iter__"):
            strict.load_python_plugin(iterable, "other")


def test_reloading_keeps_the_default(tmp_path: Path, database: arrowsmith.Database) -> None:
    path = tmp_path / "calc.py"
    path.write_text(HALF)
    session = database.session(tier="inline")
    session.load_plugin(path)
    session.reload("calc")
    assert row(session, "calc.half")["reason"] == "declared"


def test_explaining_shows_the_text_and_that_of_its_helpers(load: Load) -> None:
    session = load(
        "def twice(x):\n    return 2 * x\n\n\n"
        '@db.scalar_fn(tier="inline")\ndef f(x: float) -> float:\n    return twice(x)\n'
    )
    assert session.explain_function("p.f") == (
        "p.f(x: float) -> float\n"
        "inline: declared\n"
        "\n"
        '    5   @db.scalar_fn(tier="inline")\n'
        "    6   def f(x: float) -> float:\n"
        "    7       return twice(x)\n"
        "\n"
        "    1   def twice(x):\n"
        "    2       return 2 * x\n"
    )
    with pytest.raises(arrowsmith.PlanError, match="unknown function"):
        session.explain_function("p.g")


def test_compile_gives_what_a_session_gives() -> None:
    def half(x: float, by: float = 2.0) -> float:
        return x / by

    compiled = arrowsmith.compile(half)
    assert isinstance(compiled, arrowsmith.Function)
    assert (compiled.name, compiled.kind) == ("compiled.half.half", "scalar")
    assert (compiled(3), compiled(3, 4.0), compiled(None)) == (1.5, 0.75, None)
    answer = compiled(np.array([1.0, 2.0]))
    assert isinstance(answer, np.ndarray)
    assert answer.tolist() == [0.5, 1.0]
    with pytest.raises(ZeroDivisionError):
        compiled(1.0, 0.0)
    assert "def half" in compiled.explain()


def test_compile_takes_options_and_decorates() -> None:
    @arrowsmith.compile(args=["int"], returns="int", tier="inline")
    def square(x):
        return x * x

    assert (square([3, None]), square.tier, square.tier_reason) == ([9, None], "inline", "declared")
    with pytest.raises(arrowsmith.PluginLoadError, match="can't be compiled: not a plain function"):
        arrowsmith.compile(math.sqrt, args=["float"], returns="float", tier="native")
    with pytest.raises(arrowsmith.PluginLoadError):
        arrowsmith.compile(lambda x: x)


def test_a_compiled_function_that_takes_its_own_name_calls_itself(
    run_script: RunScript,
) -> None:
    done = run_script(
        """
        import arrowsmith

        for tier in ("auto", "inline"):
            @arrowsmith.compile(tier=tier)
            def fibo(n: int) -> int:
                return n if n < 2 else fibo(n - 1) + fibo(n - 2)

            print(fibo(15), fibo([1, 2, None]), fibo.tier_reason)
        """
    )
    assert done.stderr == ""
    first, second = done.stdout.splitlines()
    assert first.startswith("610 [1, 1, None]")
    assert second == "610 [1, 1, None] declared"


@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork")
def test_children_of_a_fork_can_compile(run_script: RunScript) -> None:
    done = run_script(
        """
        import os
        import warnings

        import arrowsmith

        def half(x: float) -> float:
            return x / 2

        arrowsmith.compile(half)(1.0)
        warnings.simplefilter("ignore")
        child = os.fork()
        if child == 0:
            print(arrowsmith.compile(half)(3.0), flush=True)
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
        """
    )
    assert (done.stdout, done.stderr) == ("1.5\n", "")


def test_compiled_functions_say_so(load: Load) -> None:
    session = load(HALF)
    listed = row(session, "p.half")
    assert (listed["tier"], listed["reason"]) == ("native", "compiled")
    assert (listed["determinism"], listed["rows"], listed["side_exits"]) == ("pure", 0, 0)
    assert session.function("p.half")([4.0, 9.0]) == [1.0, 1.5]
    assert row(session, "p.half")["rows"] == 2
    text = session.explain_function("p.half")
    assert text.startswith("p.half(x: float) -> float\nnative: compiled; 0 of 2 rows left")
    assert "    5 |     return math.sqrt(x) / 2\n" in text
    assert len(session.explain_function("p.half", ir=True)) > len(text)


def test_rows_that_leave_are_counted_and_shown_at_their_line(load: Load) -> None:
    session = load("@db.scalar_fn\ndef add(a: int, b: int) -> int:\n    return (a + b) // 4\n")
    add = session.function("p.add")
    big = 2**62
    assert add([1, big, 3], [7, big, 1]) == [2, big // 2, 1]
    listed = row(session, "p.add")
    assert (listed["rows"], listed["side_exits"]) == (3, 1)
    text = session.explain_function("p.add")
    assert "    3 !     return (a + b) // 4\n" in text
    assert "1 row left: " in text


def test_native_is_refused_at_the_line_that_stands_in_its_way(load: Load) -> None:
    source = "@db.scalar_fn{}\ndef f(x: float) -> float:\n    print(x)\n    return x\n"
    with pytest.raises(arrowsmith.PluginLoadError, match=r"column 5: .*print") as failed:
        load(source.format("(tier='native')"))
    assert (failed.value.file, failed.value.line) == ("p", 3)
    session = load(source.format(""))
    assert row(session, "p.f")["reason"].startswith("line 3, column 5: ")
    assert "    3 x     print(x)\n" in session.explain_function("p.f")


def test_what_changed_since_it_was_compiled_runs_as_it_is_now(load: Load) -> None:
    session = load(
        "RATE = 2.0\n"
        "@db.scalar_fn\ndef f(x: float) -> float:\n    return x * RATE\n"
        "@db.scalar_fn(determinism='nondeterministic')\ndef change(to: float) -> float:\n"
        "    global RATE\n    RATE = to\n    return to\n"
    )
    f = session.function("p.f")
    assert (f(3.0), f.tier) == (6.0, "native")
    session.function("p.change")(5.0)
    assert f(3.0) == 15.0
    assert (f.tier, f.tier_reason) == ("inline", "the global RATE changed")


def test_compiled_recursion_gives_the_same() -> None:
    compiled = arrowsmith.compile(gauss, tier="native")
    assert (compiled.tier, compiled.tier_reason) == ("native", "compiled")
    assert [compiled(n) for n in (-1, 0, 200)] == [0, 0, 20100]


def test_compiled_loops_stop_like_any_other(database: arrowsmith.Database) -> None:
    session = database.session()
    session.load_python_plugin(
        "@db.scalar_fn(tier='native')\n"
        "def turns(x: int) -> int:\n"
        "    while x >= 0:\n"
        "        x = (x * 3 + 1) % 1000003\n"
        "    return x\n",
        "p",
    )
    begin = time.monotonic()
    with pytest.raises(arrowsmith.QueryTimeout):
        session.sql("SELECT p.turns(1)", timeout=0.2).collect()
    assert time.monotonic() - begin < 5


def test_the_parts_of_a_class_are_explained_in_its_text(load: Load) -> None:
    session = load(
        "def twice(x):\n    return 2 * x\n\n"
        "@db.aggregate_fn\n"
        "class total:\n"
        '    """Of ints."""\n'
        "    scale = 3\n\n"
        "    def __init__(self):\n"
        "        self.sum = 0\n\n"
        "    def add(self, x: int):\n"
        "        self.sum += twice(x) * self.scale\n\n"
        "    def merge(self, other):\n"
        "        self.sum += other.sum\n\n"
        "    def result(self) -> int:\n"
        "        return self.sum % 7\n"
    )
    assert row(session, "p.total")["determinism"] == "pure"
    query = "SELECT p.total(x) FROM (VALUES (1), (2), (4611686018427387904), (-4)) AS t(x)"
    assert session.sql(query).rows() == [(6 * (2**62 - 1) % 7,)]
    listed = row(session, "p.total")
    assert (listed["tier"], listed["rows"], listed["side_exits"]) == ("native", 4, 2)
    text = session.explain_function("p.total")
    assert text.startswith("p.total(x: int) -> int\nnative: compiled; 2 of 4 rows left for")
    for line in (
        "    7       scale = 3\n",
        "    9 |     def __init__(self):\n",
        "   13 |         self.sum += twice(x) * self.scale\n",
        "   19 |         return self.sum % 7\n",
        # The row behind it finds its state with the interpreter.
        "    2 !     return 2 * x\n",
        "^ 1 row left: an int of more than 64 bits\n",
    ):
        assert line in text, text
    assert text.count("self.sum += other.sum") == 1
    ir = session.explain_function("p.total", ir=True).removeprefix(text)
    assert [ir.count(f"\n{part}: ") for part in ("init", "step", "merge", "finalize")] == [1] * 4


def test_the_parts_in_a_dict_are_explained_one_by_one(load: Load) -> None:
    session = load(
        "def init():\n    return 0\n\n"
        "def step(state, x):\n"
        "    print(x)\n"
        "    return state, x\n\n"
        'db.window_fn("f", args=["int"], returns="int")({"init": init, "step": step})\n'
    )
    assert row(session, "p.f")["reason"] == (
        "line 5, column 5: a call of print, which is not known to be pure"
    )
    text = session.explain_function("p.f")
    assert "    2       return 0\n" in text
    assert "    5 x     print(x)\n" in text


def test_aggregates_and_windows_that_must_be_native(load: Load) -> None:
    native = TOTAL.replace("@db.aggregate_fn", '@db.aggregate_fn(tier="native")')
    assert row(load(native), "p.total")["tier"] == "native"
    with pytest.raises(arrowsmith.PluginLoadError, match=r"column 9: .*print") as failed:
        load(native.replace("self.sum += x", "print(x)"))
    assert (failed.value.file, failed.value.line) == ("p", 7)
