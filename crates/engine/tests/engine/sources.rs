//! Readers that can be scanned once, and files.

use std::fs;

use arrow::array::RecordBatchIterator;
use arrowsmith_engine::{Error, Format, Parameters};

use crate::fixture::{Fixture, rows};

#[test]
fn a_reader_is_read_once_and_says_so() {
    let fixture = Fixture::new(2);
    fixture.table("t", &[Some(1), Some(2)]);
    let batches = fixture.run("SELECT * FROM t");
    let schema = batches[0].schema();
    let reader = RecordBatchIterator::new(batches.into_iter().map(Ok), schema);
    fixture.session.register_reader("r", Box::new(reader)).unwrap();
    assert_eq!(rows(&fixture.run("SELECT p.twice(x) FROM r")), 2);
    let error = fixture.error("SELECT * FROM r");
    assert!(error.contains("\"r\"") && error.contains("only once"), "{error}");
    assert!(error.contains("register a table instead"), "{error}");
    fixture.run("SELECT * FROM t");
}

#[test]
fn files_by_path_folder_and_glob() {
    let fixture = Fixture::new(2);
    fixture.table("t", &[Some(1), Some(2)]);
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let relation = fixture.session.sql("SELECT * FROM t", Parameters::None, None).wait().unwrap();
    for name in ["a.parquet", "b.parquet"] {
        relation.write(&path(name), Format::Parquet).wait().unwrap();
    }
    for (place, count) in [("a.parquet", 2), ("*.parquet", 4), ("", 4)] {
        fixture.session.register_path("files", &path(place)).wait().unwrap();
        assert_eq!(rows(&fixture.run("SELECT p.twice(x) FROM files")), count, "{place}");
    }
    let error = fixture.session.register_path("none", &path("c.parquet")).wait().unwrap_err();
    assert_eq!(error.to_string(), format!("{}: no such file", path("c.parquet")));
    let error = fixture.error(&format!("SELECT * FROM '{}'", path("c.parquet")));
    assert_eq!(error, format!("{}: no such file", path("c.parquet")));
    fs::write(path("x.unknown"), "a").unwrap();
    let error = fixture.session.register_path("none", &path("x.unknown")).wait().unwrap_err();
    assert!(error.to_string().contains("unknown kind of file"), "{error}");
}

#[test]
fn a_corrupt_file_is_named() {
    let fixture = Fixture::new(2);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bad.parquet").display().to_string();
    fs::write(&path, "this is no parquet file at all").unwrap();
    for error in [
        fixture.session.register_path("bad", &path).wait().unwrap_err(),
        fixture.try_run(&format!("SELECT * FROM '{path}'")).unwrap_err(),
    ] {
        match error {
            Error::File { path: named, .. } => assert_eq!(named, path),
            other => panic!("{other:?}"),
        }
    }
    fixture.run("SELECT 1");
}
