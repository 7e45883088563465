//! Names of functions in SQL.

use arrow::array::RecordBatch;

use crate::fixture::Fixture;

fn fixture() -> Fixture {
    let fixture = Fixture::new(1);
    fixture.table("t", &[Some(1), Some(2)]);
    fixture
}

fn names(batches: &[RecordBatch]) -> Vec<String> {
    batches[0].schema().fields().iter().map(|field| field.name().clone()).collect()
}

#[test]
fn all_spellings_reach_the_function_and_stay_the_name_of_the_column() {
    let fixture = fixture();
    let batches = fixture.run(
        r#"SELECT ai.p.twice(x), p.twice(x), P.Twice(t.x), "ai.p".twice(x), "p"."twice"(x),
           p.twice(x) AS y, 1 + p.twice(x), abs(p.twice(x)) FROM t"#,
    );
    assert_eq!(
        names(&batches),
        [
            "ai.p.twice(x)",
            "p.twice(x)",
            "P.Twice(t.x)",
            "\"ai.p\".twice(x)",
            "\"p\".\"twice\"(x)",
            "y",
            "1 + p.twice(x)",
            "abs(p.twice(x))",
        ]
    );
}

#[test]
fn the_users_spelling_works_in_every_clause() {
    let fixture = fixture();
    for sql in [
        "SELECT p.twice(x) FROM t GROUP BY p.twice(x) ORDER BY p.twice(x)",
        "SELECT p.twice(x), count(*) FROM t GROUP BY p.twice(x) HAVING p.twice(x) > 2 ORDER BY 1",
        "SELECT DISTINCT p.twice(x) FROM t ORDER BY p.twice(x)",
        "SELECT * FROM (SELECT p.twice(x) FROM t) s WHERE \"p.twice(x)\" > 0",
        "WITH s AS (SELECT p.twice(x) FROM t) SELECT s.* FROM s",
        "SELECT p.twice(x) FROM t UNION SELECT P.TWICE(x) FROM t ORDER BY 1",
        "SELECT (SELECT max(p.twice(x)) FROM t), x FROM t",
        "SELECT sum(p.twice(x)) OVER () FROM t",
        "SELECT x, p.twice(x) FROM t QUALIFY row_number() OVER (ORDER BY p.twice(x)) > 0",
        "SELECT * FROM t WHERE x IN (SELECT p.twice(x) FROM t)",
        "SELECT a.x FROM t a JOIN t b ON p.twice(a.x) = p.twice(b.x)",
        "VALUES (p.twice(3)), (p.twice(4))",
        "SELECT * FROM (VALUES (1, p.twice(3))) v(a, b)",
    ] {
        fixture.run(sql);
    }
}

#[test]
fn bare_names_come_with_use_and_win_over_builtins() {
    let fixture = fixture();
    assert_eq!(fixture.error("SELECT twise(x) FROM t"), "unknown function twise");
    fixture.session.registry().use_plugin("p").unwrap();
    assert_eq!(names(&fixture.run("SELECT TWICE(x) FROM t")), ["TWICE(x)"]);
    let error = fixture.error("SELECT twise(x) FROM t");
    assert!(error.starts_with("unknown function twise; did you mean twice"), "{error}");
    let error = fixture.error("SELECT p.twise(x) FROM t");
    assert_eq!(error, "unknown function p.twise; did you mean p.twice?");
    let error = fixture.error("SELECT abss(x) FROM t");
    assert!(error.starts_with("unknown function abss; did you mean abs"), "{error}");
}

#[test]
fn forms_of_call_that_no_scalar_has_are_refused() {
    let fixture = fixture();
    for (call, part) in [
        ("p.twice(a => x)", "by position"),
        ("p.twice(DISTINCT x)", "DISTINCT"),
        ("p.twice(x) OVER ()", "OVER"),
        ("p.twice(x) FILTER (WHERE true)", "FILTER"),
        ("p.twice(*)", "*"),
        ("p.twice(x ORDER BY x)", "clauses"),
    ] {
        let error = fixture.error(&format!("SELECT {call} FROM t"));
        assert!(error.starts_with("ai.p.twice: ") && error.contains(part), "{call}: {error}");
    }
}

#[test]
fn counts_and_types_of_arguments_are_checked_at_planning() {
    let fixture = fixture();
    let plan = |sql: &str| {
        fixture
            .session
            .sql(sql, arrowsmith_engine::Parameters::default(), None)
            .wait()
            .unwrap_err()
            .to_string()
    };
    assert_eq!(plan("SELECT p.twice() FROM t"), "ai.p.twice: takes 1 argument, but got 0");
    assert_eq!(
        plan("SELECT x FROM t WHERE p.twice('a') > 1"),
        "ai.p.twice: argument \"a\" is int, but got string"
    );
    assert_eq!(
        plan("SELECT count(*) FROM t WHERE x IN (SELECT p.twice(x, x) FROM t)"),
        "ai.p.twice: takes 1 argument, but got 2"
    );
    assert_eq!(
        plan("SELECT p.twice(p.check(x)) FROM t"),
        "ai.p.twice: argument \"a\" is int, but got bool"
    );
    assert_eq!(fixture.calls(), []);
}
