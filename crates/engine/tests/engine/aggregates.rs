//! Aggregates over groups.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use arrow::array::{Array, ArrayRef, AsArray, Int64Array};
use arrow::datatypes::Int64Type;
use arrowsmith_contract::StopReason;
use arrowsmith_engine::{DatabaseOptions, Error};

use crate::fixture::wait_until;
use crate::summing::{Summing, count};

#[test]
fn states_of_partitions_are_merged() {
    let fixture = Summing::new(2);
    fixture.table("t", 100_000, 7);
    fixture.same(
        "SELECT k, a.total(x) FROM t GROUP BY k ORDER BY k",
        "SELECT k, sum(x) FROM t GROUP BY k ORDER BY k",
    );
    assert!(count(&fixture.total.merged) >= 7, "{:?}", fixture.total);
    assert_eq!(count(&fixture.total.rows), 100_000);
    assert_eq!(count(&fixture.total.begun), 1);
    let before = count(&fixture.total.merged);
    fixture.same("SELECT a.total(x) FROM t", "SELECT sum(x) FROM t");
    assert!(count(&fixture.total.merged) >= before + 2, "{:?}", fixture.total);
    assert_eq!(count(&fixture.total.written), 0);
}

#[test]
fn many_groups_are_accumulated_where_they_are_met() {
    let fixture = Summing::new(2);
    fixture.table("t", 300_000, 299_999);
    fixture.same(
        "SELECT count(*), sum(s) FROM (SELECT k, a.total(x) AS s FROM t GROUP BY k)",
        "SELECT count(*), sum(s) FROM (SELECT k, sum(x) AS s FROM t GROUP BY k)",
    );
    let text = fixture.relation("SELECT k, a.total(x) FROM t GROUP BY k").unwrap();
    let text = text.explain(true).wait().unwrap();
    let skipped = text.split("skipped_aggregation_rows=").nth(1);
    assert!(skipped.is_none_or(|skipped| skipped.starts_with('0')), "{text}");
    fixture.same(
        "SELECT count(*), sum(length(s)) FROM (SELECT a.list(DISTINCT x) AS s FROM t GROUP BY k)",
        "SELECT count(*), sum(coalesce(length(s), 0)) FROM
         (SELECT string_agg(DISTINCT arrow_cast(x, 'Utf8'), ' ') AS s FROM t GROUP BY k)",
    );
}

#[test]
fn no_rows_give_the_answer_of_the_initial_state() {
    let fixture = Summing::new(2);
    fixture.table("t", 10, 2);
    assert_eq!(fixture.int("SELECT a.total(x) FROM t WHERE id < 0"), 0);
    assert_eq!(fixture.text("SELECT a.list(DISTINCT x) FROM t WHERE id < 0"), "");
    assert_eq!(fixture.text("SELECT a.list(x ORDER BY id) FROM t WHERE id < 0"), "");
    assert_eq!(fixture.int("SELECT a.rows() FROM t WHERE id < 0"), 0);
    assert_eq!(fixture.int("SELECT a.total(x) FILTER (WHERE id < 0) FROM t"), 0);
    fixture.same(
        "SELECT k, a.total(x) FILTER (WHERE k = 1) FROM t GROUP BY k ORDER BY k",
        "SELECT k, CASE k WHEN 1 THEN sum(x) ELSE 0 END FROM t GROUP BY k ORDER BY k",
    );
    assert_eq!(fixture.run("SELECT a.total(x) FROM t WHERE id < 0 GROUP BY k")[..].len(), 0);
    fixture.same(
        "SELECT k, a.total(x) FROM t WHERE id < 0 GROUP BY ROLLUP (k)",
        "SELECT k, coalesce(sum(x), 0) FROM t WHERE id < 0 GROUP BY ROLLUP (k)",
    );
}

