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
        """.replace("\n        ", "\n")
        + TOTAL
    )
    reasons = {
        "p.declared": "declared",
        "p.arrays": "vectorized",
        "p.model": "a class",
        "p.closure": "it has a closure",
        "p.total": "an aggregate",
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
        with pytest.raises(arrowsmith.PluginLoadError, match="can't be compiled: an aggregate"):
            strict.load_python_plugin(TOTAL, "own")


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
