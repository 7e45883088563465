"""Plugins of a database, which all of its sessions see."""

import gc

import pytest

import arrowsmith

SOURCE = """
@db.scalar_fn
def version(x: int) -> int:
    return {}
"""


def version(session, plugin="calc"):
    return session.sql(f"SELECT {plugin}.version(0) AS v").rows()[0][0]


def load(owner, number, plugin="calc", **options):
    return owner.load_python_plugin(SOURCE.format(number), plugin, **options)


def test_every_session_sees_it(database):
    earlier = database.session()
    assert load(database, 1)["scalars_registered"] == ["version"]
    later = database.session()
    assert version(earlier) == version(later) == 1
    assert earlier.function("calc.version")([0]) == [1]
    assert [row[0] for row in earlier.functions().rows()] == ["calc.version"]
    load(database, 2)
    assert version(earlier) == version(later) == 2
    assert database.unload("calc")
    assert not database.unload("calc")
    for session in (earlier, later, database.session()):
        with pytest.raises(arrowsmith.PlanError, match="unknown function"):
            version(session)


def test_files_and_reloading(database, tmp_path):
    path = tmp_path / "calc.py"
    path.write_text(SOURCE.format(1))
    session = database.session()
    database.load_plugin(path)
    path.write_text(SOURCE.format(2))
    assert version(session) == 1
    database.reload("calc")
    assert version(session) == 2
    with pytest.raises(arrowsmith.PluginLoadError, match="loaded already"):
        database.load_plugin(path, replace=False)


def test_a_session_s_plugin_hides_it_as_a_whole(database):
    session, other = database.session(), database.session()
    database.load_python_plugin(
        SOURCE.format(1) + "\n@db.scalar_fn\ndef more(x: int) -> int: return x\n", "calc"
    )
    load(session, 2, replace=False)  # it hides, it doesn't replace
    assert (version(session), version(other)) == (2, 1)
    with pytest.raises(arrowsmith.PlanError, match="unknown function"):
        session.sql("SELECT calc.more(1)")
    assert other.sql("SELECT calc.more(1) AS m").rows() == [(1,)]
    load(database, 3)
    assert (version(session), version(other)) == (2, 3)
    assert session.unload("calc")
    assert version(session) == 3
    assert not session.unload("calc")


def test_a_session_cannot_reload_what_it_only_sees(database, tmp_path):
    path = tmp_path / "calc.py"
    path.write_text(SOURCE.format(1))
    database.load_plugin(path)
    with pytest.raises(arrowsmith.PluginLoadError, match=r"calc is .* database's"):
        database.session().reload("calc")


def test_listings_say_whose_they_are(database):
    session = database.session()
    load(database, 1, "of_database")
    load(database, 1, "calc")
    load(session, 2, "calc")
    scopes = {row["id"]: row["scope"] for row in session.plugins().to_arrow().to_pylist()}
    assert scopes == {"calc": "session", "of_database": "database"}
    scopes = {row["id"]: row["scope"] for row in database.plugins().to_arrow().to_pylist()}
    assert scopes == {"calc": "database", "of_database": "database"}


def test_names_of_both_levels_follow_the_same_rules(database):
    session = database.session()
    load(database, 1, "ai.calc")
    session.use("calc")
    assert session.sql("SELECT version(0) AS v").rows() == [(1,)]
    with pytest.raises(arrowsmith.PlanError):
        database.session().sql("SELECT version(0)")
    load(session, 2, "my.calc")
    with pytest.raises(arrowsmith.PlanError, match=r"ambiguous.*ai\.calc\.version, my\.calc"):
        version(session)
    assert version(session, "ai.calc") == 1
    assert version(session, "my.calc") == 2


def test_grants_hold_in_every_session(database):
    session = database.session()
    with pytest.warns(arrowsmith.GrantWarning):
        load(database, 1, grants=[])
    with pytest.raises(arrowsmith.CapabilityError, match="denied"):
        version(session)
    load(session, 2)
    assert version(session) == 2


def test_the_end_of_a_session_leaves_it_alone(database):
    load(database, 1)
    for _ in range(3):
        with database.session() as session:
            load(session, 2, "own")
            assert version(session) == 1
        assert session.closed
    del session
    assert version(database.session()) == 1


def test_a_running_query_finishes_with_what_it_started_with(database, while_it_runs):
    session = database.session()
    load(database, 1)
    query = "SELECT calc.version(wait(value)) AS v FROM generate_series(1, 3)"
    assert while_it_runs(session, query, lambda: load(database, 2)) == [(1,), (1,), (1,)]
    assert version(session) == 2


def test_closing_the_database_frees_all(is_gone):
    database = arrowsmith.Database.in_memory(threads=1)
    session = database.session()
    load(database, 1, "freed_with_its_database")
    assert version(session, "freed_with_its_database") == 1
    database.close()
    with pytest.raises(arrowsmith.ClosedError):
        load(database, 1)
    with arrowsmith.Database.in_memory(threads=1) as other:
        assert is_gone(other.session(), "freed_with_its_database")


def test_a_session_outlives_its_database_object():
    session = arrowsmith.Database.in_memory(threads=1).session()
    gc.collect()
    load(session, 1)
    assert version(session) == 1
