"""A name means one function, or says why not."""

import pytest

import arrowsmith

TEXT = """
@db.scalar_fn
def Area(x: int) -> int:
    return x * x
"""


@pytest.fixture
def geo(host):
    host.load(TEXT, "ai.example.geo")
    return host


@pytest.mark.parametrize(
    "name",
    [
        "ai.example.geo.Area",
        "geo.Area",
        "geo.area",
        "GEO.AREA",
        '"ai.example.geo"."Area"',
        'geo."Area"',
    ],
)
def test_the_whole_id_or_its_last_segment_in_exact_or_folded_case(geo, name):
    assert geo.value(f"{name}(3)") == 9


def test_the_column_is_called_as_it_is_written(geo):
    assert geo.columns("SELECT GEO.area(3)") == ["GEO.area(3)"]


def test_bare_names_come_with_use(geo):
    with pytest.raises(arrowsmith.PlanError):
        geo.sql("SELECT Area(3)")
    geo.use("geo")
    assert geo.value("area(3)") == 9


def test_a_single_function_has_its_bare_name(host):
    def shout(word: str) -> str:
        return word.upper()

    host.add_function(shout)
    assert host.value("shout('hey')") == "HEY"


def test_an_ambiguous_name_lists_the_candidates(geo):
    geo.load(TEXT, "my.geo")
    with pytest.raises(
        arrowsmith.PlanError, match=r"ambiguous.*ai\.example\.geo\.Area, my\.geo\.Area"
    ):
        geo.sql("SELECT geo.Area(1)")
    assert geo.value("my.geo.Area(2)") == 4


def test_an_unknown_name_has_the_nearest(geo):
    with pytest.raises(
        arrowsmith.PlanError, match=r"unknown function geo\.Aera; did you mean .*geo\.Area"
    ):
        geo.sql("SELECT geo.Aera(1)")


def test_the_default_id_is_the_file_s_stem(host, tmp_path):
    path = tmp_path / "shapes.py"
    path.write_text(TEXT)
    outcome = host.load(path)
    assert (outcome["plugin_id"], outcome["version"]) == ("shapes", "0.0.0")


def test_an_empty_id_is_an_error(host):
    with pytest.raises(arrowsmith.PluginLoadError, match="id is empty"):
        host.load("db.set_plugin_id('')" + TEXT)
