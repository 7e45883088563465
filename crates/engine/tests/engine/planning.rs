//! Planning runs no plugin code.

use arrowsmith_engine::Parameters;

use crate::fixture::Fixture;

#[test]
fn planning_and_explaining_call_nothing() {
    let fixture = Fixture::new(2);
    fixture.table("t", &[Some(1), Some(2)]);
    for sql in [
        "SELECT p.pure(1)",
        "SELECT p.twice(1 + 1), p.once(2)",
        "SELECT p.pure(x) FROM t WHERE p.pure(2) > 3 ORDER BY p.pure(4)",
        "SELECT * FROM t WHERE x IN (p.pure(1), p.pure(2)) LIMIT 3",
        "VALUES (p.pure(1))",
        "SELECT count(*) FROM t GROUP BY p.pure(1)",
        "SELECT * FROM t a LEFT JOIN t b ON a.x = p.pure(b.x)",
        "SELECT CASE WHEN p.pure(1) = 2 THEN x END FROM t",
    ] {
        let relation = fixture.session.sql(sql, Parameters::None, None).wait().unwrap();
        let text = relation.explain(false).wait().unwrap();
        assert!(text.contains("physical plan"), "{text}");
        assert_eq!(fixture.calls(), [], "{sql}");
        relation.collect().wait().unwrap();
        assert!(!fixture.calls().is_empty(), "{sql}");
    }
}

#[test]
fn explain_analyze_lists_the_functions() {
    let fixture = Fixture::new(1);
    fixture.table("t", &[Some(1), Some(2), None]);
    let relation =
        fixture.session.sql("SELECT p.twice(x) FROM t", Parameters::None, None).wait().unwrap();
    let text = relation.explain(true).wait().unwrap();
    assert!(text.contains("PluginComputeExec"), "{text}");
    let line = text.lines().find(|line| line.starts_with("ai.p.twice")).unwrap();
    let words: Vec<&str> = line.split_whitespace().collect();
    assert_eq!(words[..4], ["ai.p.twice", "inline", "1", "3"]);
    assert_eq!(fixture.calls().len(), 2);
}

#[test]
fn plans_are_readable() {
    let fixture = Fixture::new(1);
    fixture.table("t", &[Some(1)]);
    let relation = fixture
        .session
        .sql("SELECT p.twice(x) FROM t WHERE x > 0 AND p.check(x)", Parameters::None, None)
        .wait()
        .unwrap();
    let text = relation.explain(false).wait().unwrap();
    let logical = text.split("physical plan").next().unwrap();
    insta::assert_snapshot!(logical, @r"
    logical plan
    Projection: __plugin_1 AS p.twice(x)
      PluginCompute: ai.p.twice(t.x) AS __plugin_1
        Projection: t.x
          Filter: __plugin_0
            PluginCompute: ai.p.check(t.x) AS __plugin_0
              Filter: t.x > Int64(0)
                TableScan: t projection=[x]
    ");
}

#[test]
fn a_call_that_joins_is_a_key() {
    let fixture = Fixture::new(1);
    fixture.table("t", &[Some(1), Some(2)]);
    let sql = "SELECT a.x FROM t a JOIN t b ON p.twice(a.x) = b.x";
    let relation = fixture.session.sql(sql, Parameters::None, None).wait().unwrap();
    let text = relation.explain(false).wait().unwrap();
    assert!(text.contains("HashJoinExec"), "{text}");
}
