"""What a loader allows, and what is said of the rest."""

import warnings

import pytest

import arrowsmith

ADD = """
@db.scalar_fn
def add(a: int, b: int) -> int:
    return a + b
"""


def test_everything_is_granted_by_default(session, recwarn):
    loaded = session.load_python_plugin(ADD, "calc")
    assert loaded["scalars_registered"] == ["add"]
    assert loaded["denied_capabilities"] == []
    assert not recwarn.list


@pytest.mark.parametrize("name", ["ScalarFn", "scalar_fn", "SCALARFN", "scalarFn", "Scalar_Fn"])
def test_case_and_underscores_do_not_matter(session, name):
    loaded = session.load_python_plugin(ADD, "calc", grants=[name])
    assert loaded["scalars_registered"] == ["add"]


def test_a_missing_grant_warns_at_the_line_that_loads(session):
    expected = r"plugin calc needs grants that were not given: ScalarFn; its functions .* denied"
    with pytest.warns(arrowsmith.GrantWarning, match=expected) as warned:
        loaded = session.load_python_plugin(ADD, "calc", grants=["Procedure"])
    assert [warning.filename for warning in warned] == [__file__]
    assert loaded == {
        "plugin_id": "calc",
        "version": "0.0.0",
        "scalars_registered": [],
        "aggregates_registered": [],
        "procedures_registered": [],
        "windows_registered": [],
        "denied_capabilities": ["ScalarFn"],
    }


def test_a_denied_function_is_denied_and_not_unknown(session):
    with pytest.warns(arrowsmith.GrantWarning):
        session.load_python_plugin(ADD, "calc", grants=[])
    denied = r"calc\.add is denied: the grant ScalarFn was not given"
    for use in (
        lambda: session.sql("SELECT calc.add(1, 2)"),
        lambda: session.sql("SELECT CALC.ADD(1, 2)"),
        lambda: session.function("calc.add"),
    ):
        with pytest.raises(arrowsmith.CapabilityError, match=denied):
            use()
    with pytest.raises(PermissionError):
        session.sql("SELECT calc.add(1, 2)")


def test_strict_raises_and_registers_nothing(session):
    session.load_python_plugin(ADD, "calc")
    expected = "plugin calc needs grants that were not given: ScalarFn"
    with pytest.raises(arrowsmith.CapabilityError, match=expected):
        session.load_python_plugin(ADD.replace("+", "-"), "calc", grants=[], strict=True)
    assert session.sql("SELECT calc.add(1, 2)").rows() == [(3,)]


@pytest.mark.parametrize("unknown", ["Everything", "scalar", "", "Scalar Fn", "ScalarFn;"])
def test_an_unknown_grant_lists_what_exists(session, unknown):
    expected = "grants are ScalarFn, AggregateFn, Procedure, WindowFn"
    with pytest.raises(arrowsmith.CapabilityError, match=expected) as caught:
        session.load_python_plugin(ADD, "calc", grants=["ScalarFn", unknown])
    assert f'unknown grant "{unknown}"' in str(caught.value)
    assert session.plugins().rows() == []


@pytest.mark.parametrize("grants", ["ScalarFn", [1], [None], ["ScalarFn", b"Procedure"]])
def test_grants_are_a_list_of_names(session, grants):
    with pytest.raises(TypeError, match="grants must be a list of capability names"):
        session.load_python_plugin(ADD, "calc", grants=grants)


def test_any_iterable_of_names_will_do(session):
    for grants in (("ScalarFn",), {"scalar_fn"}, (name for name in ["ScalarFn"])):
        assert session.load_python_plugin(ADD, "calc", grants=grants)["scalars_registered"]


def test_every_way_to_load_takes_grants(session, database, tmp_path):
    path = tmp_path / "calc.py"
    path.write_text(ADD)
    plugin = arrowsmith.Plugin("calc")
    plugin.scalar_fn("add", args=["int"], returns="int")(abs)
    session.scalar_fn("add", args=["int"], returns="int")(abs)
    for load in (
        lambda: session.load_plugin(path, grants=[]),
        lambda: session.load_plugin(plugin, []),
        lambda: session.finalize_plugin("calc", grants=[]),
        lambda: database.load_plugin(path, []),
        lambda: database.load_python_plugin(ADD, "calc", []),
    ):
        with pytest.warns(arrowsmith.GrantWarning) as warned:
            assert load()["denied_capabilities"] == ["ScalarFn"]
        assert [warning.filename for warning in warned] == [__file__]


def test_a_warning_that_is_an_error_leaves_everything_as_it_was(session):
    source = "@db.scalar_fn\ndef f(x: int) -> int:\n    return x\n"
    session.scalar_fn("same", args=["int"], returns="int")(abs)
    with warnings.catch_warnings():
        warnings.simplefilter("error", arrowsmith.GrantWarning)
        with pytest.raises(arrowsmith.GrantWarning):
            session.load_python_plugin(source, "p", grants=["WindowFn"])
        with pytest.raises(arrowsmith.GrantWarning):
            session.finalize_plugin("q", grants=["WindowFn"])
    assert session.functions().rows() == []
    session.finalize_plugin("q")
    assert session.sql("SELECT q.same(-1)").rows() == [(1,)]
