//! Procedures that take columns of the tables beside them.

use super::plugin::Procedures;

const TEXTS: &[Option<&str>] = &[Some("a b"), Some(""), None, Some("c"), Some("d e f")];

const INNER: &[&str] = &["0 a 0", "0 b 1", "3 c 0", "4 d 0", "4 e 1", "4 f 2"];
const OUTER: &[&str] = &["0 a 0", "0 b 1", "1 - -", "2 - -", "3 c 0", "4 d 0", "4 e 1", "4 f 2"];

#[test]
fn with_and_without_the_word() {
    for threads in [1, 2] {
        let procedures = Procedures::new(threads);
        procedures.texts(TEXTS);
        for batch_size in [1, 2, 100] {
            procedures.fixture.run(&format!("SET datafusion.execution.batch_size = {batch_size}"));
            for sql in [
                "SELECT id, word, at FROM t, r.split(t.text)",
                "SELECT id, word, at FROM t, r.split(text)",
                "SELECT id, k.word, k.at FROM t, LATERAL r.split(t.text) AS k",
                "SELECT id, k.v, k.w FROM t CROSS JOIN r.split(t.text) AS k(v, w)",
                "SELECT id, word, at FROM t CROSS JOIN LATERAL r.split(t.text)",
                "SELECT id, word, at FROM t JOIN r.split(t.text) ON true",
                "SELECT id, word, at FROM t JOIN LATERAL r.split(a => t.text) k ON k.at >= 0",
                "SELECT id, word, at FROM t a, r.split(a.text)",
            ] {
                assert_eq!(procedures.rows(sql), INNER, "{sql}");
            }
            for sql in [
                "SELECT id, word, at FROM t LEFT JOIN r.split(t.text) ON true",
                "SELECT id, k.word, k.at FROM t LEFT JOIN LATERAL r.split(t.text) k ON true",
            ] {
                assert_eq!(procedures.rows(sql), OUTER, "{sql}");
            }
        }
    }
}

#[test]
fn one_start_serves_a_whole_batch() {
    let procedures = Procedures::new(1);
    procedures.fixture.table("u", &(0..1000).map(|x| Some(x % 3)).collect::<Vec<_>>());
    procedures.log.starts();
    assert_eq!(procedures.rows("SELECT u.id, k.n FROM u, r.range(u.x) k").len(), 999);
    let starts = procedures.log.starts();
    assert_eq!(starts.iter().sum::<usize>(), 1000);
    assert!(starts.len() <= 4, "{starts:?}");
}

#[test]
fn they_mix_with_the_rest_of_sql() {
    let procedures = Procedures::new(2);
    procedures.texts(TEXTS);
    for (sql, wanted) in [
        ("SELECT id, count(*) FROM t, r.split(t.text) GROUP BY id", &["0 2", "3 1", "4 3"][..]),
        ("SELECT word FROM t, r.split(t.text) WHERE id = 4 AND at > 0", &["e", "f"]),
        (
            "SELECT k.word, m.n FROM t, r.split(t.text) k, r.range(k.at) m",
            &["b 0", "e 0", "f 0", "f 1"],
        ),
        (
            "SELECT word, n FROM t JOIN r.split(text) ON at = 1 JOIN r.range(at) ON true",
            &["b 0", "e 0"],
        ),
        ("SELECT t.id, n FROM t, r.range(p.twice(t.id)) WHERE t.id = 1", &["1 0", "1 1"]),
        ("SELECT t.id, n FROM t, r.range(t.id, 2) WHERE n > 0", &["3 2", "4 2"]),
        (
            "SELECT t.id, n FROM t LEFT JOIN r.range(t.id - 3) ON true",
            &["0 -", "1 -", "2 -", "3 -", "4 0"],
        ),
        (
            "SELECT id, n FROM t, r.range((SELECT max(n) FROM r.range(3)) - t.id)",
            &["0 0", "0 1", "1 0"],
        ),
        ("SELECT sum(n) FROM (SELECT id FROM t WHERE id > 2) s, r.range(s.id)", &["9"]),
        (
            "SELECT x.id, n FROM t x, t y JOIN r.range(y.id) ON true WHERE x.id = 0 AND y.id = 1",
            &["0 0"],
        ),
        ("SELECT count(*) FROM t, r.split(t.text)", &["6"]),
        (
            "WITH w AS (SELECT id, word FROM t, r.split(t.text)) SELECT a.word FROM w a JOIN w b \
          ON a.id = b.id AND b.word = 'c'",
            &["c"],
        ),
    ] {
        assert_eq!(procedures.rows(sql), wanted, "{sql}");
    }
    let sql = "SELECT id, word FROM t, r.split(t.text) ORDER BY id DESC, word LIMIT 2";
    assert_eq!(procedures.rows(sql), ["4 d", "4 e"]);
    procedures.fixture.run("CREATE VIEW v AS SELECT id, word FROM t, r.split(t.text)");
    assert_eq!(procedures.rows("SELECT word FROM v WHERE id = 3"), ["c"]);
}

#[test]
fn guards_hold_for_arguments() {
    let procedures = Procedures::new(1);
    procedures.fixture.table("u", &[Some(0), Some(2), None]);
    let sql = "SELECT u.id, n FROM u, r.range(CASE WHEN p.check(x) THEN x END) WHERE u.x > 0";
    assert_eq!(procedures.rows(sql), ["1 0", "1 1"]);
    assert_eq!(procedures.fixture.calls(), [Some(2)]);
}

#[test]
fn a_limit_stops_in_the_middle_of_a_batch() {
    let procedures = Procedures::new(1);
    procedures.fixture.table("u", &[Some(1_000_000_000), Some(1_000_000_000)]);
    procedures.log.pulls();
    assert_eq!(procedures.rows("SELECT n FROM u, r.range(u.x) LIMIT 4").len(), 4);
    assert_eq!(procedures.log.pulls(), [4]);
    assert_eq!(procedures.rows("SELECT n FROM u LEFT JOIN r.range(x) ON true LIMIT 4").len(), 4);
    assert_eq!(procedures.log.pulls(), [4]);
}
