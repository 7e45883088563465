"""Tables from everything tabular."""

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

import arrowsmith

TABLE = pa.table({"x": [1, 2, None], "s": ["a", None, "c"]})
ROWS = [(1, "a"), (2, None), (None, "c")]


def read(session, name="t"):
    return session.sql(f"SELECT x, s FROM {name} ORDER BY x NULLS LAST").rows()


@pytest.mark.parametrize(
    "make",
    [
        lambda: TABLE,
        lambda: TABLE.to_batches()[0],
        lambda: pl.from_arrow(TABLE),
        lambda: pl.from_arrow(TABLE).lazy(),
        lambda: pd.DataFrame({"x": pd.array([1, 2, None], "Int64"), "s": ["a", None, "c"]}),
        lambda: ds.dataset(TABLE),
        lambda: {"x": [1, 2, None], "s": ["a", None, "c"]},
        lambda: {"x": np.ma.masked_array([1, 2, 0], [0, 0, 1]), "s": pa.array(["a", None, "c"])},
    ],
    ids=["table", "batch", "polars", "lazy", "pandas", "dataset", "dict", "dict of arrays"],
)
def test_frames(session, make):
    session.register("t", make())
    assert read(session) == ROWS
    assert read(session) == ROWS


def test_duckdb(session):
    connection = duckdb.connect()
    connection.register("source", TABLE)
    session.register("t", connection.sql("SELECT * FROM source"))
    assert read(session) == ROWS


def test_a_relation(session):
    session.register("t", TABLE)
    session.register("u", session.sql("SELECT * FROM t WHERE x = 1"))
    assert read(session, "u") == ROWS[:1]


def test_a_reader_can_be_read_once(session):
    session.register("t", pa.RecordBatchReader.from_batches(TABLE.schema, TABLE.to_batches()))
    assert read(session) == ROWS
    with pytest.raises(arrowsmith.ArrowsmithError, match="once"):
        read(session)


@pytest.mark.parametrize("kind", ["parquet", "csv", "json"])
def test_files_round_trip(session, tmp_path, kind):
    session.register("t", TABLE)
    path = tmp_path / f"t.{kind}"
    assert getattr(session.sql("SELECT * FROM t"), f"write_{kind}")(path) == 3
    session.register("u", path)
    assert read(session, "u") == ROWS
    assert read(session, f"'{path}'") == ROWS


def test_strings_of_a_file_come_in_the_layout_that_every_library_reads(session, tmp_path):
    pq.write_table(TABLE, tmp_path / "t.parquet")
    relation = session.sql(f"SELECT s FROM '{tmp_path}/t.parquet'")
    types = {
        relation.schema.field("s").type,
        relation.to_arrow().schema.field("s").type,
        next(iter(relation)).schema.field("s").type,
        pa.table(relation).schema.field("s").type,
    }
    assert types == {pa.string()}


def test_globs_and_folders(session, tmp_path):
    for part in range(3):
        pq.write_table(pa.table({"x": [part], "s": [str(part)]}), tmp_path / f"{part}.parquet")
    session.register("all", tmp_path)
    session.register("some", str(tmp_path / "[01].parquet"))
    assert len(read(session, "all")) == 3
    assert len(read(session, "some")) == 2


def test_bad_files_are_named(session, tmp_path):
    broken = tmp_path / "broken.parquet"
    broken.write_bytes(b"PAR1 this is no parquet file PAR1")
    with pytest.raises(arrowsmith.FileError, match=r"broken\.parquet"):
        session.register("t", broken)
    with pytest.raises(OSError, match=r"missing\.csv"):
        session.register("t", tmp_path / "missing.csv")
    with pytest.raises(arrowsmith.ArrowsmithError, match=r"missing\.parquet"):
        session.sql(f"SELECT * FROM '{tmp_path / 'missing.parquet'}'")
    assert session.sql("SELECT 1").rows() == [(1,)]


def test_what_goes_wrong_later_names_the_file_too(session, tmp_path):
    late = tmp_path / "late.csv"
    late.write_text("x\n" + "1\n" * 5000 + "z\n")
    session.register("late", late)
    with pytest.raises(arrowsmith.FileError, match=r"late\.csv.*line 500"):
        session.sql("SELECT sum(x) FROM late").rows()
    gone = tmp_path / "gone.parquet"
    pq.write_table(TABLE, gone)
    session.register("gone", gone)
    gone.unlink()
    with pytest.raises(arrowsmith.FileError, match=r"gone\.parquet: no such file"):
        session.sql("SELECT * FROM gone").rows()
    torn = tmp_path / "torn.parquet"
    pq.write_table(pa.table({"x": list(range(100_000))}), torn, compression="none")
    data = bytearray(torn.read_bytes())
    data[10:2000] = b"\xff" * 1990
    torn.write_bytes(data)
    session.register("torn", torn)
    with pytest.raises(arrowsmith.FileError, match=r"torn\.parquet"):
        session.sql("SELECT max(x) + sum(x) FROM torn").rows()
    assert session.sql("SELECT 1").rows() == [(1,)]


def test_what_is_not_tabular(session):
    with pytest.raises(TypeError, match="int is not tabular"):
        session.register("t", 3)
    with pytest.raises(ValueError, match="2 values"):
        session.register("t", {"a": [1], "b": [1, 2]})


def test_deregister_and_tables(session):
    session.register("b", TABLE)
    session.register("a", TABLE)
    assert session.tables() == ["a", "b"]
    assert session.deregister("a")
    assert not session.deregister("a")
    assert session.tables() == ["b"]
    with pytest.raises(arrowsmith.PlanError, match=r"\ba\b"):
        session.sql("SELECT * FROM a")