#[test]
fn a_function_without_parameters_counts_rows() {
    let fixture = Summing::new(2);
    fixture.table("t", 50_000, 3);
    fixture.same("SELECT a.rows() FROM t", "SELECT count(*) FROM t");
    fixture.same(
        "SELECT k, a.rows() FILTER (WHERE x > 7) FROM t GROUP BY k ORDER BY k",
        "SELECT k, count(*) FILTER (WHERE x > 7) FROM t GROUP BY k ORDER BY k",
    );
    assert!(count(&fixture.rows.merged) > 0);
}

#[test]
fn they_stand_wherever_aggregates_do() {
    let fixture = Summing::new(2);
    fixture.table("t", 30_000, 11);
    for sql in [
        "SELECT k FROM t GROUP BY k HAVING $(x) > 0 ORDER BY $(x) DESC, k",
        "SELECT k, $(x) + $(id) * 2, $(x) FROM t GROUP BY k ORDER BY k",
        "SELECT k, id % 2, $(x) FROM t GROUP BY ROLLUP (k, id % 2) ORDER BY 1, 2",
        "SELECT k, id % 2, $(x) FROM t GROUP BY GROUPING SETS ((k), (id % 2), ()) ORDER BY 1, 2",
        "WITH s AS (SELECT k, $(x) AS y FROM t GROUP BY k) SELECT $(y), max(y), min(y) FROM s",
        "SELECT k FROM t GROUP BY k HAVING $(x) > (SELECT $(x) / 11 FROM t) ORDER BY k",
        "SELECT id FROM t WHERE id = (SELECT $(k) FROM t WHERE id < 3)",
        "SELECT $(x) FROM t UNION ALL SELECT $(x) FILTER (WHERE k > 4) FROM t ORDER BY 1",
        "SELECT k, $(DISTINCT x % 7), $(x), $(DISTINCT x) FROM t GROUP BY k ORDER BY k",
        "SELECT DISTINCT $(x) > 5 FROM t GROUP BY k",
        "SELECT t.k, s.y FROM t JOIN (SELECT k, $(x) AS y FROM t GROUP BY k) s ON s.k = t.id ORDER BY 1, 2",
        "SELECT id FROM t WHERE EXISTS (SELECT $(x) FROM t s WHERE s.k = t.id GROUP BY s.id) ORDER BY id",
        "SELECT $(x) FROM t GROUP BY CASE WHEN k > 4 THEN 1 ELSE 2 END ORDER BY 1",
    ] {
        fixture.same(&sql.replace("$(", "a.total("), &sql.replace("$(", "sum("));
    }
    fixture.run("CREATE TABLE u AS SELECT k, a.total(x) AS y FROM t GROUP BY k");
    fixture.same("SELECT * FROM u ORDER BY k", "SELECT k, sum(x) FROM t GROUP BY k ORDER BY k");
    fixture.run("CREATE VIEW v AS SELECT k, a.total(x) AS y FROM t GROUP BY k");
    fixture.same("SELECT * FROM v ORDER BY k", "SELECT * FROM u ORDER BY k");
}

