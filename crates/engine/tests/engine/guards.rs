//! A function is called for the rows that need it, each once, and for no other.

use crate::fixture::{Fixture, rows};

/// `x` is 1, 2, 3, ... in the rows that pass a guard; of the others half are NULL, if wanted, and
/// the rest zero or less.
fn guarded_column(rows: usize, excluded_percent: usize, nulls: bool) -> Vec<Option<i64>> {
    (0..rows)
        .map(|row| {
            let excluded = (row * 37 + 11) % 100 < excluded_percent;
            match (excluded, nulls && row % 2 == 0) {
                (true, true) => None,
                (true, false) => Some(-(row as i64)),
                (false, _) => Some(row as i64 + 1),
            }
        })
        .collect()
}

/// Queries that must call `p.check` for the rows with `x > 0` only, each once.
const GUARDED: &[&str] = &[
    "SELECT * FROM t WHERE x > 0 AND p.check(x)",
    "SELECT * FROM t WHERE p.check(x) AND x > 0",
    "SELECT * FROM t WHERE x > 0 AND p.check(x) AND id >= 0",
    "SELECT * FROM t WHERE x IS NOT NULL AND NOT (x <= 0 OR NOT p.check(x))",
    "SELECT * FROM t WHERE (x > 0 AND p.check(x)) OR id < 0",
    "SELECT id, (x IS NOT NULL AND x > 0) AND p.check(x) FROM t",
    "SELECT id, x IS NULL OR x <= 0 OR p.check(x) FROM t",
    "SELECT id, CASE WHEN x > 0 THEN p.check(x) END FROM t",
    "SELECT id, CASE WHEN x <= 0 THEN NULL WHEN x IS NULL THEN true ELSE p.check(x) END FROM t",
    "SELECT id, CASE (x > 0) WHEN true THEN p.check(x) ELSE false END FROM t",
    "SELECT id, CASE WHEN x > 0 AND p.check(x) THEN 1 ELSE 2 END FROM t",
    "SELECT id, coalesce(CASE WHEN x > 0 THEN NULL ELSE false END, CASE WHEN x IS NULL THEN true END, p.check(x)) FROM t",
    "SELECT id, nvl(CASE WHEN x > 0 THEN NULL ELSE false END, p.check(x)) FROM t",
    "SELECT id, nvl2(CASE WHEN x > 0 THEN true END, p.check(x), false) FROM t",
    "SELECT count(CASE WHEN x > 0 THEN p.check(x) END) FROM t",
    "SELECT count(p.check(x)) FILTER (WHERE x > 0) FROM t",
    "SELECT id % 7, bool_and(p.check(x)) FILTER (WHERE x > 0) FROM t GROUP BY id % 7",
    "SELECT count(*) FILTER (WHERE x > 0 AND p.check(x)) FROM t",
    "SELECT count(DISTINCT p.check(x)) FILTER (WHERE x > 0) FROM t",
    "SELECT array_agg(id ORDER BY p.check(x)) FILTER (WHERE x > 0) FROM t",
    "SELECT id, p.check(x) FROM (SELECT * FROM t WHERE x > 0)",
    "SELECT id FROM (SELECT * FROM t WHERE x > 0) WHERE p.check(x)",
    "SELECT id FROM (SELECT id, x FROM t WHERE x > 0) s WHERE p.check(s.x) AND s.id >= 0",
    "WITH s AS (SELECT * FROM t WHERE x > 0) SELECT * FROM s WHERE p.check(x)",
    "SELECT * FROM t WHERE x > 0 AND CASE WHEN p.check(x) THEN true ELSE false END",
    "SELECT t.id FROM t JOIN keep ON t.id = keep.id WHERE p.check(t.x)",
    "SELECT t.id, p.check(t.x) FROM t JOIN keep ON t.id = keep.id",
    "SELECT t.id FROM t JOIN keep ON t.id = keep.id AND p.check(t.x)",
    "SELECT t.id FROM keep JOIN t ON t.id = keep.id AND p.check(t.x)",
    "SELECT t.id FROM t LEFT JOIN keep ON t.id = keep.id AND p.check(t.x)",
    "SELECT t.id FROM keep RIGHT JOIN t ON t.id = keep.id AND p.check(t.x)",
    "SELECT t.id FROM t FULL JOIN keep ON t.id = keep.id AND p.check(t.x)",
    "SELECT keep.id FROM keep LEFT JOIN t ON t.id = keep.id AND p.check(t.x)",
    "SELECT t.id FROM t LEFT SEMI JOIN keep ON t.id = keep.id AND p.check(t.x)",
    "SELECT t.id FROM t LEFT ANTI JOIN keep ON t.id = keep.id AND p.check(t.x)",
    "SELECT id FROM t WHERE id IN (SELECT id FROM keep) AND p.check(x)",
    "SELECT id FROM t WHERE EXISTS (SELECT 1 FROM keep WHERE keep.id = t.id) AND p.check(x)",
    "SELECT id FROM t WHERE EXISTS (SELECT 1 FROM keep WHERE keep.id = t.id AND p.check(t.x))",
    "SELECT id FROM keep WHERE EXISTS (SELECT 1 FROM t WHERE keep.id = t.id AND p.check(t.x))",
    "SELECT id FROM keep WHERE EXISTS (SELECT 1 FROM t WHERE keep.id = t.id AND p.check(t.x + keep.id * 0))",
    "SELECT id FROM keep WHERE NOT EXISTS (SELECT 1 FROM t WHERE keep.id = t.id AND p.check(t.x))",
    "SELECT id FROM keep WHERE id IN (SELECT t.id FROM t WHERE t.id = keep.id AND p.check(t.x))",
    "SELECT id, (SELECT max(s.id) FROM (SELECT * FROM t WHERE x > 0) s WHERE s.id = keep.id AND p.check(s.x)) FROM keep",
    "SELECT id FROM keep WHERE EXISTS (SELECT 1 FROM (SELECT * FROM t WHERE x > 0) s WHERE s.id = keep.id AND p.check(s.x))",
    "SELECT id FROM keep WHERE EXISTS (SELECT 1 FROM (SELECT * FROM t WHERE x > 0 AND p.check(x)) s WHERE s.id = keep.id)",
    "SELECT id FROM keep WHERE true IN (SELECT p.check(t.x) FROM t WHERE x > 0)",
    "SELECT id, (SELECT max(t.id) FROM t WHERE t.id = keep.id AND x > 0 AND p.check(t.x)) FROM keep",
    "SELECT id, (SELECT count(p.check(t.x)) FROM t WHERE t.id = keep.id AND x > 0) FROM keep",
    "SELECT id FROM keep WHERE (SELECT bool_and(ok) FROM (SELECT t.id, p.check(t.x) AS ok FROM t WHERE x > 0) s WHERE s.id = keep.id)",
    "SELECT id, (SELECT p.check(t.x) FROM t WHERE t.id = keep.id AND x > 0 LIMIT 1) FROM keep WHERE false UNION ALL SELECT id, p.check(x) FROM t WHERE x > 0",
    "SELECT id FROM keep WHERE id IN (SELECT t.id FROM t WHERE x > 0 AND p.check(x))",
    "SELECT id FROM t WHERE x > (SELECT min(0) FROM keep) AND p.check(x)",
    "SELECT id FROM t WHERE x > 0 AND p.check(x) = (SELECT bool_and(true) FROM keep)",
    "SELECT id, CASE WHEN x > (SELECT 0) THEN p.check(x) END FROM t",
    "SELECT max(x) FROM t WHERE x > 0 GROUP BY id HAVING p.check(max(x))",
    "SELECT x FROM t WHERE x > 0 ORDER BY p.check(x), x",
    "SELECT DISTINCT p.check(x) FROM t WHERE x > 0",
    "SELECT p.check(x), count(*) FROM t WHERE x > 0 GROUP BY p.check(x)",
    "SELECT count(*) FROM t WHERE x > 0 GROUP BY p.check(x)",
    "SELECT id, row_number() OVER (PARTITION BY p.check(x) ORDER BY id) FROM t WHERE x > 0",
    "SELECT id, count(p.check(x)) FILTER (WHERE x > 0) OVER (ORDER BY id) FROM t",
    "SELECT p.check(x) FROM t WHERE x > 0 UNION ALL SELECT p.check(x) FROM t WHERE false",
    "SELECT p.check(x) FROM t WHERE x > 0 UNION SELECT true",
    "SELECT s.ok FROM (SELECT id, x, p.check(x) AS ok FROM t WHERE x > 0) s WHERE s.ok AND s.id >= 0",
    "SELECT s.id FROM (SELECT DISTINCT id, x FROM t WHERE x > 0) s WHERE p.check(s.x)",
    "SELECT id FROM (SELECT id, x FROM t WHERE x > 0 UNION ALL SELECT id, x FROM t WHERE false) WHERE p.check(x)",
    "SELECT id FROM (SELECT id, max(x) AS x FROM t GROUP BY id) WHERE x > 0 AND p.check(x)",
    "SELECT id FROM t WHERE x > 0 AND p.check(x) BETWEEN false AND true",
    "SELECT id FROM t WHERE x > 0 AND p.check(x) IN (true, false)",
    "SELECT id FROM t WHERE x > 0 AND nullif(p.check(x), false)",
    "SELECT id FROM t WHERE x > 0 AND coalesce(p.check(x), true)",
    "SELECT DISTINCT ON (p.check(x)) id FROM t WHERE x > 0 ORDER BY p.check(x)",
    "SELECT p.check(x), count(*) FROM t WHERE x > 0 GROUP BY ROLLUP (p.check(x))",
    "SELECT id FROM t WHERE x > 0 AND EXISTS (SELECT 1 FROM t s WHERE s.id = t.id AND p.check(s.x))",
    "SELECT id FROM t WHERE x > 0 AND NOT EXISTS (SELECT 1 FROM t s WHERE s.id = t.id AND p.check(s.x))",
    "SELECT id FROM t WHERE id >= 0 AND x > 0 AND id IN (SELECT s.id FROM t s WHERE s.id = t.id AND p.check(s.x))",
    "SELECT id FROM t WHERE id IN (SELECT id FROM t WHERE x > 0 AND p.check(x)) AND x > 0",
    "SELECT id, coalesce((SELECT max(id) FROM t WHERE x > 0 AND p.check(x)), x) FROM keep JOIN t USING (id)",
    "SELECT id, (SELECT bool_and(p.check(x)) FROM t WHERE x > 0) OR id > 0 FROM keep",
    "SELECT keep.id FROM keep JOIN t ON p.check(t.x) = coalesce(true, keep.id > 0) WHERE false UNION ALL SELECT id FROM t WHERE x > 0 AND p.check(x)",
];

