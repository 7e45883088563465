"""Plugins in every form, and what a bad one is told."""

import functools
import gc
import textwrap
import time
import types
import weakref
from pathlib import Path

import pytest

import arrowsmith

ADD = """
@db.scalar_fn
def add(a: int, b: int) -> int:
    return a + b
"""


def outcome(**given):
    empty = {
        "scalars_registered": [],
        "aggregates_registered": [],
        "procedures_registered": [],
        "windows_registered": [],
        "denied_capabilities": [],
    }
    return empty | given


def test_source_text(session):
    loaded = session.load_python_plugin(ADD, "calc")
    assert loaded == outcome(plugin_id="calc", version="0.0.0", scalars_registered=["add"])
    assert session.sql("SELECT calc.add(1, 2)").rows() == [(3,)]


def test_file_with_id_and_version(session, tmp_path):
    path = tmp_path / "calc.py"
    path.write_text("db.set_plugin_id('ai.example.calc')\ndb.set_version('1.2.3')\n" + ADD)
    loaded = session.load_plugin(path)
    assert (loaded["plugin_id"], loaded["version"]) == ("ai.example.calc", "1.2.3")
    assert session.sql("SELECT calc.add(1, 2), ai.example.calc.add(3, 4)").rows() == [(3, 7)]


def test_package_folder_with_a_relative_import(session, tmp_path):
    folder = tmp_path / "calc"
    folder.mkdir()
    (folder / "__init__.py").write_text(
        "from .inner import TWO\n" + ADD.replace("a + b", "TWO * a + b")
    )
    (folder / "inner.py").write_text("TWO = 2\n")
    session.load_plugin(folder)
    assert session.sql("SELECT calc.add(10, 1)").rows() == [(21,)]


def test_module_and_plugin_objects(session):
    plugin = arrowsmith.Plugin("ai.example.calc", "1.0.0")

    @plugin.scalar_fn("twice", args=["int"], returns="int")
    def twice(x):
        return 2 * x

    assert twice(4) == 8  # the decorator gives the function back
    assert session.load_plugin(plugin)["scalars_registered"] == ["twice"]
    module = types.ModuleType("other")
    module.plugin = plugin
    assert session.load_plugin(module)["plugin_id"] == "ai.example.calc"
    assert session.sql("SELECT calc.twice(21)").rows() == [(42,)]


def test_reload_replaces_the_whole_plugin(session):
    session.load_python_plugin(ADD + ADD.replace("add", "sub"), "calc")
    before = session.sql("SELECT calc.add(1, 1)")
    session.load_python_plugin(ADD.replace("a + b", "a * 100 + b"), "calc")
    assert session.sql("SELECT calc.add(1, 1)").rows() == [(101,)]
    assert before.rows() == [(2,)]  # planned with the old version, runs with it
    with pytest.raises(arrowsmith.PlanError, match=r"unknown function calc\.sub"):
        session.sql("SELECT calc.sub(1, 1)")


