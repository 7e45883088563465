"""What stays of a plugin that was unloaded, replaced or refused: nothing."""

import gc
import linecache
import signal
import sys

import pytest

import arrowsmith

ADD = """
@db.scalar_fn
def add(a: int, b: int) -> int:
    return a + b
"""
HANDLERS = """
import signal
signal.signal(signal.SIGINT, lambda *_: None)
signal.signal(signal.SIGTERM, signal.SIG_IGN)
"""


def modules(stem):
    return [name for name in sys.modules.copy() if name.endswith(stem) and "plugin" in name]


def test_unload(session):
    session.load_python_plugin(ADD, "tidy")
    assert session.unload("tidy")
    assert not session.unload("tidy")
    with pytest.raises(arrowsmith.PlanError):
        session.sql("SELECT tidy.add(1, 2)")
    assert not hasattr(session, "unload_plugin")


def test_unloading_removes_the_module_and_the_text(session, is_gone):
    session.load_python_plugin(ADD, "tidy")
    assert session.sql("SELECT tidy.add(1, 2)").rows() == [(3,)]
    assert len(modules("tidy")) == 1
    assert "tidy" in linecache.cache
    session.unload("tidy")
    assert is_gone(session, "tidy", "tidy")


def test_unloading_removes_the_modules_of_a_package(session, tmp_path, is_gone):
    folder = tmp_path / "tidy"
    folder.mkdir()
    (folder / "__init__.py").write_text("from .inner import TWO\n" + ADD)
    (folder / "inner.py").write_text("TWO = 2\n")
    session.load_plugin(folder)
    assert len(modules("tidy")) == len(modules("inner")) == 1
    session.unload("tidy")
    assert is_gone(session, "tidy", str(folder / "__init__.py"), str(folder / "inner.py"))
    assert modules("inner") == []


def test_a_query_that_was_planned_keeps_its_plugin(session, is_gone):
    source = "import sys\n\n@db.scalar_fn\ndef here(x: int) -> bool:\n    return {}\n"
    session.load_python_plugin(source.format("__name__ in sys.modules"), "tidy")
    relation = session.sql("SELECT tidy.here(1)")
    function = session.function("tidy.here")
    session.unload("tidy")
    assert relation.rows() == [(True,)]
    del relation
    gc.collect()
    assert function(1) is True
    del function
    assert is_gone(session, "tidy", "tidy")


def test_a_replaced_version_goes_and_the_new_one_stays(session, tmp_path, is_gone):
    path = tmp_path / "tidy.py"
    path.write_text(ADD)
    session.load_plugin(path)
    [old] = modules("tidy")
    path.write_text("# new\n" + ADD)
    session.load_plugin(path)
    assert is_gone(session, old)
    assert len(modules("tidy")) == 1
    assert linecache.getline(str(path), 1) == "# new\n"


def test_nothing_stays_of_a_failed_load(session, tmp_path):
    path = tmp_path / "tidy.py"
    for text in ("1 / 0\n", "x = 1\n", "def f(:\n", ADD + ADD, "raise SystemExit\n"):
        path.write_text(text)
        with pytest.raises(arrowsmith.PluginLoadError):
            session.load_plugin(path)
        assert modules("tidy") == []
        assert str(path) not in linecache.cache


def test_a_failed_load_leaves_the_version_that_runs_alone(session, tmp_path):
    path = tmp_path / "tidy.py"
    path.write_text("# fine\n" + ADD)
    session.load_plugin(path)
    path.write_text("1 / 0\n")
    with pytest.raises(arrowsmith.PluginLoadError):
        session.load_plugin(path)
    assert len(modules("tidy")) == 1
    assert linecache.getline(str(path), 1) == "# fine\n"
    assert session.sql("SELECT tidy.add(1, 2)").rows() == [(3,)]


def test_closing_the_session_unloads(database, is_gone):
    session = database.session()
    session.load_python_plugin(ADD, "tidy")
    session.close()
    del session
    assert is_gone(database.session(), "tidy", "tidy")


@pytest.mark.parametrize(
    "line",
    [
        "del sys.modules[__name__]",
        "sys.modules[__name__] = object()",
        "sys.modules[__name__ + '.inner'] = None",
    ],
)
def test_a_plugin_that_meddles_with_its_modules(session, line, is_gone):
    session.load_python_plugin(f"import sys\n{line}\n{ADD}", "tidy")
    assert session.sql("SELECT tidy.add(1, 2)").rows() == [(3,)]
    session.unload("tidy")
    assert is_gone(session, "tidy", "tidy")


# Signal handlers


def test_signal_handlers_are_put_back(session):
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    with pytest.warns(UserWarning, match="installed a handler") as warned:
        session.load_python_plugin(HANDLERS + ADD, "rude")
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before
    texts = [str(warning.message) for warning in warned]
    assert ["rude" in text for text in texts] == [True, True]
    assert ["SIGINT" in texts[0], "SIGTERM" in texts[1]] == [True, True]
    assert session.sql("SELECT rude.add(1, 2)").rows() == [(3,)]


def test_signal_handlers_are_put_back_after_a_failure(session):
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    with pytest.raises(arrowsmith.PluginLoadError, match="ZeroDivisionError"):
        session.load_python_plugin(HANDLERS + "1 / 0", "rude")
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


def test_ctrl_c_while_loading_passes_through(session, is_gone):
    with pytest.raises(KeyboardInterrupt):
        session.load_python_plugin("raise KeyboardInterrupt", "tidy")
    assert is_gone(session, "tidy", "tidy")