#[test]
fn distinct_filter_and_order_by_work_together() {
    let fixture = Summing::new(2);
    fixture.table("t", 40_000, 3);
    let list = |sql: &str| fixture.text(&format!("SELECT a.list({sql} FROM t"));
    assert_eq!(list("x ORDER BY id DESC) FILTER (WHERE id < 8)"), "7 6 5 3 2 1 0");
    assert_eq!(list("x ORDER BY id % 3, x DESC) FILTER (WHERE id < 8)"), "6 3 0 7 1 5 2");
    assert_eq!(list("DISTINCT x % 3 ORDER BY x % 3 DESC)"), "2 1 0");
    assert_eq!(list("DISTINCT x ORDER BY x) FILTER (WHERE x < 7)"), "0 1 2 3 5 6");
    assert_eq!(
        list("DISTINCT x ORDER BY x NULLS FIRST) FILTER (WHERE k = 1 AND x < 4)"),
        "0 1 2 3"
    );
    assert_eq!(list("x + 1 ORDER BY x + 1 DESC) FILTER (WHERE id < 3)"), "3 2 1");
    // Both sort everything, so there is nothing else it could be.
    fixture.same(
        "SELECT k, a.list(x ORDER BY id) FROM t GROUP BY k ORDER BY k",
        "SELECT k, string_agg(arrow_cast(x, 'Utf8'), ' ' ORDER BY id) FROM t GROUP BY k ORDER BY k",
    );
    fixture.same(
        "SELECT k, a.list(DISTINCT x % 20 ORDER BY x % 20 DESC), a.total(x) FROM t GROUP BY k ORDER BY k",
        "SELECT k, array_to_string(array_agg(DISTINCT x % 20 ORDER BY x % 20 DESC) FILTER (WHERE x IS NOT NULL), ' '), sum(x)
         FROM t GROUP BY k ORDER BY k",
    );
    let error = fixture.error("SELECT a.list(DISTINCT x ORDER BY id) FROM t");
    assert!(error.starts_with("ai.a.list: with DISTINCT, ORDER BY can only name"), "{error}");
}

#[test]
fn equal_rows_stay_in_their_order() {
    let fixture = Summing::new(1);
    fixture.table("t", 5000, 2);
    let got = fixture.text("SELECT a.list(id ORDER BY k) FROM t");
    let key = |id: &i64| id * 7919 % 2;
    let mut wanted: Vec<i64> = (0..5000).collect();
    wanted.sort_by_key(key);
    let wanted: Vec<String> = wanted.iter().map(ToString::to_string).collect();
    assert_eq!(got, wanted.join(" "));
}

#[test]
fn calls_do_not_grow_with_groups() {
    let fixture = Summing::new(1);
    let calls = |groups| {
        fixture.table("t", 50_000, groups);
        let before = fixture.total.calls();
        fixture.run("SELECT k, a.total(x) FROM t GROUP BY k");
        fixture.total.calls() - before
    };
    let few = calls(3);
    assert!(few < 60, "{few}");
    assert_eq!(calls(40_000), few);
}

#[test]
fn states_beyond_the_memory_limit_are_written_and_read_back() {
    let folder = tempfile::tempdir().unwrap();
    for (threads, megabytes) in [(1, 24), (2, 24)] {
        let fixture = Summing::with(&DatabaseOptions {
            threads: Some(threads),
            memory: Some(megabytes << 20),
            temp_dir: Some(folder.path().to_owned()),
        });
        let inner =
            "SELECT value % 300000 AS k, $(value) AS s FROM generate_series(1, 900000) GROUP BY k";
        let sql = format!("SELECT count(*), sum(s), max(s) FROM ({inner})");
        fixture.same(&sql.replace("$(", "a.total("), &sql.replace("$(", "sum("));
        assert!(count(&fixture.total.written) > 0, "{threads}: {:?}", fixture.total);
        let inner = "SELECT value % 3000 AS k, $(DISTINCT value % 97) AS s FROM generate_series(1, 900000) GROUP BY k";
        let sql = format!("SELECT count(*), sum(s), max(s) FROM ({inner})");
        fixture.same(&sql.replace("$(", "a.total("), &sql.replace("$(", "sum("));
    }
}

#[test]
fn errors_stay_what_they_are_and_the_session_goes_on() {
    let fixture = Summing::new(2);
    fixture.table("t", 30_000, 5);
    for sql in [
        "SELECT a.fails(x) FROM t",
        "SELECT a.fails(x) FROM t GROUP BY k",
        "SELECT a.fails(DISTINCT x) FROM t GROUP BY k",
        "SELECT a.fails(x ORDER BY id) FROM t",
        "SELECT a.fails(x) OVER (ORDER BY id) FROM t",
    ] {
        let error = fixture.try_run(sql).unwrap_err();
        assert!(matches!(&error, Error::Contract(_)), "{sql}: {error:?}");
        assert!(error.to_string().contains("unlucky"), "{sql}: {error}");
    }
    assert!(count(&fixture.fails.rows) > 0);
    assert_eq!(fixture.int("SELECT a.total(x) FROM t WHERE id < 3"), 3);
}

