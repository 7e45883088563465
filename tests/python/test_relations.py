"""Lazy relations: when they run, and every form of their answer."""

import datetime as dt
import gc

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import arrowsmith


@pytest.fixture
def three(session):
    return session.sql(
        "SELECT x, s FROM (VALUES (1, 'a'), (2, NULL), (3, '<b>')) AS t(x, s) ORDER BY x"
    )


def test_answers_in_every_form(three):
    rows = [(1, "a"), (2, None), (3, "<b>")]
    assert three.columns == ["x", "s"]
    assert three.schema.names == ["x", "s"]
    assert three.schema.types == [pa.int64(), pa.string()]
    assert three.rows() == rows
    assert three.to_arrow().to_pylist() == [{"x": x, "s": s} for x, s in rows]
    assert three.to_polars().equals(pl.DataFrame({"x": [1, 2, 3], "s": ["a", None, "<b>"]}))
    assert three.to_pandas()["x"].tolist() == [1, 2, 3]
    assert isinstance(three.to_pandas(), pd.DataFrame)
    assert pa.table(three).num_rows == 3
    assert pl.DataFrame(three).height == 3
    batches = list(three)
    assert all(isinstance(batch, pa.RecordBatch) for batch in batches)
    assert sum(batch.num_rows for batch in batches) == 3
    html = three._repr_html_()
    assert "&lt;b&gt;" in html
    assert "NULL" in html


def test_show(three, capsys):
    three.show()
    shown = capsys.readouterr().out
    assert "| 3 | <b> |" in shown
    assert shown.rstrip().endswith("3 rows")
    three.show(limit=2)
    assert capsys.readouterr().out.rstrip().endswith("the first 2 rows")


def test_empty_and_zero_column_answers(session, capsys):
    empty = session.sql("SELECT 1 AS x WHERE false")
    assert empty.rows() == []
    assert empty.to_arrow().num_rows == 0
    empty.show()
    assert "0 rows" in capsys.readouterr().out


def test_it_runs_at_each_terminal_call_and_collect_keeps(session):
    calls = []

    @session.add_function
    def touch(x: int) -> int:
        calls.append(x)
        return x

    relation = session.sql("SELECT touch(x) AS y FROM (VALUES (1), (2)) t(x)")
    assert calls == []
    relation.rows()
    relation.to_arrow()
    assert len(calls) == 4
    kept = relation.collect()
    assert len(calls) == 6
    kept.rows()
    kept.show()
    assert len(calls) == 6


def test_statements_that_change_something_run_at_once(session, tmp_path):
    session.sql("CREATE TABLE t AS SELECT 1 AS x")
    session.sql("INSERT INTO t VALUES (2)")
    assert sorted(session.sql("SELECT x FROM t").rows()) == [(1,), (2,)]
    session.sql(f"COPY (SELECT * FROM t) TO '{tmp_path}/t.parquet'")
    assert session.sql(f"SELECT count(*) FROM '{tmp_path}/t.parquet'").rows() == [(2,)]
    session.sql("CREATE VIEW v AS SELECT x + 1 AS y FROM t")
    assert session.sql("SELECT 0; SELECT max(y) FROM v").rows() == [(3,)]
    session.sql("DROP TABLE t")
    with pytest.raises(arrowsmith.PlanError):
        session.sql("SELECT * FROM t")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELEC 1", "SELEC"),
        ("SELECT nope FROM (VALUES (1)) t(x)", "nope"),
        ("SELECT * FROM nowhere", "nowhere"),
        ("SELECT $1", r"\$1"),
    ],
)
def test_bad_queries(session, query, said):
    with pytest.raises(arrowsmith.PlanError, match=said) as caught:
        session.sql(query)
    assert isinstance(caught.value, ValueError)
    assert len(str(caught.value)) < 300


def test_parameters(session):
    query = "SELECT $1 AS a, $2 AS b, $3 AS c, $4 AS d, $5 AS e"
    values = (1, 2.5, "x", True, None)
    assert session.sql(query, values).rows() == [values]
    numbers = [np.int64(5), np.float32(0.5), np.bool_(1), dt.date(2020, 1, 2), b"ab"]
    assert session.sql(query, numbers).rows() == [(5, 0.5, True, dt.date(2020, 1, 2), b"ab")]
    assert session.sql("SELECT $low + $high", {"low": 1, "high": 2}).rows() == [(3,)]
    with pytest.raises(arrowsmith.PlanError, match=r"\$2"):
        session.sql("SELECT $1 + $2", [1])
    with pytest.raises(arrowsmith.PlanError, match=r"\$hihg"):
        session.sql("SELECT $high", {"high": 1, "hihg": 2})
    with pytest.raises(TypeError, match="got str"):
        session.sql("SELECT $1", "x")


def test_leaving_a_loop_stops_the_query(session):
    rows = []

    @session.add_function
    def watch(x: int) -> int:
        rows.append(x)
        return x

    relation = session.sql("SELECT watch(value) FROM generate_series(1, 100000000)")
    for batch in relation:
        assert batch.num_rows
        break
    del batch
    gc.collect()
    relation.show(limit=1)
    assert session.sql("SELECT 1").rows() == [(1,)]
    assert len(rows) < 10_000_000


def test_what_was_collected_outlives_its_session(session):
    kept = session.sql("SELECT 7 AS x").collect()
    session.close()
    assert kept.rows() == [(7,)]
    assert kept.to_arrow().to_pydict() == {"x": [7]}


def test_prepared_statements(session):
    @session.add_function
    def plus1(x: int) -> int:
        return x + 1

    session.sql("PREPARE p(BIGINT) AS SELECT plus1($1) AS y")
    assert session.sql("EXECUTE p(41)").rows() == [(42,)]


def test_explain(three):
    assert "ProjectionExec" in three.explain() or "Sort" in three.explain()
    assert "output_rows" in three.explain(analyze=True)
