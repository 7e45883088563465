"""New versions of a plugin in place of old ones."""

import sys
import threading
import types

import pytest

import arrowsmith

VERSIONED = """
db.set_version("{0}")

@db.scalar_fn
def version(x: int) -> int:
    return {0}

@db.scalar_fn
def only{0}(x: int) -> int:
    return x
"""


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "calc.py"
    path.write_text(VERSIONED.format(1))
    return path


def version(session):
    return session.sql("SELECT calc.version(0) AS v").rows()[0][0]


def test_reloading_reads_the_file_again(session, path):
    session.load_plugin(path)
    path.write_text(VERSIONED.format(2))
    assert version(session) == 1
    outcome = session.reload("calc")
    assert (outcome["version"], outcome["scalars_registered"]) == ("2", ["version", "only2"])
    assert version(session) == 2
    with pytest.raises(arrowsmith.PlanError, match="unknown function"):
        session.sql("SELECT calc.only1(1)")


def test_reloading_reads_all_of_a_package(session, tmp_path):
    folder = tmp_path / "calc"
    folder.mkdir()
    (folder / "__init__.py").write_text(
        "from .inner import N\n@db.scalar_fn\ndef version(x: int) -> int: return N\n"
    )
    (folder / "inner.py").write_text("N = 1\n")
    session.load_plugin(folder)
    assert version(session) == 1
    (folder / "inner.py").write_text("N = 22\n")
    session.reload("calc")
    assert version(session) == 22


def test_a_relative_path_stays_the_same_file(session, path, monkeypatch):
    monkeypatch.chdir(path.parent)
    session.load_plugin("calc.py")
    monkeypatch.chdir("/")
    path.write_text(VERSIONED.format(2))
    session.reload("calc")
    assert version(session) == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "cannot read the plugin: No such file"),
        ("1 / 0", "ZeroDivisionError"),
        ("def f(:", "invalid syntax"),
        ("x = 1", "declares no functions"),
        (
            "db.set_plugin_id('other')" + VERSIONED.format(2),
            r"now holds the plugin other, not calc.*unload calc",
        ),
    ],
)
def test_the_old_version_stays_when_the_file_is_no_good(session, path, text, message):
    session.load_plugin(path)
    path.unlink() if text is None else path.write_text(text)
    with pytest.raises(arrowsmith.PluginLoadError, match=message) as caught:
        session.reload("calc")
    assert caught.value.file == str(path)
    assert version(session) == 1
    assert [row[0] for row in session.plugins().rows()] == ["calc"]


def test_text_and_objects_cannot_be_read_again(session):
    session.load_python_plugin(VERSIONED.format(1), "calc")
    with pytest.raises(arrowsmith.PluginLoadError, match=r"came from text.*load_python_plugin"):
        session.reload("calc")
    plugin = arrowsmith.Plugin("made")
    plugin.scalar_fn("same", args=["int"], returns="int")(abs)
    session.load_plugin(plugin)
    with pytest.raises(arrowsmith.PluginLoadError, match=r"came from an object.*load_plugin"):
        session.reload("made")


def test_what_is_not_loaded_cannot_be_reloaded(session, path):
    session.load_plugin(path)
    with pytest.raises(arrowsmith.PlanError, match=r'unknown plugin "calk"; did you mean calc\?'):
        session.reload("calk")


def test_reloading_keeps_the_grants(session, path):
    with pytest.warns(arrowsmith.GrantWarning):
        session.load_plugin(path, grants=["Procedure"])
    with pytest.warns(arrowsmith.GrantWarning, match="ScalarFn"):
        outcome = session.reload("calc")
    assert outcome["denied_capabilities"] == ["ScalarFn"]
    with pytest.raises(arrowsmith.CapabilityError):
        version(session)


def test_reloading_keeps_bare_names(session, path):
    session.load_plugin(path)
    session.use("calc")
    path.write_text(VERSIONED.format(2))
    session.reload("calc")
    assert session.sql("SELECT version(0) AS v").rows() == [(2,)]


def test_other_sessions_are_not_touched(database, path):
    one, other = database.session(), database.session()
    for session in (one, other):
        session.load_plugin(path)
    path.write_text(VERSIONED.format(2))
    one.reload("calc")
    assert (version(one), version(other)) == (2, 1)


@pytest.mark.parametrize("change", ["reload", "unload", "load_python_plugin"])
def test_a_running_query_finishes_with_what_it_started_with(session, path, change, while_it_runs):
    def act():
        path.write_text(VERSIONED.format(2))
        arguments = [VERSIONED.format(2)] if change == "load_python_plugin" else []
        getattr(session, change)(*arguments, "calc")

    session.load_plugin(path)
    query = "SELECT calc.version(wait(value)) AS v FROM generate_series(1, 3)"
    assert while_it_runs(session, query, act) == [(1,), (1,), (1,)]
    if change != "unload":
        assert version(session) == 2


# Refusing to replace


def test_loading_may_refuse_to_replace(session, path):
    session.load_plugin(path, replace=False)
    expected = rf"calc is loaded already: version 1 from {path}; unload it first, or .*replace=True"
    for load in (
        lambda: session.load_plugin(path, replace=False),
        lambda: session.load_python_plugin(VERSIONED.format(2), "calc", replace=False),
    ):
        with pytest.raises(arrowsmith.PluginLoadError, match=expected):
            load()
    assert version(session) == 1
    session.unload("calc")
    session.load_python_plugin(VERSIONED.format(2), "calc", replace=False)
    assert version(session) == 2


def test_a_slow_reload_does_not_undo_a_later_one(session, path):
    host = types.ModuleType("reload_host")
    host.begun, host.goes_on = threading.Event(), threading.Event()
    sys.modules["reload_host"] = host
    try:
        session.load_plugin(path)
        slow = "from reload_host import begun, goes_on\nbegun.set()\ngoes_on.wait(10)\n"
        path.write_text(slow + VERSIONED.format(2))
        errors = []

        def reload():
            try:
                session.reload("calc")
            except arrowsmith.PluginLoadError as error:
                errors.append(str(error))

        thread = threading.Thread(target=reload)
        thread.start()
        assert host.begun.wait(10)
        path.write_text(VERSIONED.format(3))
        session.reload("calc")
        host.goes_on.set()
        thread.join()
    finally:
        del sys.modules["reload_host"]
    assert version(session) == 3
    assert len(errors) == 1
    assert "loaded anew meanwhile" in errors[0]
