//! Aggregates over frames of windows.

use crate::summing::{Summing, count};

/// Each frame of `sum` has the same answer, and 0 where it is empty.
fn check(fixture: &Summing, function: &str, frames: &[&str]) {
    for frame in frames {
        for argument in ["x", "DISTINCT x % 5"] {
            let call = |name: &str| format!("{name}({argument}) OVER ({frame})");
            fixture.same(
                &format!("SELECT id, {} FROM t ORDER BY id", call(function)),
                &format!("SELECT id, coalesce({}, 0) FROM t ORDER BY id", call("sum")),
            );
        }
    }
}

const GROWING: &[&str] = &[
    "",
    "PARTITION BY k",
    "ORDER BY id",
    "PARTITION BY k ORDER BY id",
    "ORDER BY k",
    "ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND 3 PRECEDING",
    "ORDER BY id DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 2 FOLLOWING",
    "PARTITION BY k ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING",
];

const MOVING: &[&str] = &[
    "ORDER BY id ROWS 2 PRECEDING",
    "PARTITION BY k ORDER BY id ROWS BETWEEN 3 PRECEDING AND 1 FOLLOWING",
    "PARTITION BY k ORDER BY id ROWS BETWEEN 5 PRECEDING AND 3 PRECEDING",
    "ORDER BY id ROWS BETWEEN 2 FOLLOWING AND 4 FOLLOWING",
    "ORDER BY id ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING",
    "ORDER BY id * 3 RANGE BETWEEN 4 PRECEDING AND 2 PRECEDING",
    "ORDER BY id RANGE BETWEEN 10 PRECEDING AND 2 FOLLOWING",
];

#[test]
fn frames_that_grow() {
    for threads in [1, 2] {
        let fixture = Summing::new(threads);
        fixture.table("t", 500, 3);
        check(&fixture, "a.total", GROWING);
        check(&fixture, "a.moving", GROWING);
        assert_eq!(count(&fixture.moving.retracted), 0);
    }
}

#[test]
fn frames_that_move() {
    let fixture = Summing::new(2);
    fixture.table("t", 300, 3);
    check(&fixture, "a.total", MOVING);
    check(&fixture, "a.moving", MOVING);
    assert!(count(&fixture.moving.retracted) > 0);
    assert_eq!(count(&fixture.total.retracted), 0);
}

#[test]
fn rows_enter_in_order() {
    let fixture = Summing::new(2);
    fixture.table("t", 8, 2);
    let rows = fixture.rows_of(
        "SELECT id, a.list(x) OVER (ORDER BY id ROWS 2 PRECEDING) AS y FROM t ORDER BY id",
    );
    let wanted = ["0", "0 1", "0 1 2", "1 2 3", "2 3", "3 5", "5 6", "5 6 7"];
    for (line, wanted) in rows.lines().zip(wanted) {
        assert_eq!(line.split('|').nth(2).unwrap(), wanted, "{rows}");
    }
}

#[test]
fn filters_and_functions_without_parameters() {
    let fixture = Summing::new(1);
    fixture.table("t", 200, 3);
    for frame in ["ORDER BY id", "ORDER BY id ROWS 3 PRECEDING", ""] {
        fixture.same(
            &format!("SELECT id, a.rows() FILTER (WHERE k = 1) OVER ({frame}) FROM t ORDER BY id"),
            &format!("SELECT id, count(*) FILTER (WHERE k = 1) OVER ({frame}) FROM t ORDER BY id"),
        );
    }
    fixture.run(
        "CREATE TABLE u AS SELECT id, a.total(x) OVER (ORDER BY id ROWS BETWEEN 2 PRECEDING AND 1 PRECEDING) AS y FROM t",
    );
    fixture.same(
        "SELECT y FROM u ORDER BY id",
        "SELECT coalesce(sum(x) OVER (ORDER BY id ROWS BETWEEN 2 PRECEDING AND 1 PRECEDING), 0) FROM t ORDER BY id",
    );
    fixture.same(
        "SELECT k, a.total(a.total(x)) OVER (ORDER BY k) FROM t GROUP BY k ORDER BY k",
        "SELECT k, sum(sum(x)) OVER (ORDER BY k) FROM t GROUP BY k ORDER BY k",
    );
}
