//! Procedures that take tables.

use std::sync::atomic::Ordering;

use arrow::array::RecordBatch;
use arrowsmith_engine::Parameters;

use super::plugin::Procedures;
use crate::fixture::wait_until;

#[test]
fn queries_and_names_are_tables() {
    for threads in [1, 2] {
        let procedures = Procedures::new(threads);
        procedures.fixture.table("u", &(0..1000).map(Some).collect::<Vec<_>>());
        for (sql, wanted) in [
            ("SELECT * FROM r.sum(TABLE(SELECT x FROM u))", &["1000 499500"][..]),
            ("SELECT * FROM r.sum(TABLE(u))", &["1000 499500"]),
            (
                "SELECT k.a FROM r.sum(table (WITH c AS (SELECT 1) SELECT * FROM c)) AS k(a, b)",
                &["1"],
            ),
            ("SELECT * FROM r.sum(TABLE(SELECT x FROM u WHERE p.twice(x) < 4), 10)", &["2 11"]),
            ("SELECT * FROM r.sum(b => 5, a => TABLE(SELECT x FROM u WHERE x < 0))", &["0 5"]),
            ("SELECT * FROM r.sum(TABLE(SELECT * FROM (VALUES (1), (2))))", &["2 3"]),
            ("SELECT count(*), sum(x) FROM r.echo(TABLE(SELECT x FROM u))", &["1000 499500"]),
            (
                "SELECT * FROM r.sum(TABLE(SELECT * FROM r.echo(TABLE(SELECT n FROM r.range(9)))))",
                &["9 36"],
            ),
            (
                "SELECT a.x FROM r.echo(TABLE(SELECT x FROM u)) a JOIN u ON u.x = a.x + 998",
                &["0", "1"],
            ),
            ("SELECT * FROM r.first(TABLE(SELECT x FROM u) ORDER BY x DESC)", &["999"]),
            ("SELECT * FROM r.echo(TABLE(SELECT x FROM u WHERE x < 0))", &[]),
        ] {
            assert_eq!(procedures.rows(sql), wanted, "{sql}");
        }
    }
}

#[test]
fn each_partition_is_a_table_of_its_own() {
    for threads in [1, 2, 4] {
        let procedures = Procedures::new(threads);
        procedures.fixture.table("u", &(0..1000).map(Some).collect::<Vec<_>>());
        for batch_size in [7, 16_384] {
            procedures.fixture.run(&format!("SET datafusion.execution.batch_size = {batch_size}"));
            procedures.log.starts();
            let sql = "SELECT * FROM r.sum(TABLE(SELECT x FROM u) PARTITION BY x % 3)";
            let wanted = ["333 166167", "333 166500", "334 166833"];
            assert_eq!(procedures.rows(sql), wanted);
            assert_eq!(procedures.log.starts(), [1, 1, 1]);
            // What a procedure leaves of its table is not the next one's.
            let sql = "SELECT * FROM r.first(TABLE(SELECT x FROM u) PARTITION BY (x % 2, x % 3) \
                       ORDER BY x DESC)";
            assert_eq!(procedures.rows(sql), ["994", "995", "996", "997", "998", "999"]);
            let sql = "SELECT count(*) FROM r.echo(TABLE(SELECT x FROM u) PARTITION BY x)";
            assert_eq!(procedures.rows(sql), ["1000"]);
        }
        let sql = "SELECT * FROM r.sum(TABLE(SELECT x FROM u WHERE x < 0) PARTITION BY x)";
        assert_eq!(procedures.rows(sql), [""; 0]);
    }
}

#[test]
fn a_table_streams_through_and_a_limit_ends_it() {
    let procedures = Procedures::new(1);
    let sql = "SELECT x FROM r.echo(TABLE(SELECT n FROM r.range(100000000000))) LIMIT 3";
    assert_eq!(procedures.fixture.run(sql).iter().map(RecordBatch::num_rows).sum::<usize>(), 3);
    wait_until("the end", || procedures.log.alive() == 0);
    let pulled: usize = procedures.log.pulls().iter().sum();
    assert!(pulled < 200_000, "{pulled} rows were made");
}

#[test]
fn an_error_behind_the_table_is_the_query_s() {
    let procedures = Procedures::new(1);
    for sql in [
        "SELECT * FROM r.sum(TABLE(SELECT n FROM r.fail(20000)))",
        "SELECT * FROM r.sum(TABLE(SELECT n FROM r.fail(20000)) PARTITION BY n % 2)",
    ] {
        let error = procedures.fixture.error(sql);
        assert!(error.contains("it failed"), "{error}");
        wait_until("the end", || procedures.log.alive() == 0);
    }
    let error = procedures.fixture.error(
        "SELECT * FROM r.sum(TABLE(SELECT 1 / (value - 5) FROM \
                                          generate_series(1, 9)))",
    );
    assert!(error.to_lowercase().contains("divide by zero"), "{error}");
}

#[test]
fn it_can_be_stopped_while_it_waits_for_its_table() {
    let procedures = Procedures::new(1);
    for sql in [
        "SELECT * FROM r.sum(TABLE(SELECT n FROM r.wait()))",
        "SELECT * FROM r.sum(TABLE(SELECT n FROM r.wait()) PARTITION BY n)",
        "SELECT * FROM r.sum(TABLE(SELECT n FROM r.range(4000000000000000)))",
    ] {
        let relation = procedures.fixture.session.sql(sql, Parameters::None, None).wait().unwrap();
        let pending = relation.collect();
        wait_until("a call", || procedures.log.alive.load(Ordering::SeqCst) > 0);
        procedures.fixture.session.cancel();
        let error = pending.wait().unwrap_err().to_string();
        assert!(error.starts_with("the query was cancelled"), "{error}");
        wait_until("the end", || procedures.log.alive() == 0);
    }
}

#[test]
fn two_at_once_on_one_thread_do_not_wait_for_each_other() {
    let procedures = Procedures::new(1);
    let table = "TABLE(SELECT n FROM r.range(100000))";
    let sql = format!("SELECT count(*) FROM r.echo({table}) a JOIN r.echo({table}) b ON a.x = b.x");
    assert_eq!(procedures.rows(&sql), ["100000"]);
}