BAD = {
    "syntax": ("x = 1\ndef f(:\n", 2, "syntax"),
    "import": ("\nimport no_such_module_anywhere\n", 2, "no_such_module_anywhere"),
    "raises": ("x = 1\n\nboom = 1 / 0\n", 3, "ZeroDivisionError"),
    "no functions": ("x = 1\n", None, "declares no functions"),
    "duplicate": (ADD + ADD, 7, "add"),
    "unknown type": (ADD.replace("a: int", "a: 'number'"), 3, "number"),
    "unknown type in args": (
        "@db.scalar_fn('f', args=['floaty'], returns='float')\ndef f(x): return x\n",
        2,
        "floaty",
    ),
    "empty id": ("db.set_plugin_id('')\n" + ADD, 1, "empty"),
    "arity": (
        "@db.scalar_fn('f', args=['int', 'int'], returns='int')\ndef f(x): return x\n",
        2,
        "2",
    ),
    "no annotation": ("@db.scalar_fn\ndef f(x) -> int: return x\n", 2, "x"),
    "no return annotation": ("@db.scalar_fn\ndef f(x: int): return x\n", 2, "return"),
    "determinism": (
        "@db.scalar_fn('f', ['int'], 'int', determinism='sometimes')\ndef f(x): return x\n",
        2,
        "sometimes",
    ),
    "nulls": (
        "@db.scalar_fn('f', args=['int'], returns='int', nulls='ignore')\ndef f(x): return x\n",
        2,
        "ignore",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_plugin_is_refused_with_file_and_line(session, tmp_path, case):
    source, line, said = BAD[case]
    path = tmp_path / "bad.py"
    path.write_text(source)
    with pytest.raises(arrowsmith.PluginLoadError) as caught:
        session.load_plugin(path)
    error = caught.value
    assert isinstance(error, ImportError)
    assert Path(error.file) == path
    if line is not None:
        # a decorated function is found by its decorator or by its `def`
        assert error.line in (line, line - 1), str(error)
    assert said in str(error)
    assert session.functions().rows() == []
    assert session.sql("SELECT 1").rows() == [(1,)]


def test_a_failing_import_keeps_its_cause(session):
    with pytest.raises(arrowsmith.PluginLoadError) as caught:
        session.load_python_plugin("def helper():\n    raise KeyError('inner')\nhelper()\n", "bad")
    assert isinstance(caught.value.__cause__, KeyError)


def test_a_missing_file_is_named(session, tmp_path):
    with pytest.raises(arrowsmith.PluginLoadError, match=r"nowhere\.py"):
        session.load_plugin(tmp_path / "nowhere.py")


def test_nothing_stays_of_a_plugin_that_failed(session):
    session.load_python_plugin(ADD, "calc")
    with pytest.raises(arrowsmith.PluginLoadError):
        session.load_python_plugin(ADD.replace("add", "sub") + "\nboom\n", "calc")
    assert [row[0] for row in session.functions().rows()] == ["calc.add"]


def test_functions_lists_what_is_in_force(session):
    source = textwrap.dedent(
        """
        @db.scalar_fn(determinism="pure", tier="inline")
        def f(x: float, y: float | None) -> float:
            return x
        """
    )
    session.load_python_plugin(source, "p")
    [row] = session.functions().rows()
    assert row == (
        "p.f", "scalar", "row", "(x: float, y: float?) -> float", "x: skip, y: pass",
        "pure", "raise", None, True, "inline", "declared", None, None, "0.0.0",
    )  # fmt: skip


def test_nothing_runs_without_a_known_grant_or_an_open_session(session, capsys):
    source = "print('ran')\n" + ADD
    with pytest.raises(arrowsmith.CapabilityError):
        session.load_python_plugin(source, "calc", grants=["Nope"])
    session.close()
    with pytest.raises(arrowsmith.ClosedError):
        session.load_python_plugin(source, "calc")
    assert capsys.readouterr().out == ""


def test_close_releases_the_plugins(database):
    session = database.session()

    class Big:
        def __call__(self, x: int) -> int:
            return x

    big = Big()
    kept = weakref.ref(big)
    plugin = arrowsmith.Plugin("p")
    plugin.scalar_fn("big")(big)
    session.load_plugin(plugin)
    assert session.sql("SELECT p.big(1)").rows() == [(1,)]
    session.close()
    del big, plugin, session
    gc.collect()
    assert kept() is None


def test_helpers_that_share_helpers_load_at_once(session):
    levels = 30
    lines = ["def h0_0(x): return x", "def h0_1(x): return x"]
    lines += [
        f"def h{level}_{side}(x): return h{level - 1}_0(x) + h{level - 1}_1(x)"
        for level in range(1, levels)
        for side in range(2)
    ]
    lines.append(f"@db.scalar_fn\ndef f(x: int) -> int:\n    return h{levels - 1}_0(x)")
    start = time.monotonic()
    session.load_python_plugin("\n".join(lines), "deep")
    assert time.monotonic() - start < 5


def test_callables_of_every_kind(session):
    class Static:
        @staticmethod
        def __call__(x: float) -> float:
            return x + 1

    class Method:
        def add(self, x: float) -> float:
            return -1.0 if x is None else x + 2

    plugin = arrowsmith.Plugin("p")
    plugin.scalar_fn("static")(Static())
    plugin.scalar_fn("method")(Method().add)
    plugin.scalar_fn("part", args=["float"], returns="float")(functools.partial(pow, 2.0))
    plugin.scalar_fn("cached")(functools.lru_cache(never_none))
    session.load_plugin(plugin)
    [row] = session.sql("SELECT p.static(1.0), p.method(NULL), p.part(3.0), p.cached(NULL)").rows()
    assert row == (2.0, -1.0, 8.0, 7.0)


def never_none(x: float) -> float:
    return 7.0 if x is None else x


def test_add_function(session):
    @session.add_function
    def shout(word: str) -> str:
        return word.upper()

    assert shout("a") == "A"
    assert session.sql("SELECT shout('b')").rows() == [("B",)]
    with pytest.raises(arrowsmith.PluginLoadError, match="quiet"):
        session.add_function(quiet)
    with pytest.raises(arrowsmith.PluginLoadError):
        session.add_function(lambda word: word)


def quiet(word) -> str:
    return word