#[test]
fn a_running_aggregate_is_cancelled() {
    let fixture = Summing::new(2);
    let sql = "SELECT a.total(value) FROM generate_series(1, 100000000000)";
    let pending = fixture.relation(sql).unwrap().collect();
    wait_until("the first rows", || count(&fixture.total.rows) > 0);
    fixture.session.cancel();
    let error = pending.wait().unwrap_err().to_string();
    assert!(error.contains(&StopReason::Cancelled.to_string()), "{error}");
}

#[test]
fn planning_calls_nothing_and_explain_names_them() {
    let fixture = Summing::new(2);
    fixture.table("t", 30_000, 5);
    for sql in [
        "SELECT a.total(x) FROM t",
        "SELECT k, a.total(DISTINCT x) FROM t GROUP BY k",
        "SELECT a.total(x) OVER (ORDER BY id ROWS 2 PRECEDING) FROM t",
        "SELECT a.total(1)",
    ] {
        let relation = fixture.relation(sql).unwrap();
        let text = relation.explain(false).wait().unwrap();
        assert!(text.contains("ai.a.total("), "{text}");
        assert_eq!(fixture.total.calls(), 0, "{sql}");
    }
    let relation = fixture.relation("SELECT k, a.total(x) FROM t GROUP BY k").unwrap();
    let text = relation.explain(true).wait().unwrap();
    let line = text.lines().find(|line| line.starts_with("ai.a.total")).unwrap();
    assert!(line.contains("inline"), "{line}");
    assert!(fixture.total.calls() > 0);
}

#[test]
fn what_cannot_be_answered_is_refused() {
    let fixture = Summing::new(1);
    fixture.table("t", 10, 2);
    for (sql, wanted) in [
        (
            "SELECT id, (SELECT a.total(x) FROM t s WHERE s.k = t.id) FROM t",
            "names columns of the query around it",
        ),
        ("SELECT a.total(x) WITHIN GROUP (ORDER BY x) FROM t", "WITHIN GROUP; it is an aggregate"),
        ("SELECT a.total(x) IGNORE NULLS FROM t", "cannot be called with IGNORE NULLS"),
        ("SELECT a.total(*) FROM t", "ai.a.total: cannot be called with *"),
        ("SELECT a.total(a => x) FROM t", "by position, not by name"),
        ("SELECT a.total(x ORDER BY id) OVER () FROM t", "with OVER"),
        ("SELECT a.total() FROM t", "takes 1 argument, but got 0"),
        ("SELECT a.total('x') FROM t", "argument \"a\" is int, but got string"),
        ("SELECT id FROM t WHERE a.total(x) > 1", "not allowed in the WHERE clause"),
    ] {
        let error = fixture.error(sql);
        assert!(error.contains(wanted), "{sql}: {error}");
    }
    assert_eq!(fixture.total.calls(), 0);
}

#[test]
fn they_are_called_on_arrays() {
    let fixture = Summing::new(2);
    let function = fixture.session.registry().snapshot().function("a.total").unwrap();
    let column: ArrayRef = Arc::new(Int64Array::from_iter_values(0..50_000));
    let answer = fixture.session.invoke(&function, vec![column], 50_000).wait().unwrap();
    assert_eq!(answer.len(), 1);
    assert_eq!(answer.as_primitive::<Int64Type>().value(0), (0..50_000).sum::<i64>());
    assert_eq!(fixture.total.updates.load(Ordering::Relaxed), 4);
    let none: ArrayRef = Arc::new(Int64Array::from(Vec::<i64>::new()));
    let answer = fixture.session.invoke(&function, vec![none], 0).wait().unwrap();
    assert_eq!(answer.as_primitive::<Int64Type>().values().as_ref(), [0]);
}
