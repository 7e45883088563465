//! Window functions of plugins: order, partitions, state across batches, and what is refused.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use arrow::array::{Array, ArrayRef, AsArray, Int64Array, RecordBatch};
use arrow::datatypes::Int64Type;
use arrowsmith_contract::{Error as ContractError, Grants, RowNumber, StopReason};
use arrowsmith_engine::{Error, Parameters};
use arrowsmith_testkit::{Pieces, PluginBuilder, WindowStep};

use crate::fixture::{Fixture, rows, wait_until};

/// Rows and partition starts of each call.
type Calls = Arc<Mutex<Vec<(usize, Vec<usize>)>>>;

struct Windows {
    fixture: Fixture,
    calls: Calls,
    /// How many evaluators are in `w.wait`.
    waiting: Arc<AtomicUsize>,
}

impl Windows {
    /// The plugin `w`: `total(x)` is the sum so far, where a NULL gives NULL and leaves the sum;
    /// `sum(x)` is the partition's sum, and gets whole partitions; `picky(x)` raises at 13;
    /// `wait(x)` does so until it is stopped.
    fn new(threads: usize) -> Self {
        let (calls, waiting) = (Calls::default(), Arc::new(AtomicUsize::new(0)));
        let (a, b, c) = (calls.clone(), calls.clone(), waiting.clone());
        let plugin = PluginBuilder::new("ai.w")
            .unwrap()
            .window("total", &["int"], "int", Pieces::Any, move || total(a.clone()))
            .unwrap()
            .window("sum", &["int"], "int", Pieces::Whole, move || sum(b.clone()))
            .unwrap()
            .window("picky", &["int"], "int", Pieces::Any, picky)
            .unwrap()
            .window("wait", &["int"], "int", Pieces::Any, move || wait(c.clone()))
            .unwrap()
            .window("zero", &[], "int", Pieces::Any, || {
                Box::new(|columns, rows, _, _| {
                    assert!(columns.is_empty());
                    Ok(Arc::new(Int64Array::from(vec![0; rows])))
                })
            })
            .unwrap()
            .build()
            .unwrap();
        let fixture = Fixture::new(threads);
        fixture.session.registry().commit(&plugin, &Grants::all(), true).unwrap();
        Self { fixture, calls, waiting }
    }

    fn calls(&self) -> Vec<(usize, Vec<usize>)> {
        std::mem::take(&mut *self.calls.lock().unwrap())
    }

    fn error(&self, sql: &str) -> String {
        let error = self.fixture.error(sql);
        assert_eq!(self.calls(), [], "{sql}");
        error
    }
}

fn value(column: &ArrayRef, row: usize) -> Option<i64> {
    let column = column.as_primitive::<Int64Type>();
    column.is_valid(row).then(|| column.value(row))
}

fn total(calls: Calls) -> WindowStep {
    let mut state = None;
    Box::new(move |columns, rows, starts, _| {
        calls.lock().unwrap().push((rows, starts.to_vec()));
        assert!(starts.is_sorted() && starts.last().is_none_or(|start| *start < rows));
        let step = |row| {
            if starts.binary_search(&row).is_ok() {
                state = Some(0);
            }
            let value = value(&columns[0], row)?;
            let sum = state.as_mut().unwrap();
            *sum += value;
            Some(*sum)
        };
        Ok(Arc::new((0..rows).map(step).collect::<Int64Array>()))
    })
}

fn sum(calls: Calls) -> WindowStep {
    Box::new(move |columns, rows, starts, _| {
        calls.lock().unwrap().push((rows, starts.to_vec()));
        assert_eq!(starts[0], 0, "a piece of a partition");
        let ends = starts[1..].iter().copied().chain([rows]);
        let mut values = Vec::new();
        for (start, end) in starts.iter().copied().zip(ends) {
            let sum: i64 = (start..end).filter_map(|row| value(&columns[0], row)).sum();
            values.resize(end, sum);
        }
        Ok(Arc::new(Int64Array::from(values)))
    })
}

