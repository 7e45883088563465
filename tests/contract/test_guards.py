"""Guards guard: no call is made for a row that the query excludes."""

import pytest

PLUGIN = """
@db.scalar_fn
def inverse(x: float) -> float:
    return 1 / x

@db.scalar_fn
def positive(x: float) -> bool:
    assert x != 0
    return x > 0
"""


@pytest.mark.parametrize(
    "query",
    [
        "SELECT x FROM t WHERE x <> 0 AND p.positive(x)",
        "SELECT x FROM t WHERE NOT (x = 0 OR NOT p.positive(x))",
        "SELECT x FROM t WHERE CASE WHEN x = 0 THEN false ELSE p.positive(x) END",
        "SELECT 1 / p.inverse(x) FROM t WHERE x > 0",
        "SELECT CASE WHEN x > 0 THEN 1 / p.inverse(x) END AS y FROM t WHERE x > 0",
        "SELECT 1 / p.inverse(x) FROM (SELECT x FROM t WHERE x > 0)",
        "SELECT coalesce(nullif(x, 0), p.inverse(x)) AS y FROM t WHERE x > 0",
        "SELECT t.x FROM t JOIN t AS u ON t.x = u.x AND t.x > 0 WHERE p.inverse(t.x) > 0",
    ],
)
def test_a_row_that_is_excluded_is_no_call(host, query):
    host.load(PLUGIN)
    host.register("t", x=[0.0, 1.0, 0.0, 2.0, -4.0] * 50)
    assert sorted(set(host.values(query))) == [1.0, 2.0]


def test_filters_of_aggregates_guard(host):
    host.load(PLUGIN)
    host.register("t", x=[0.0, 1.0, 0.5])
    assert host.values("SELECT sum(p.inverse(x)) FILTER (WHERE x > 0) FROM t") == [3.0]


def test_limits_guard(host):
    host.load(PLUGIN)
    host.register("t", x=[1.0, 2.0, 0.0])
    query = "SELECT p.inverse(x) FROM (SELECT x FROM t ORDER BY x DESC LIMIT 2)"
    assert sorted(host.values(query)) == [0.5, 1.0]