/// Queries with calls that some rows don't need, and queries that DataFusion would run twice.
const REFUSED: &[(&str, &[&str])] = &[
    (
        "in a query behind AND, OR, CASE or COALESCE",
        &[
            "SELECT id FROM t WHERE p.any(x) AND EXISTS (SELECT 1 FROM keep WHERE keep.id = t.id AND p.any(keep.id))",
            "SELECT id FROM t WHERE x <= 0 OR EXISTS (SELECT 1 FROM keep WHERE keep.id = t.id AND p.any(keep.id))",
            "SELECT id FROM t WHERE x > 0 AND EXISTS (SELECT 1 FROM (SELECT id, p.twice(id) AS y FROM keep) s WHERE s.y = t.id)",
            "SELECT id FROM t WHERE random() < 0 AND EXISTS (SELECT 1 FROM keep WHERE keep.id = t.id AND p.any(keep.id))",
            "SELECT id FROM t WHERE x > 100 AND x > (SELECT max(p.twice(id)) FROM keep)",
            "SELECT id FROM t WHERE x > 100 AND id IN (SELECT p.twice(id) FROM keep)",
            "SELECT x > 100 AND x > (SELECT max(p.twice(id)) FROM keep) FROM t",
            "SELECT CASE WHEN x > 5 THEN (SELECT max(p.twice(id)) FROM keep) END FROM t",
            "SELECT CASE WHEN x > 5 THEN 1 WHEN x > (SELECT max(p.twice(id)) FROM keep) THEN 2 END FROM t",
            "SELECT CASE x WHEN 5 THEN 1 ELSE (SELECT max(p.twice(id)) FROM keep) END FROM t",
            "SELECT coalesce(x, (SELECT max(p.twice(id)) FROM keep)) FROM t",
            "SELECT nvl(x, 1 + (SELECT max(s.y) FROM (SELECT p.twice(id) AS y FROM keep) s)) FROM t",
            "SELECT id FROM t WHERE EXISTS (SELECT 1 FROM keep WHERE keep.id = t.id OR keep.id > (SELECT max(p.twice(id)) FROM keep))",
        ],
    ),
    (
        "in a query behind ANY or ALL",
        &[
            "SELECT id FROM t WHERE x = ANY (SELECT p.twice(id) FROM keep)",
            "SELECT id FROM t WHERE x <> ALL (SELECT p.twice(id) FROM keep)",
            "SELECT id FROM t WHERE x > ALL (SELECT id FROM keep WHERE p.any(id))",
        ],
    ),
];

