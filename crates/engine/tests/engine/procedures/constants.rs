//! Procedures of constants.

use arrow::array::{ArrayRef, AsArray, Int64Array, RecordBatch};
use arrow::datatypes::Int64Type;
use arrowsmith_contract::{Error as ContractError, StopReason};
use arrowsmith_engine::{Error, Parameters};
use std::sync::Arc;

use super::plugin::Procedures;
use crate::fixture::{rows, wait_until};

#[test]
fn they_stand_wherever_a_table_does() {
    for threads in [1, 2] {
        let procedures = Procedures::new(threads);
        procedures.fixture.table("u", &[Some(1), Some(2)]);
        for (sql, wanted) in [
            ("SELECT * FROM ai.r.range(3)", &["0", "1", "2"][..]),
            ("SELECT n + 1 FROM r.range(6, 2) WHERE n > 0", &["3", "5"]),
            ("SELECT k.m FROM r.range(2) AS k(m)", &["0", "1"]),
            ("SELECT range.n FROM r.range(1)", &["0"]),
            ("SELECT * FROM r.range(a => 2)", &["0", "1"]),
            ("SELECT * FROM r.range(B => 2, a => 3)", &["0", "2"]),
            ("SELECT * FROM r.range(3, b := 2)", &["0", "2"]),
            ("SELECT * FROM r.range(1 + 1)", &["0", "1"]),
            ("SELECT * FROM r.range(CAST('2' AS INT))", &["0", "1"]),
            ("SELECT * FROM r.range((SELECT max(x) FROM u))", &["0", "1"]),
            ("SELECT * FROM r.range(p.twice(1))", &["0", "1"]),
            ("SELECT * FROM r.range(NULL)", &[]),
            ("SELECT * FROM R.RANGE(1)", &["0"]),
            ("SELECT count(*) FROM r.range(40000)", &["40000"]),
            (
                "SELECT a.n, b.n FROM r.range(2) a JOIN r.range(3) b ON a.n + 1 = b.n",
                &["0 1", "1 2"],
            ),
            ("SELECT id FROM r.range(2) a RIGHT JOIN u ON u.x = a.n", &["0", "1"]),
            ("SELECT * FROM r.range(2) UNION ALL SELECT * FROM r.range(1)", &["0", "0", "1"]),
            (
                "WITH c AS (SELECT n FROM r.range(2)) SELECT a.n FROM c a, c b",
                &["0", "0", "1", "1"],
            ),
            ("SELECT x FROM u WHERE x IN (SELECT n FROM r.range(2))", &["1"]),
            ("SELECT x FROM u WHERE EXISTS (SELECT 1 FROM r.range(2) k WHERE k.n = u.x)", &["1"]),
            ("SELECT (SELECT sum(n) FROM r.range(4)) FROM u", &["6", "6"]),
            ("SELECT n, count(*) FROM r.range(2) GROUP BY n", &["0 1", "1 1"]),
            ("SELECT p.twice(n) FROM r.range(2) ORDER BY n", &["0", "2"]),
            ("SELECT * FROM generate_series(1, 2)", &["1", "2"]),
        ] {
            assert_eq!(procedures.rows(sql), wanted, "{sql}");
        }
        procedures.fixture.run("CREATE VIEW v AS SELECT n FROM r.range(2)");
        assert_eq!(procedures.rows("SELECT * FROM v WHERE n > 0"), ["1"]);
    }
}

#[test]
fn parameters_fill_arguments() {
    let procedures = Procedures::new(1);
    let parameters = Parameters::from_arrays(&[Arc::new(Int64Array::from(vec![2])) as ArrayRef]);
    let sql = "SELECT * FROM r.range($1)";
    let relation = procedures.fixture.session.sql(sql, parameters.unwrap(), None).wait().unwrap();
    for _ in 0..2 {
        assert_eq!(rows(relation.collect().wait().unwrap().batches().unwrap()), 2);
    }
}

