"""How a query names a function."""

import pytest

import arrowsmith

SOURCE = """
@db.scalar_fn
def haversine(x: float) -> float:
    return x

@db.scalar_fn
def Area(x: float) -> float:
    return x + 1
"""


@pytest.fixture
def geo(session):
    session.load_python_plugin("db.set_plugin_id('ai.example.geo')\n" + SOURCE, "geo")
    return session


@pytest.mark.parametrize(
    "name",
    [
        "geo.haversine",
        "ai.example.geo.haversine",
        "GEO.HAVERSINE",
        'geo."haversine"',
        '"ai.example.geo".haversine',
    ],
)
def test_spellings(geo, name):
    assert geo.sql(f"SELECT {name}(1.5)").rows() == [(1.5,)]


def test_case(geo):
    assert geo.sql("SELECT geo.Area(1.0), geo.area(2.0)").rows() == [(2.0, 3.0)]
    with pytest.raises(arrowsmith.PlanError, match="unknown function"):
        geo.sql('SELECT geo."area"(1.0)')


def test_the_column_keeps_the_spelling(geo):
    assert geo.sql("SELECT Geo.haversine(1.5), geo.Area(1.0) AS a").columns == [
        "Geo.haversine(1.5)",
        "a",
    ]


def test_use(geo):
    with pytest.raises(arrowsmith.PlanError, match="haversine"):
        geo.sql("SELECT haversine(1.5)")
    geo.use("geo")
    assert geo.sql("SELECT haversine(1.5)").rows() == [(1.5,)]
    with pytest.raises(arrowsmith.PlanError, match="unknown plugin"):
        geo.use("goe")


def test_unknown_names_get_the_nearest(geo):
    with pytest.raises(arrowsmith.PlanError, match=r"did you mean geo\.haversine"):
        geo.sql("SELECT geo.haversin(1.5)")
    with pytest.raises(arrowsmith.PlanError, match=r"upper"):
        geo.sql("SELECT uper('a')")


def test_ambiguous(geo):
    geo.load_python_plugin("db.set_plugin_id('other.geo')\n" + SOURCE, "geo2")
    with pytest.raises(
        arrowsmith.PlanError, match=r"ambiguous.*ai\.example\.geo\.haversine, other\.geo\.haversine"
    ):
        geo.sql("SELECT geo.haversine(1.5)")
    assert geo.sql("SELECT other.geo.haversine(1.5)").rows() == [(1.5,)]


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("geo.haversine()", "takes 1 argument, but got 0"),
        ("geo.haversine(1.0, 2.0)", "takes 1 argument, but got 2"),
        ("geo.haversine('a')", 'argument "x" is float, but got string'),
        ("geo.haversine(true)", 'argument "x" is float, but got bool'),
    ],
)
def test_wrong_calls_fail_at_planning(geo, call, said):
    with pytest.raises(arrowsmith.PlanError, match=said.replace("(", r"\(")):
        geo.sql(f"SELECT {call}")
