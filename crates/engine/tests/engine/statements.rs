//! Statements: parameters, several at once, those that change something, and what goes wrong.

use arrowsmith_engine::{Error, Format, Parameters, ScalarValue};

use crate::fixture::{Fixture, rows};

fn fixture() -> Fixture {
    let fixture = Fixture::new(2);
    fixture.table("t", &[Some(1), Some(2), Some(3)]);
    fixture
}

fn int(value: i64) -> ScalarValue {
    ScalarValue::Int64(Some(value))
}

#[test]
fn parameters_by_position_and_by_name() {
    let fixture = fixture();
    let run = |sql: &str, parameters| {
        let relation = fixture.session.sql(sql, parameters, None).wait()?;
        Ok::<_, Error>(rows(relation.collect().wait()?.batches().unwrap()))
    };
    let message = |sql: &str, parameters| run(sql, parameters).unwrap_err().to_string();
    let one = || Parameters::Positional(vec![int(1)]);
    assert_eq!(run("SELECT * FROM t WHERE x > $1", one()).unwrap(), 2);
    assert_eq!(run("SELECT * FROM t WHERE p.twice($1) < x", one()).unwrap(), 1);
    let named = || Parameters::Named(vec![("low".to_owned(), int(2))]);
    assert_eq!(run("SELECT * FROM t WHERE x >= $low AND p.check($low)", named()).unwrap(), 2);
    assert_eq!(
        message("SELECT $1, $2", one()),
        "the statement needs $2, but 1 parameter was given"
    );
    assert_eq!(message("SELECT 1", one()), "the statement has no $1, but 1 parameter was given");
    assert_eq!(message("SELECT $a", named()), "the statement needs $a, but $low was given");
    assert_eq!(
        message("SELECT $1", Parameters::None),
        "the statement needs $1, but no parameters were given"
    );
    let text = Parameters::Positional(vec![ScalarValue::Utf8(Some("a".to_owned()))]);
    assert_eq!(
        message("SELECT p.twice($1)", text),
        "ai.p.twice: argument \"a\" is int, but got string"
    );
}

#[test]
fn several_statements_give_the_last_and_changes_happen_at_once() {
    let fixture = fixture();
    let batches = fixture.run(
        "CREATE TABLE made AS SELECT p.twice(x) FROM t WHERE x > 1;
         INSERT INTO made SELECT p.twice(x) FROM t WHERE x = 1;
         CREATE VIEW seen AS SELECT p.twice(x) AS y FROM t WHERE p.check(x);
         SET datafusion.execution.batch_size = 100;
         SELECT * FROM made UNION ALL SELECT y FROM seen",
    );
    assert_eq!(rows(&batches), 6);
    assert_eq!(fixture.session.tables(), ["made", "seen", "t"]);
    let created = fixture.session.sql("CREATE TABLE now AS SELECT 1 AS a", Parameters::None, None);
    created.wait().unwrap();
    assert!(fixture.session.tables().contains(&"now".to_owned()));
    fixture.run("DROP TABLE now");
    assert!(!fixture.session.tables().contains(&"now".to_owned()));
    assert!(fixture.session.deregister("made").unwrap());
    assert!(!fixture.session.deregister("made").unwrap());
}

#[test]
fn a_view_keeps_its_functions() {
    let fixture = fixture();
    fixture.run("CREATE VIEW v AS SELECT p.twice(x) AS y FROM t");
    let id = fixture.session.registry().snapshot().plugins().next().unwrap().clone();
    fixture.session.registry().remove(&id);
    assert!(fixture.show("SELECT max(y) AS m FROM v").contains("| 6 |"));
    assert!(fixture.error("SELECT p.twice(1)").starts_with("unknown function"));
}

#[test]
fn copies_and_writes() {
    let fixture = fixture();
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    fixture.run(&format!("COPY (SELECT p.twice(x) FROM t) TO '{}'", path("a.parquet")));
    assert_eq!(rows(&fixture.run(&format!("SELECT * FROM '{}'", path("a.parquet")))), 3);
    let relation = fixture
        .session
        .sql("SELECT p.twice(x) AS y FROM t", Parameters::None, None)
        .wait()
        .unwrap();
    for (name, format) in
        [("b.parquet", Format::Parquet), ("b.csv", Format::Csv), ("b.json", Format::Json)]
    {
        assert_eq!(relation.write(&path(name), format).wait().unwrap(), 3);
        let text = fixture.show(&format!("SELECT sum(y) AS s FROM '{}'", path(name)));
        assert!(text.contains("| 12 |"), "{name}: {text}");
        let kept = relation.collect().wait().unwrap();
        assert_eq!(kept.write(&path(name), format).wait().unwrap(), 3);
    }
}

#[test]
fn plan_errors_are_short() {
    let fixture = fixture();
    let error = |sql: &str| match fixture.session.sql(sql, Parameters::None, None).wait() {
        Err(Error::Plan(message)) => message,
        other => panic!("{sql}: {other:?}"),
    };
    assert_eq!(error(""), "there is no statement in the text");
    assert_eq!(error("SELEC 1"), "Expected: an SQL statement, found: SELEC at Line: 1, Column: 1");
    assert_eq!(error("SELECT * FROM nope"), "table 'datafusion.public.nope' not found");
    let missing = error("SELECT nope FROM t");
    assert!(missing.starts_with("No field named nope"), "{missing}");
    fixture.run("SELECT 1");
}

#[test]
fn an_error_of_a_function_comes_back_whole() {
    let fixture = fixture();
    fixture.table("z", &[Some(0)]);
    for sql in [
        "SELECT p.check(x) FROM z",
        "SELECT count(*) FROM z a JOIN z b ON a.x = b.x WHERE p.check(a.x)",
        "SELECT p.check(x) FROM z GROUP BY 1 ORDER BY 1",
        "CREATE TABLE bad AS SELECT p.check(x) FROM z",
    ] {
        match fixture.try_run(sql) {
            Err(Error::Contract(arrowsmith_contract::Error::Internal(message))) => {
                assert_eq!(message, "reached Some(0)");
            }
            other => panic!("{sql}: {other:?}"),
        }
    }
    fixture.run("SELECT p.check(x) FROM t");
}