fn picky() -> WindowStep {
    Box::new(|columns, rows, _, context| {
        for row in 0..rows {
            if value(&columns[0], row) == Some(13) {
                let RowNumber { number, .. } = context.rows.number(row);
                return Err(ContractError::Internal(format!("13 at {number}")));
            }
        }
        Ok(Arc::clone(&columns[0]))
    })
}

fn wait(waiting: Arc<AtomicUsize>) -> WindowStep {
    Box::new(move |_, _, _, context| {
        waiting.fetch_add(1, Ordering::SeqCst);
        while !context.token.is_stopped() {
            std::thread::sleep(Duration::from_millis(1));
        }
        Err(context.token.error())
    })
}

/// By `id`, what a query gives in its second column.
fn by_id(batches: &[RecordBatch]) -> HashMap<i64, Option<i64>> {
    let mut found = HashMap::new();
    for batch in batches {
        for row in 0..batch.num_rows() {
            found.insert(value(batch.column(0), row).unwrap(), value(batch.column(1), row));
        }
    }
    found
}

/// Seven partitions, of which one has no key, and NULLs.
fn sample(rows: i64) -> Vec<Option<i64>> {
    (0..rows).map(|id| (id % 11 != 3).then_some(id * 7 % 101)).collect()
}

/// `id % 7`, or NULL for 0.
const KEY: &str = "nullif(id % 7, 0)";

fn expected(x: &[Option<i64>], whole: bool) -> HashMap<i64, Option<i64>> {
    let mut sums = HashMap::new();
    let mut found = HashMap::new();
    let at = |id: usize| i64::try_from(id).unwrap();
    for (id, x) in x.iter().enumerate() {
        let sum = sums.entry(id % 7).or_insert(0);
        *sum += x.unwrap_or(0);
        found.insert(at(id), x.map(|_| *sum));
    }
    if whole {
        for (id, _) in x.iter().enumerate() {
            found.insert(at(id), Some(sums[&(id % 7)]));
        }
    }
    found
}

#[test]
fn each_partition_is_walked_in_order_on_any_number_of_threads() {
    let x = sample(5000);
    for threads in [1, 2, 4] {
        let windows = Windows::new(threads);
        windows.fixture.table("t", &x);
        for batch_size in [3, 100, 16_384] {
            windows.fixture.run(&format!("SET datafusion.execution.batch_size = {batch_size}"));
            let sql = format!("SELECT id, w.total(x) OVER (PARTITION BY {KEY} ORDER BY id) FROM t");
            assert_eq!(by_id(&windows.fixture.run(&sql)), expected(&x, false));
            let sql = format!("SELECT id, w.sum(x) OVER (PARTITION BY {KEY} ORDER BY id) FROM t");
            windows.calls();
            assert_eq!(by_id(&windows.fixture.run(&sql)), expected(&x, true));
            let calls = windows.calls();
            assert_eq!(calls.iter().map(|(rows, _)| rows).sum::<usize>(), 5000);
            assert_eq!(calls.iter().map(|(_, starts)| starts.len()).sum::<usize>(), 7);
        }
    }
}

#[test]
fn without_partitions_there_is_one_walk_with_a_call_a_batch() {
    let windows = Windows::new(4);
    windows.fixture.table("t", &(0..1000).map(Some).collect::<Vec<_>>());
    windows.fixture.run("SET datafusion.execution.batch_size = 128");
    let batches = windows.fixture.run("SELECT id, w.total(x) OVER (ORDER BY id DESC) FROM t");
    let found = by_id(&batches);
    assert_eq!((found[&999], found[&0]), (Some(999), Some(999 * 1000 / 2)));
    let calls = windows.calls();
    assert_eq!(calls[0].1, [0]);
    assert!(calls[1..].iter().all(|(_, starts)| starts.is_empty()));
    assert!((8..=12).contains(&calls.len()), "{calls:?}");
}

