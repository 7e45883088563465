"""The first example over real data: the distances, and their bits."""

import numpy as np
import pytest

EXAMPLE = "01_haversine"


@pytest.fixture(scope="module")
def session(run, example_session):
    example_session.sql(run.LEGS)
    return example_session


def test_the_computed_distance_agrees_with_the_recorded_one(run, session):
    rows = run.compare(session).rows()
    assert len(rows) == 105
    assert sum(flights for _, _, flights, *_ in rows) == 336_776
    unknown = {dest for dest, *_, ratio in rows if ratio is None}
    assert unknown == {"BQN", "PSE", "SJU", "STT"}
    off = {dest: abs(ratio - 1) for dest, *_, ratio in rows if ratio is not None}
    assert off.pop("LGA") < 0.03
    assert len(off) == 100
    assert max(off.values()) < 0.01


def test_row_mode_has_the_bits_of_cpython(session, example):
    haversine = example("geo").haversine
    legs = session.sql(
        "SELECT lat1, lon1, lat2, lon2, geo.haversine(lat1, lon1, lat2, lon2) AS km FROM legs"
    ).to_arrow()
    assert legs.num_rows == 336_776
    columns = [legs.column(name).to_pylist() for name in ("lat1", "lon1", "lat2", "lon2")]
    expected = list(map(haversine, *columns))
    found = legs.column("km").to_pylist()
    assert [v is None for v in found] == [v is None for v in expected]
    assert sum(v is None for v in found) == 7_602
    bits = [
        np.array([v for v in side if v is not None]).view(np.uint64) for side in (found, expected)
    ]
    assert np.array_equal(*bits)


def test_vectorized_mode_has_the_bits_of_numpy(session, example):
    haversine_np = example("geo").haversine_np
    legs = session.sql(
        "SELECT lat1, lon1, lat2, lon2, geo.haversine_np(lat1, lon1, lat2, lon2) AS km FROM legs"
    ).to_arrow()
    known = legs.filter(legs.column("lat2").is_valid())
    columns = [known.column(name).to_numpy() for name in ("lat1", "lon1", "lat2", "lon2")]
    expected = haversine_np(*columns)
    assert np.array_equal(known.column("km").to_numpy().view(np.uint64), expected.view(np.uint64))
    assert legs.column("km").null_count == 7_602
    assert known.num_rows == 336_776 - 7_602


def test_main_prints_the_table(run, capsys):
    run.main()
    shown = capsys.readouterr().out
    assert "100 within 1%" in shown
    assert "4 without an airport row" in shown
