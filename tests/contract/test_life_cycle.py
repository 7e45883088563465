"""A plugin comes, is replaced as a whole, and goes; what runs goes on with what it started with."""

import hashlib
import threading

import pytest

import arrowsmith

TEXT = """
db.set_version("{0}")

@db.scalar_fn
def version(x: int) -> int:
    return {0}

@db.scalar_fn
def only{0}(x: int) -> int:
    return {0}
"""


def test_loading_again_replaces_the_whole_plugin(host):
    host.load(TEXT.format(1))
    host.load(TEXT.format(2))
    assert host.value("p.version(0)") == 2
    with pytest.raises(arrowsmith.PlanError, match="unknown"):
        host.value("p.only1(0)")


def test_unless_it_must_not(host):
    host.load(TEXT.format(1))
    with pytest.raises(arrowsmith.PluginLoadError, match="loaded already: version 1 from text"):
        host.load(TEXT.format(2), replace=False)
    assert host.value("p.version(0)") == 1


def test_reloading_reads_the_file_again(host, tmp_path):
    path = tmp_path / "p.py"
    path.write_text(TEXT.format(1))
    host.load(path)
    path.write_text(TEXT.format(2))
    assert host.reload("p")["version"] == "2"
    assert host.value("p.version(0)") == 2
    path.write_text("1 / 0")
    with pytest.raises(arrowsmith.PluginLoadError):
        host.reload("p")
    assert host.value("p.version(0)") == 2


def test_what_runs_keeps_its_snapshot(host):
    running, changed = threading.Event(), threading.Event()

    def wait(x: int) -> int:
        running.set()
        assert changed.wait(30)
        return x

    host.add_function(wait)
    host.load(TEXT.format(1))
    rows = []

    def run():
        rows.extend(host.values("SELECT p.version(wait(value)) FROM generate_series(1, 3)"))

    thread = threading.Thread(target=run)
    thread.start()
    assert running.wait(30)
    host.load(TEXT.format(2))
    changed.set()
    thread.join(30)
    assert rows == [1, 1, 1]
    assert host.value("p.version(0)") == 2


def test_unloading(host):
    host.load(TEXT.format(1))
    assert host.unload("p")
    assert not host.unload("p")
    with pytest.raises(arrowsmith.PlanError, match="unknown"):
        host.value("p.version(0)")


def test_sessions_have_their_own_plugins(host):
    other = host.another()
    host.load(TEXT.format(1))
    assert other.plugins() == {}
    other.load(TEXT.format(2))
    assert (host.value("p.version(0)"), other.value("p.version(0)")) == (1, 2)


def test_a_database_s_plugin_is_every_session_s_until_one_has_its_own(host):
    other = host.another()
    host.load_for_all(TEXT.format(1))
    assert (host.value("p.version(0)"), other.value("p.version(0)")) == (1, 1)
    host.load(TEXT.format(2))
    assert (host.value("p.version(0)"), other.value("p.version(0)")) == (2, 1)
    with pytest.raises(arrowsmith.PlanError, match="unknown"):
        host.value("p.only1(0)")  # hidden as a whole
    host.unload("p")
    assert host.value("p.version(0)") == 1


def test_plugins_lists_what_is_loaded(host):
    host.load(TEXT.format(1))
    listed = host.plugins()["p"]
    assert listed.pop("loaded_at").tzinfo is not None
    assert listed == {
        "id": "p",
        "version": "1",
        "source": "text",
        "hash": hashlib.sha256(TEXT.format(1).encode()).hexdigest(),
        "functions": ["version", "only1"],
        "grants": ["ScalarFn", "AggregateFn", "Procedure", "WindowFn"],
        "denied": [],
        "scope": "session",
    }
