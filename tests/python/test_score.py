"""The second example over real data: the answers of its functions, beside plain Python's."""

from itertools import groupby

import pytest

EXAMPLE = "02_score"


def test_the_score_of_each_airline_is_what_python_sums(run, example_session):
    delays = {}
    query = "SELECT a.name, f.dep_delay FROM flights f JOIN airlines a ON a.carrier = f.carrier"
    for name, delay in example_session.sql(query).rows():
        if delay is not None:
            delays.setdefault(name, []).append(delay)
    rows = run.airlines(example_session).rows()
    assert len(rows) == 16
    for name, flights, score, per_flight in rows:
        assert flights == len(delays[name])
        assert score == pytest.approx(sum(delay**1.5 for delay in delays[name] if delay > 0))
        assert per_flight == score / flights


def test_the_series_of_each_plane_is_what_python_steps_through(run, example, example_session):
    series = example("score").ScoreSeries()
    query = """SELECT tailnum, carrier, dep_delay FROM flights WHERE tailnum IS NOT NULL
               ORDER BY tailnum, time_hour, sched_dep_time, flight, origin"""
    worst = {}
    for tailnum, flights in groupby(example_session.sql(query).rows(), key=lambda row: row[0]):
        state = series.init()
        for _, carrier, delay in flights:
            if delay is not None:
                state, value = series.step(state, float(delay))
                worst[tailnum, carrier] = max(worst.get((tailnum, carrier), value), value)
    wanted = sorted(worst.items(), key=lambda item: (-item[1], item[0][0]))[:10]
    found = run.planes(example_session).rows()
    assert [(row[0], row[1], row[3]) for row in found] == [(*key, at) for key, at in wanted]


def test_a_null_has_no_value_and_leaves_the_state(example_session):
    query = """SELECT score.score_series(v) OVER (ORDER BY t)
               FROM (VALUES (1, 2.0), (2, NULL), (3, 1.0), (4, 3.0)) AS s(t, v)"""
    assert example_session.sql(query).rows() == [(2.0,), (None,), (1.0,), (3.9,)]


def test_main_prints_both_tables(run, capsys):
    run.main()
    shown = capsys.readouterr().out
    assert "per_flight" in shown
    assert "worst" in shown
