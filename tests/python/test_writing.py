"""Answers written to files."""

import os
import stat

import pytest

import arrowsmith


@pytest.fixture
def two_rows(session):
    return session.sql("SELECT * FROM (VALUES (1, 'a'), (2, 'b')) AS t(x, y)")


@pytest.mark.parametrize(
    "name", ["plain", "a b", "a[1]", "a*", "a?b", "a#b", "a%20b", "x:y", "file:x", "ä", "{a,b}"]
)
@pytest.mark.parametrize("kind", ["parquet", "csv", "json"])
def test_no_character_of_a_path_is_special(two_rows, session, tmp_path, name, kind):
    folder = tmp_path / f"in {name}"
    folder.mkdir()
    path = folder / f"{name}.{kind}"
    path.write_text("what was there before")
    getattr(two_rows, f"write_{kind}")(path)
    assert [found.name for found in folder.iterdir()] == [path.name]
    plain = tmp_path / f"copy.{kind}"
    plain.write_bytes(path.read_bytes())
    session.register("back", plain)
    assert session.sql("SELECT * FROM back ORDER BY x").rows() == [(1, "a"), (2, "b")]


@pytest.mark.skipif(os.name == "nt", reason="modes and links are POSIX's")
def test_a_file_that_is_replaced_keeps_its_mode_and_its_links(two_rows, tmp_path):
    file, link = tmp_path / "secret.csv", tmp_path / "link.csv"
    file.write_text("old")
    file.chmod(0o600)
    link.symlink_to(file)
    two_rows.write_csv(link)
    assert link.is_symlink()
    assert file.read_text().splitlines() == ["x,y", "1,a", "2,b"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_an_error_is_a_file_error_only_where_the_file_is_to_blame(session, two_rows, tmp_path):
    broken = session.sql("SELECT CAST(x AS int) FROM (VALUES ('PRIORITY IO')) AS t(x)")
    with pytest.raises(arrowsmith.ExecutionError, match="PRIORITY IO"):
        broken.write_csv(tmp_path / "x.csv")
    folder = tmp_path / "folder.csv"
    folder.mkdir()
    with pytest.raises(arrowsmith.FileError, match=r"folder\.csv"):
        two_rows.write_csv(folder)
    assert list(tmp_path.iterdir()) == [folder]


def test_what_is_left_when_a_function_fails_is_what_was_there(load, tmp_path):
    session = load("@db.scalar_fn\ndef f(x: int) -> int:\n    return 1 // (x - 9000)\n")
    path = tmp_path / "kept.csv"
    path.write_text("kept")
    with pytest.raises(ZeroDivisionError):
        session.sql("SELECT p.f(value) FROM generate_series(1, 20000)").write_csv(path)
    assert [found.name for found in tmp_path.iterdir()] == ["kept.csv"]
    assert path.read_text() == "kept"