#[test]
fn a_limit_asks_for_no_more_and_ends_the_procedure() {
    let procedures = Procedures::new(2);
    assert_eq!(procedures.rows("SELECT n FROM r.range(1000000000) LIMIT 5").len(), 5);
    assert_eq!((procedures.log.starts(), procedures.log.pulls()), (vec![1], vec![5]));
    assert_eq!(procedures.rows("SELECT n FROM r.range(1000000000) LIMIT 5 OFFSET 7").len(), 5);
    assert_eq!(procedures.log.pulls(), [12]);
    let sql = "SELECT n FROM r.range(1000000000) WHERE n % 2 = 1 LIMIT 3";
    assert_eq!(procedures.rows(sql).len(), 3);
    // The operators between run ahead by a few batches.
    assert!(procedures.log.pulls().len() < 50);
    assert_eq!(procedures.rows("SELECT n FROM r.range(1000000000) LIMIT 0").len(), 0);
    assert_eq!(procedures.log.pulls(), [0; 0]);
}

#[test]
fn rows_come_while_the_procedure_works() {
    let procedures = Procedures::new(1);
    procedures.fixture.run("SET datafusion.execution.batch_size = 1000");
    let sql = "SELECT n FROM r.range(1000000)";
    let relation = procedures.fixture.session.sql(sql, Parameters::None, None).wait().unwrap();
    let stream = relation.execute().wait().unwrap();
    let mut sum = 0;
    let mut most_ahead = 0;
    let (mut read, mut pulled) = (0, 0);
    let add = |batch: &RecordBatch| -> i64 {
        batch.column(0).as_primitive::<Int64Type>().values().iter().sum()
    };
    while let Some(batch) = stream.next().wait().unwrap() {
        (sum, read) = (sum + add(&batch), read + batch.num_rows());
        pulled += procedures.log.pulls().iter().sum::<usize>();
        most_ahead = most_ahead.max(pulled - read);
    }
    assert_eq!(sum, 1_000_000 * 999_999 / 2);
    assert!(most_ahead <= 8000, "{most_ahead} rows were held");
    wait_until("the end", || procedures.log.alive() == 0);
}

#[test]
fn an_error_in_the_middle_is_the_query_s() {
    let procedures = Procedures::new(2);
    let error = procedures.fixture.error("SELECT * FROM r.fail(20000)");
    assert!(error.contains("it failed"), "{error}");
    wait_until("the end", || procedures.log.alive() == 0);
    assert_eq!(procedures.rows("SELECT * FROM r.fail(20000) LIMIT 1"), ["0"]);
}

#[test]
fn it_can_be_stopped_in_the_middle() {
    let procedures = Procedures::new(1);
    for sql in [
        "SELECT * FROM r.wait()",
        "SELECT count(*) FROM r.wait()",
        "SELECT u.value FROM generate_series(1, 3) u, r.wait() k WHERE k.n = u.value",
        "SELECT count(*) FROM r.range(4000000000000000)",
    ] {
        let relation = procedures.fixture.session.sql(sql, Parameters::None, None).wait().unwrap();
        let pending = relation.collect();
        wait_until("a call", || procedures.log.alive() > 0);
        procedures.fixture.session.cancel();
        match pending.wait() {
            Err(Error::Contract(ContractError::Stopped(stopped))) => {
                assert_eq!(stopped.reason, StopReason::Cancelled);
            }
            other => panic!("{other:?}"),
        }
        wait_until("the end", || procedures.log.alive() == 0);
    }
}

#[test]
fn a_reader_that_leaves_ends_it() {
    let procedures = Procedures::new(1);
    let sql = "SELECT n FROM r.range(1000000000000)";
    let relation = procedures.fixture.session.sql(sql, Parameters::None, None).wait().unwrap();
    let stream = relation.execute().wait().unwrap();
    assert!(stream.next().wait().unwrap().is_some());
    drop(stream);
    wait_until("the end", || procedures.log.alive() == 0);
}

#[test]
fn planning_calls_nothing() {
    let procedures = Procedures::new(1);
    procedures.fixture.table("u", &[Some(1)]);
    for sql in [
        "SELECT * FROM r.range(3)",
        "SELECT * FROM u, r.range(u.x)",
        "SELECT * FROM r.sum(TABLE(u))",
    ] {
        let relation = procedures.fixture.session.sql(sql, Parameters::None, None).wait().unwrap();
        let plan = relation.explain(false).wait().unwrap();
        assert!(plan.contains("ProcedureExec: ai.r."), "{plan}");
        assert_eq!(procedures.log.starts(), [0; 0], "{sql}");
        let text = relation.explain(true).wait().unwrap();
        assert!(text.lines().any(|line| line.starts_with("ai.r.") && line.contains("inline")));
        assert_eq!(procedures.log.starts(), [1], "{sql}");
    }
}
