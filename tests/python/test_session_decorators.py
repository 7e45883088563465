"""Functions that are written right in a session."""

import pytest

import arrowsmith


def test_nothing_is_callable_before_it_is_finalized(session):
    @session.scalar_fn
    def double(x: float) -> float:
        return 2 * x

    @session.scalar_fn("add", args=["int", "int"], returns="int", determinism="pure")
    def plus(a, b):
        return a + b

    assert (double(2.0), plus(1, 2)) == (4.0, 3)  # they come back unchanged
    session.set_plugin_id("ai.example.calc")
    session.set_version("1.2.3")
    assert session.plugins().rows() == []
    with pytest.raises(arrowsmith.PlanError, match="unknown function"):
        session.sql("SELECT calc.double(1.0)")
    outcome = session.finalize_plugin()
    assert outcome["plugin_id"] == "ai.example.calc"
    assert outcome["version"] == "1.2.3"
    assert outcome["scalars_registered"] == ["double", "add"]
    assert session.sql("SELECT calc.double(1.5), calc.add(1, 2)").rows() == [(3.0, 3)]


def test_finalize_takes_id_version_and_grants_by_position(session):
    session.set_plugin_id("other")
    session.set_version("0.1")
    session.scalar_fn("same", args=["int"], returns="int")(abs)
    outcome = session.finalize_plugin("calc", "2.0.0", ["ScalarFn"])
    assert (outcome["plugin_id"], outcome["version"]) == ("calc", "2.0.0")


def test_there_must_be_something_to_finalize(session):
    with pytest.raises(arrowsmith.PluginLoadError, match=r"nothing was declared.*@session"):
        session.finalize_plugin("calc")
    session.scalar_fn("same", args=["int"], returns="int")(abs)
    with pytest.raises(arrowsmith.PluginLoadError, match=r"no id.*set_plugin_id"):
        session.finalize_plugin()
    assert session.finalize_plugin("calc")["scalars_registered"] == ["same"]


def test_after_success_nothing_is_gathered(session):
    session.set_plugin_id("calc")
    session.scalar_fn("same", args=["int"], returns="int")(abs)
    session.finalize_plugin()
    with pytest.raises(arrowsmith.PluginLoadError, match="nothing was declared"):
        session.finalize_plugin("calc")
    session.scalar_fn("other", args=["int"], returns="int")(abs)
    with pytest.raises(arrowsmith.PluginLoadError, match="no id"):
        session.finalize_plugin()
    session.finalize_plugin("more")
    assert session.sql("SELECT calc.same(-1), more.other(-2)").rows() == [(1, 2)]


def test_a_failed_finalize_keeps_what_was_gathered(session):
    @session.scalar_fn
    def good(x: int) -> int:
        return x

    @session.scalar_fn
    def bad(x: complex) -> int:
        return x

    for _ in range(2):
        with pytest.raises(arrowsmith.PluginLoadError, match="bad") as caught:
            session.finalize_plugin("calc")
        assert caught.value.file == __file__
    assert session.plugins().rows() == []

    @session.scalar_fn("bad")
    def mended(x: int) -> int:
        return -x

    assert session.finalize_plugin("calc")["scalars_registered"] == ["good", "bad"]
    assert session.sql("SELECT calc.good(1), calc.bad(1)").rows() == [(1, -1)]


def test_a_failure_of_any_kind_can_be_retried(session):
    session.scalar_fn("same", args=["int"], returns="int")(abs)
    for options in (
        {"grants": ["Nope"]},
        {"grants": [], "strict": True},
        {"version": " "},
        {"plugin_id": ""},
        {"plugin_id": "a..b"},
    ):
        with pytest.raises(arrowsmith.ArrowsmithError):
            session.finalize_plugin(**({"plugin_id": "calc"} | options))
    assert session.finalize_plugin("calc")["scalars_registered"] == ["same"]


def test_the_last_declaration_of_a_name_counts(session):
    for factor in (1, 2, 3):
        session.scalar_fn("times", args=["int"], returns="int")(lambda x, factor=factor: x * factor)
    assert session.finalize_plugin("calc")["scalars_registered"] == ["times"]
    assert session.sql("SELECT calc.times(2)").rows() == [(6,)]


def test_a_function_without_a_name_is_refused_with_its_line(session):
    session.scalar_fn(args=["int"], returns="int")(lambda x: x)
    with pytest.raises(arrowsmith.PluginLoadError, match="a lambda has no name") as caught:
        session.finalize_plugin("calc")
    assert caught.value.file == __file__


def test_a_bad_id_is_told_at_once(session):
    with pytest.raises(
        arrowsmith.PluginLoadError, match=r"decorators\.py:\d+: the plugin id is empty"
    ):
        session.set_plugin_id("")
    with pytest.raises(arrowsmith.PluginLoadError, match="version must be a string"):
        session.set_version(2)


def test_finalizing_again_replaces_the_plugin_as_a_whole(session):
    session.scalar_fn("first", args=["int"], returns="int")(abs)
    session.finalize_plugin("calc")
    session.scalar_fn("second", args=["int"], returns="int")(abs)
    with pytest.raises(arrowsmith.PluginLoadError, match="loaded already"):
        session.finalize_plugin("calc", replace=False)
    session.finalize_plugin("calc")
    assert [row[0] for row in session.functions().rows()] == ["calc.second"]


def test_each_session_gathers_for_itself(database):
    one, other = database.session(), database.session()
    one.scalar_fn("same", args=["int"], returns="int")(abs)
    with pytest.raises(arrowsmith.PluginLoadError, match="nothing was declared"):
        other.finalize_plugin("calc")


def test_a_closed_session_finalizes_nothing(session):
    session.scalar_fn("same", args=["int"], returns="int")(abs)
    session.close()
    with pytest.raises(arrowsmith.ClosedError):
        session.finalize_plugin("calc")


@pytest.mark.parametrize("name", [None, ["no text"]])
def test_what_has_no_name_can_be_taken_back(session, name):
    session.scalar_fn(name, args=["int"], returns="int")(lambda x: x)
    for _ in range(2):
        with pytest.raises(arrowsmith.PluginLoadError, match=r"no name|no text"):
            session.finalize_plugin("calc")
    session.discard_plugin()
    session.scalar_fn("same", args=["int"], returns="int")(abs)
    session.finalize_plugin("calc")
    assert session.sql("SELECT calc.same(-1)").rows() == [(1,)]
