"""Procedures: rows, to be used in FROM, computed as they are wanted."""

import pytest

import arrowsmith

COUNT = """
ENDED = []

@db.procedure("count", args=["int"], yields={"n": "int", "word": "str"})
def count(until):
    try:
        for n in range(until):
            yield GIVEN
    finally:
        ENDED.append(until)

@db.scalar_fn(determinism="nondeterministic")
def ended() -> int:
    return len(ENDED)
"""


@pytest.fixture(
    params=["{'word': str(n), 'n': n}", "(n, str(n))", "[n, str(n)]"], ids=["dict", "tuple", "list"]
)
def count(request, host):
    host.load(COUNT.replace("GIVEN", request.param))
    host.register("t", k=["a", "b", "c"], x=[2, 0, 1])
    return host


def test_rows_of_named_and_typed_columns(count):
    assert count.sql("SELECT * FROM p.count(2)") == [(0, "0"), (1, "1")]
    assert count.columns("SELECT * FROM p.count(2)") == ["n", "word"]
    assert count.sql("SELECT word FROM p.count(2) WHERE n = 1") == [("1",)]
    assert count.sql("SELECT c.n AS m FROM p.count(until => 2) AS c ORDER BY m DESC") == [
        (1,),
        (0,),
    ]
    assert count.sql("SELECT a FROM p.count(1) AS c(a, b)") == [(0,)]


def test_joins_and_subqueries(count):
    assert count.sql("SELECT k, word FROM t JOIN p.count(5) AS c ON c.n = t.x ORDER BY k") == [
        ("a", "2"), ("b", "0"), ("c", "1"),
    ]  # fmt: skip
    assert count.values("SELECT k FROM t WHERE x IN (SELECT n FROM p.count(1))") == ["b"]


@pytest.mark.parametrize("join", [", ", " CROSS JOIN ", " CROSS JOIN LATERAL "])
def test_lateral_arguments_give_rows_for_each_row(count, join):
    query = f"SELECT k, n FROM t{join}p.count(t.x) AS c ORDER BY k, n"
    assert count.sql(query) == [("a", 0), ("a", 1), ("c", 0)]


def test_a_left_join_keeps_the_rows_without_any(count):
    query = "SELECT k, n FROM t LEFT JOIN LATERAL p.count(t.x) AS c ON true ORDER BY k, n"
    assert count.sql(query) == [("a", 0), ("a", 1), ("b", None), ("c", 0)]


def test_a_limit_ends_a_generator_early(count):
    assert count.values("SELECT n FROM p.count(1000000000) LIMIT 3") == [0, 1, 2]
    assert count.value("p.ended()") == 1


def test_null_gives_no_rows_unless_it_passes(count):
    assert count.sql("SELECT * FROM p.count(NULL)") == []


def test_columns_without_names(host):
    host.load("@db.procedure('f', args=[], yields=['int', 'str'])\ndef f():\n    return [(1, 'a')]")
    assert host.columns("SELECT * FROM p.f()") == ["col0", "col1"]


def test_a_table_argument(host):
    host.load("""
@db.procedure("total", args=["table"], yields={"rows": "int"})
def total(table):
    count = 0
    for batch in table:
        count += batch.num_rows
    yield (count,)
""")
    query = "SELECT * FROM p.total(TABLE(SELECT value FROM generate_series(1, 100000)))"
    assert host.sql(query) == [(100_000,)]


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ("{'n': 1}", arrowsmith.ConversionError, "word"),
        ("{'n': 1, 'word': '', 'more': 1}", arrowsmith.ConversionError, "more"),
        ("(1,)", arrowsmith.ConversionError, "2"),
        ("(1.5, 'a')", arrowsmith.ConversionError, r"1\.5"),
        ("1 / 0", ZeroDivisionError, "division"),
    ],
)
def test_what_goes_wrong_names_the_function(host, given, error, message):
    host.load(COUNT.replace("GIVEN", given))
    with pytest.raises(error, match=message) as caught:
        host.sql("SELECT * FROM p.count(3)")
    assert "p.count" in str(caught.value) + "".join(getattr(caught.value, "__notes__", []))
    assert host.value("1 + 1") == 2


def test_another_mode_is_refused(host):
    with pytest.raises(arrowsmith.PluginLoadError, match="mode"):
        host.load("@db.procedure('f', args=[], yields=['int'], mode='write')\ndef f(): return []")


def test_a_procedure_is_no_scalar_and_a_scalar_no_procedure(count):
    with pytest.raises(arrowsmith.PlanError, match="FROM"):
        count.sql("SELECT p.count(1)")
    with pytest.raises(arrowsmith.PlanError, match="scalar"):
        count.sql("SELECT * FROM p.ended()")