#[test]
fn a_million_rows_of_one_partition_leave_before_the_last_came() {
    let windows = Windows::new(1);
    let sql = "SELECT value, w.total(value) OVER (ORDER BY value) AS total \
               FROM generate_series(1, 1000000)";
    let relation = windows.fixture.session.sql(sql, Parameters::None, None).wait().unwrap();
    let plan = relation.explain(false).wait().unwrap();
    assert!(plan.contains("PluginWindowExec"), "{plan}");
    let stream = relation.execute().wait().unwrap();
    let mut last = 0;
    let mut most_ahead = 0;
    let (mut read, mut called) = (0, 0);
    while let Some(batch) = stream.next().wait().unwrap() {
        read += batch.num_rows();
        called += windows.calls().iter().map(|(rows, _)| rows).sum::<usize>();
        most_ahead = most_ahead.max(called - read);
        last = value(batch.column(1), batch.num_rows() - 1).unwrap();
    }
    assert_eq!((read, last), (1_000_000, 1_000_000 * 1_000_001 / 2));
    // The source gives its rows in order, so nothing sorts and a few batches are on their way.
    assert!(most_ahead < 200_000, "{most_ahead} rows were held");
}

#[test]
fn other_functions_keys_and_names_stay_what_they_were() {
    let windows = Windows::new(2);
    windows.fixture.table("t", &[Some(1), Some(2), None, Some(4)]);
    let sql = "SELECT id, w.total(x) OVER w AS a, row_number() OVER w AS b,
                      w.total(p.twice(x) + 1) OVER (ORDER BY id DESC) AS c, sum(x) OVER () AS d,
                      w.sum(x) OVER (PARTITION BY p.twice(id % 2)) AS e
               FROM t WINDOW w AS (ORDER BY id) ORDER BY id";
    insta::assert_snapshot!(windows.fixture.show(sql), @r"
    +----+---+---+----+---+---+
    | id | a | b | c  | d | e |
    +----+---+---+----+---+---+
    | 0  | 1 | 1 | 17 | 7 | 1 |
    | 1  | 3 | 2 | 14 | 7 | 6 |
    | 2  |   | 3 |    | 7 | 1 |
    | 3  | 7 | 4 | 9  | 7 | 6 |
    +----+---+---+----+---+---+
    ");
    let sql = "SELECT w.total(x) OVER (ORDER BY id), w.zero() OVER () FROM t ORDER BY id LIMIT 1";
    insta::assert_snapshot!(windows.fixture.show(sql), @r"
    +-------------------------------+------------------+
    | w.total(x) OVER (ORDER BY id) | w.zero() OVER () |
    +-------------------------------+------------------+
    | 1                             | 0                |
    +-------------------------------+------------------+
    ");
    let sql = "SELECT id FROM t QUALIFY w.total(x) OVER (ORDER BY id) > 2";
    assert_eq!(rows(&windows.fixture.run(sql)), 2);
}

#[test]
fn filters_and_limits_stay_above() {
    let windows = Windows::new(2);
    windows.fixture.table("t", &[Some(1), Some(2), Some(3), Some(4)]);
    let inner = "SELECT id, w.total(x) OVER (ORDER BY id) AS s FROM t";
    let found = by_id(&windows.fixture.run(&format!("SELECT * FROM ({inner}) WHERE id >= 2")));
    assert_eq!(found, HashMap::from([(2, Some(6)), (3, Some(10))]));
    let sql = format!("SELECT * FROM ({inner}) ORDER BY id DESC LIMIT 1");
    assert_eq!(by_id(&windows.fixture.run(&sql)), HashMap::from([(3, Some(10))]));
    let sql = format!("SELECT sum(s) FROM ({inner})");
    assert_eq!(value(windows.fixture.run(&sql)[0].column(0), 0), Some(20));
}

#[test]
fn no_rows_make_no_calls() {
    let windows = Windows::new(2);
    windows.fixture.table("t", &[]);
    for function in ["total", "sum"] {
        let sql = format!("SELECT w.{function}(x) OVER (PARTITION BY id ORDER BY x) FROM t");
        assert_eq!(rows(&windows.fixture.run(&sql)), 0);
    }
    assert_eq!(windows.calls(), []);
}

#[test]
fn what_makes_no_sense_is_refused_while_planning() {
    let windows = Windows::new(1);
    windows.fixture.table("t", &[Some(1)]);
    for (call, message) in [
        ("w.total(x)", "ai.w.total: is a window function and needs OVER"),
        ("w.total(x, x) OVER ()", "ai.w.total: takes 1 argument, but got 2"),
        ("w.total('a') OVER ()", "ai.w.total: argument \"a\" is int, but got string"),
        ("w.total(DISTINCT x) OVER ()", "cannot be called with DISTINCT or ALL"),
        ("w.total(x) FILTER (WHERE x > 0) OVER ()", "cannot be called with FILTER"),
        ("w.total(x) IGNORE NULLS OVER ()", "IGNORE NULLS"),
        ("w.total(a => x) OVER ()", "by position, not by name"),
        ("p.twice(x) OVER ()", "cannot be called with OVER; it is a scalar function"),
    ] {
        let error = windows.error(&format!("SELECT {call} FROM t"));
        assert!(error.contains(message), "{call}: {error}");
    }
    let last = "ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW";
    for sql in [
        format!("SELECT w.total(x) OVER ({last}) FROM t"),
        format!("SELECT w.total(x) OVER w FROM t WINDOW w AS ({last})"),
        format!("SELECT id FROM t QUALIFY w.total(x) OVER ({last}) > 1"),
        "SELECT w.total(x) OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED \
         FOLLOWING) FROM t"
            .to_owned(),
        "SELECT w.total(x) OVER (ORDER BY id GROUPS UNBOUNDED PRECEDING) FROM t".to_owned(),
    ] {
        let error = windows.error(&sql);
        assert!(error.contains("takes no window frame but the default one"), "{sql}: {error}");
    }
    for frame in ["ROWS UNBOUNDED PRECEDING", "RANGE UNBOUNDED PRECEDING"] {
        windows.fixture.run(&format!("SELECT w.total(x) OVER (ORDER BY id {frame}) FROM t"));
    }
}

#[test]
fn a_correlated_query_with_one_is_refused() {
    let windows = Windows::new(1);
    windows.fixture.table("t", &[Some(1)]);
    let sql = "SELECT * FROM t WHERE EXISTS
                   (SELECT w.total(u.x) OVER (ORDER BY u.id) FROM t u WHERE u.id = t.id)";
    let error = windows.error(sql);
    assert!(error.contains("with OVER in a query that names outer columns"), "{error}");
}

#[test]
fn planning_calls_nothing() {
    let windows = Windows::new(1);
    windows.fixture.table("t", &[Some(1)]);
    let sql = "SELECT w.total(x) OVER (PARTITION BY x ORDER BY id) AS y FROM t";
    let relation = windows.fixture.session.sql(sql, Parameters::None, None).wait().unwrap();
    let plan = relation.explain(false).wait().unwrap();
    assert!(plan.contains("PluginWindow: ai.w.total(t.x) AS"), "{plan}");
    assert_eq!(windows.calls(), []);
    let text = relation.explain(true).wait().unwrap();
    let line = text.lines().find(|line| line.starts_with("ai.w.total")).unwrap();
    let words: Vec<&str> = line.split_whitespace().collect();
    assert_eq!(words[..4], ["ai.w.total", "inline", "1", "1"]);
}

#[test]
fn failures_name_the_row_in_order() {
    let windows = Windows::new(2);
    windows.fixture.table("t", &(0..100).rev().map(Some).collect::<Vec<_>>());
    let error = windows.fixture.error("SELECT w.picky(x) OVER (ORDER BY x) FROM t");
    assert!(error.contains("13 at 13"), "{error}");
}

#[test]
fn it_can_be_stopped_in_the_middle() {
    let windows = Windows::new(2);
    windows.fixture.table("t", &[Some(1), Some(2)]);
    let sql = "SELECT w.wait(x) OVER (ORDER BY id) FROM t";
    let relation = windows.fixture.session.sql(sql, Parameters::None, None).wait().unwrap();
    let pending = relation.collect();
    wait_until("a call", || windows.waiting.load(Ordering::SeqCst) > 0);
    windows.fixture.session.cancel();
    match pending.wait() {
        Err(Error::Contract(ContractError::Stopped(stopped))) => {
            assert_eq!(stopped.reason, StopReason::Cancelled);
        }
        other => panic!("{other:?}"),
    }
}