fn check(fixture: &Fixture, x: &[Option<i64>], what: &str) {
    fixture.table("t", x);
    let wanted: Vec<Option<i64>> = {
        let mut wanted: Vec<_> = x.iter().copied().filter(|x| x.is_some_and(|x| x > 0)).collect();
        wanted.sort_unstable();
        wanted
    };
    // `keep` has the ids of the rows that pass.
    fixture.run("CREATE OR REPLACE TABLE keep AS SELECT id FROM t WHERE x > 0");
    let mut wrong = Vec::new();
    for sql in GUARDED {
        match fixture.try_run(sql) {
            Err(error) => wrong.push(format!("{what}: {sql}: {error}")),
            Ok(_) => {
                let calls = fixture.calls();
                if calls != wanted {
                    let (got, want) = (calls.len(), wanted.len());
                    wrong.push(format!("{what}: {sql}: {got} calls in place of {want}"));
                }
            }
        }
        fixture.calls();
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn no_call_behind_a_guard_and_one_call_a_row_at_every_share() {
    assert!(GUARDED.len() > 50);
    for threads in [1, 2] {
        let fixture = Fixture::new(threads);
        for percent in [0, 1, 20, 21, 99, 100] {
            for nulls in [false, true] {
                let x = guarded_column(1000, percent, nulls);
                check(&fixture, &x, &format!("{percent} % excluded, nulls {nulls}"));
            }
        }
    }
}

#[test]
fn the_matrix_fails_where_nothing_guards() {
    let fixture = Fixture::new(1);
    fixture.table("t", &guarded_column(100, 20, false));
    assert!(fixture.error("SELECT p.check(x) FROM t").contains("reached"));
    assert!(rows(&fixture.run("SELECT x FROM t")) == 100);
}

#[test]
fn what_cannot_be_guarded_is_refused() {
    let fixture = Fixture::new(1);
    fixture.table("t", &guarded_column(100, 20, true));
    fixture.run("CREATE TABLE keep AS SELECT id FROM t WHERE x > 0");
    for (place, queries) in REFUSED {
        for sql in *queries {
            let error = fixture.error(sql);
            assert!(error.contains(&format!("cannot be called {place} yet")), "{sql}: {error}");
            assert_eq!(fixture.calls(), [], "{sql}");
        }
    }
}
