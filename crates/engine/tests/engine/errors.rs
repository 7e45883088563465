//! The failures of functions with `on_error="collect"`, as a table.

use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use arrowsmith_contract::{CollectedError, Grants};
use arrowsmith_testkit::PluginBuilder;

use crate::fixture::{Fixture, rows};

/// A function `l.log(x)` that gives `x`, and says of each row that it failed.
fn fixture(threads: usize) -> Fixture {
    let fixture = Fixture::new(threads);
    let plugin = PluginBuilder::new("l")
        .unwrap()
        .batch("log", &["int"], "int", |columns, rows, context| {
            let errors = (0..rows).map(|row| CollectedError {
                time: UNIX_EPOCH + Duration::from_micros(1_500_000 + row as u64),
                function: "l.log".into(),
                row: Some(context.rows.number(row)),
                arguments: format!("arguments ({row})"),
                class: "ValueError".to_owned(),
                message: "odd".to_owned(),
            });
            context.errors.add(errors.collect(), 0);
            Ok(Arc::clone(&columns[0]))
        })
        .unwrap()
        .build()
        .unwrap();
    fixture.session.registry().commit(&plugin, &Grants::all(), true).unwrap();
    fixture
}

#[test]
fn what_was_collected_is_a_table_of_now() {
    let fixture = fixture(1);
    fixture.table("t", &[Some(1), Some(2)]);
    let relation = fixture.session.errors_relation().unwrap();
    assert_eq!(rows(&fixture.run("SELECT * FROM arrowsmith.errors")), 0);
    fixture.run("SELECT l.log(x) FROM t");
    insta::assert_snapshot!(fixture.show("SELECT * FROM arrowsmith.errors WHERE row >= 1"), @r"
    +-----------------------------+----------+-----+---------------+------------+---------+
    | time                        | function | row | arguments     | type       | message |
    +-----------------------------+----------+-----+---------------+------------+---------+
    | 1970-01-01T00:00:01.500001Z | l.log    | 1   | arguments (1) | ValueError | odd     |
    +-----------------------------+----------+-----+---------------+------------+---------+
    ");
    assert_eq!(rows(relation.collect().wait().unwrap().batches().unwrap()), 2);
    assert_eq!(fixture.session.errors().count(), 2);
    fixture.session.errors().clear();
    assert_eq!(rows(relation.collect().wait().unwrap().batches().unwrap()), 0);
    // Each session has its own.
    let other = fixture.database.session().unwrap();
    assert_eq!(other.errors().count(), 0);
}

#[test]
fn a_row_that_is_known_in_its_batch_only_is_that() {
    let fixture = fixture(2);
    fixture.table("t", &vec![Some(1); 40_000]);
    fixture.run("SELECT l.log(x) FROM t");
    let text = fixture.show("SELECT count(row) AS n, max(row) < 16384 AS b FROM arrowsmith.errors");
    assert!(text.contains("| 10000 | true |"), "{text}");
}

#[test]
fn nobody_changes_the_schema() {
    let fixture = fixture(1);
    assert_eq!(fixture.session.tables(), Vec::<String>::new());
    for sql in [
        "CREATE TABLE arrowsmith.mine (x BIGINT)",
        "CREATE TABLE arrowsmith.mine AS SELECT 1",
        "CREATE OR REPLACE TABLE arrowsmith.errors AS SELECT 1",
        "CREATE VIEW arrowsmith.mine AS SELECT 1",
        "DROP TABLE arrowsmith.errors",
        "DROP TABLE IF EXISTS arrowsmith.errors",
        "DROP VIEW arrowsmith.errors",
        "DROP SCHEMA arrowsmith",
        "DROP SCHEMA arrowsmith CASCADE",
    ] {
        let error = fixture.error(sql);
        let expected = "the schema arrowsmith is the engine's own; nothing in it can be changed";
        assert_eq!(error, expected, "{sql}");
    }
    fixture.error("CREATE SCHEMA arrowsmith");
    fixture.error("INSERT INTO arrowsmith.errors SELECT * FROM arrowsmith.errors");
    assert_eq!(rows(&fixture.run("SELECT * FROM arrowsmith.errors")), 0);
}
