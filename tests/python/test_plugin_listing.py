"""What `plugins()` says of what is loaded."""

import datetime as dt
import hashlib

import pytest

import arrowsmith

ADD = """
@db.scalar_fn
def add(a: int, b: int) -> int:
    return a + b

@db.scalar_fn
def less(a: int, b: int) -> int:
    return a - b
"""


def listed(owner):
    return owner.plugins().to_arrow().to_pylist()


def test_a_file(session, tmp_path):
    path = tmp_path / "calc.py"
    path.write_text("db.set_plugin_id('ai.calc')\ndb.set_version('1.2')" + ADD)
    before = dt.datetime.now(dt.UTC)
    session.load_plugin(path)
    [plugin] = listed(session)
    assert before <= plugin.pop("loaded_at") <= dt.datetime.now(dt.UTC)
    assert plugin == {
        "id": "ai.calc",
        "version": "1.2",
        "source": str(path),
        "hash": hashlib.sha256(path.read_bytes()).hexdigest(),
        "functions": ["add", "less"],
        "grants": ["ScalarFn", "AggregateFn", "Procedure", "WindowFn"],
        "denied": [],
        "scope": "session",
    }


def test_text_and_objects(session):
    plugin = arrowsmith.Plugin("made")
    plugin.scalar_fn("same", args=["int"], returns="int")(abs)
    session.load_plugin(plugin)
    session.load_python_plugin(ADD, "calc")
    session.add_function(function)
    text, made, single = listed(session)
    assert [p["id"] for p in (text, made, single)] == ["calc", "made", "session.function"]
    assert [p["source"] for p in (text, made, single)] == ["text", "object", "object"]
    assert text["hash"] == hashlib.sha256(ADD.encode()).hexdigest()
    assert made["hash"] is None


def function(x: int) -> int:
    return x


def test_the_hash_of_a_package_is_that_of_all_its_files(session, tmp_path):
    def load(place, inner, outer=ADD):
        folder = tmp_path / place / "calc"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "__init__.py").write_text("from .inner import N\n" + outer)
        (folder / "inner.py").write_text(inner)
        (folder / "unused.py").write_text(place)
        session.load_plugin(folder)
        return listed(session)[0]["hash"]

    first = load("one", "N = 1")
    assert load("two", "N = 1") == first
    assert load("one", "N = 2") != first
    assert load("one", "N = 1", ADD + "#") != first
    assert load("one", "N = 1") == first


def test_grants_and_what_they_lack(session):
    with pytest.warns(arrowsmith.GrantWarning):
        session.load_python_plugin(ADD, "calc", grants=["window_fn", "procedure"])
    [plugin] = listed(session)
    assert plugin["functions"] == []
    assert plugin["grants"] == ["Procedure", "WindowFn"]
    assert plugin["denied"] == ["ScalarFn"]


def test_the_listing_is_a_relation(session):
    session.load_python_plugin(ADD, "calc")
    session.register("plugins", session.plugins())
    assert session.sql("SELECT id FROM plugins").rows() == [("calc",)]
    before = session.plugins()
    session.unload("calc")
    assert len(before.rows()) == 1
    assert session.plugins().rows() == []


def test_the_listing_of_a_closed_session_or_database(database):
    session = database.session()
    session.close()
    with pytest.raises(arrowsmith.ClosedError):
        session.plugins()
    database.close()
    with pytest.raises(arrowsmith.ClosedError):
        database.plugins()
