//! How often functions are called where nothing is guarded.

use crate::fixture::Fixture;

const ROWS: i64 = 1000;

fn fixture(threads: usize) -> (Fixture, Vec<Option<i64>>) {
    let fixture = Fixture::new(threads);
    let x: Vec<Option<i64>> = (1..=ROWS).map(Some).collect();
    fixture.table("t", &x);
    fixture.table("u", &x);
    (fixture, x)
}

#[test]
fn a_nondeterministic_function_is_called_once_a_row_wherever_it_stands() {
    const QUERIES: &[&str] = &[
        "SELECT p.once(x) FROM t",
        "SELECT p.once(x) AS y FROM t ORDER BY y",
        "SELECT x FROM t ORDER BY p.once(x)",
        "SELECT p.once(x) FROM t ORDER BY p.once(x)",
        "SELECT x FROM t ORDER BY p.once(x) LIMIT 3",
        "SELECT p.once(x) AS y FROM t ORDER BY y DESC LIMIT 3",
        "SELECT DISTINCT p.once(x) FROM t",
        "SELECT p.once(x) FROM t GROUP BY p.once(x)",
        "SELECT p.once(x), count(*) FROM t GROUP BY 1",
        "SELECT p.once(x) AS y, count(*) FROM t GROUP BY y HAVING count(*) > 0",
        "SELECT sum(p.once(x)), min(id) FROM t",
        "SELECT sum(p.once(x)) FROM t GROUP BY id % 3",
        "SELECT avg(y), sum(y), y + y FROM (SELECT p.once(x) AS y FROM t) GROUP BY y",
        "SELECT y, y + 1, y * y FROM (SELECT p.once(x) AS y FROM t)",
        "SELECT y FROM (SELECT p.once(x) AS y FROM t) WHERE y > 0 AND y < 100000",
        "SELECT t.id FROM t JOIN u ON p.once(t.x) = u.x",
        "SELECT t.id FROM t JOIN u ON u.x = p.once(t.x)",
        "SELECT t.id FROM t, u WHERE t.id = u.id AND p.once(t.x) > u.x",
        "SELECT p.once(x) BETWEEN 3 AND 5 FROM t",
        "SELECT p.once(x) IN (1, 2, 3) FROM t",
        "SELECT coalesce(p.once(x), 0) FROM t",
        "SELECT nullif(p.once(x), 4) FROM t",
        "SELECT CASE p.once(x) WHEN 2 THEN 'a' WHEN 4 THEN 'b' END FROM t",
        "SELECT sum(p.once(x)) OVER (ORDER BY id) FROM t",
        "SELECT id, rank() OVER (ORDER BY p.once(x)) FROM t",
        "SELECT s.y FROM (SELECT p.once(x) AS y, id FROM t) s JOIN u ON s.id = u.id",
        "WITH s AS (SELECT p.once(x) AS y FROM t) SELECT y, y AS z FROM (SELECT y FROM s)",
        "SELECT greatest(p.once(x), p.once(x + 100000)) > 0, 1 FROM t WHERE x < 0 UNION ALL SELECT p.once(x) > 0, 2 FROM t",
        "SELECT DISTINCT ON (p.once(x)) x FROM t",
        "SELECT y FROM (SELECT p.once(x) AS y, id FROM t) ORDER BY y, id LIMIT 5",
    ];
    for threads in [1, 2] {
        let (fixture, x) = fixture(threads);
        let mut wrong = Vec::new();
        for sql in QUERIES {
            let outcome = fixture.try_run(sql).map(|_| fixture.calls());
            match outcome {
                Ok(calls) if calls == x => {}
                Ok(calls) => wrong.push(format!("{sql}: {} calls", calls.len())),
                Err(error) => wrong.push(format!("{sql}: {error}")),
            }
            fixture.calls();
        }
        assert!(wrong.is_empty(), "{threads} threads:\n{}", wrong.join("\n"));
    }
}

#[test]
fn a_pure_function_of_constants_is_called_once_a_run() {
    let (fixture, _) = fixture(2);
    let relation = fixture
        .session
        .sql(
            "SELECT x + p.pure(21) AS y FROM t WHERE x > p.pure(p.pure(1))",
            arrowsmith_engine::Parameters::default(),
            None,
        )
        .wait()
        .unwrap();
    assert_eq!(fixture.calls(), []);
    for _ in 0..2 {
        relation.collect().wait().unwrap();
        assert_eq!(fixture.calls(), [Some(1), Some(2), Some(21)]);
    }
    // Only a declared one is.
    fixture.run("SELECT p.twice(21) FROM t");
    assert_eq!(fixture.calls().len() as i64, ROWS);
    fixture.run("SELECT p.pure(21) FROM t WHERE x < 0");
    assert_eq!(fixture.calls(), []);
}

#[test]
fn rows_behind_a_limit_are_not_called_for() {
    let (fixture, _) = fixture(1);
    fixture.run("SELECT p.once(x) FROM t LIMIT 5");
    assert_eq!(fixture.calls().len(), 5);
    fixture.run("SELECT * FROM (SELECT p.once(x) FROM t) LIMIT 5 OFFSET 2");
    assert_eq!(fixture.calls().len(), 5);
    fixture.run("SELECT p.once(x) + p.twice(p.twice(x)) FROM t OFFSET 990");
    assert_eq!(fixture.calls().len(), 30);
}

#[test]
fn a_filter_from_outside_spares_calls() {
    let (fixture, _) = fixture(1);
    fixture.run("SELECT y FROM (SELECT x, p.once(x) AS y FROM t) WHERE x <= 10");
    assert_eq!(fixture.calls().len(), 10);
}

#[test]
fn arguments_are_coerced_by_the_contract() {
    let (fixture, _) = fixture(1);
    let text = fixture.show("SELECT p.twice(arrow_cast(x, 'Int16')) AS y FROM t WHERE x = 4");
    assert!(text.contains("| 8 |"), "{text}");
    let text = fixture.show("SELECT p.twice(NULL) IS NULL AS y");
    assert!(text.contains("true"), "{text}");
    let error = fixture.error("SELECT p.twice(arrow_cast(18446744073709551615, 'UInt64'))");
    assert!(error.contains("ai.p.twice: row 0: argument \"a\" does not fit int"), "{error}");
}
