//! Everything can be stopped, and what was stopped leaves nothing behind.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::DirEntry;
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use arrowsmith_contract::{Grants, StopReason};
use arrowsmith_engine::{Error, Parameters, Pending, ResultStream};
use arrowsmith_testkit::PluginBuilder;

use crate::fixture::{LONG, wait_until};
use crate::stuck::{BUDGET, STUCK, World, run, stopped};

#[test]
fn what_still_runs_is_named() {
    let world = World::new(2);
    let pending = world.running("SELECT k.deaf(300)", None);
    pending.cancel();
    let answer = pending.wait();
    let text = answer.as_ref().unwrap_err().to_string();
    assert!(
        text.starts_with("the query was cancelled; k.deaf is still running in a call"),
        "{text}"
    );
    assert_eq!(stopped(answer).still_running, ["k.deaf".into()]);
    // A call that ends at once is not.
    let pending = world.running("SELECT k.polite(1)", None);
    pending.cancel();
    assert_eq!(stopped(pending.wait()).still_running, []);
}

#[test]
fn a_query_inside_of_a_call_ends_with_it() {
    let world = World::new(2);
    let limit = Duration::from_millis(200);
    let start = Instant::now();
    let answer = world.running("SELECT k.query(1)", Some(limit)).wait();
    assert!(start.elapsed() < limit + BUDGET, "{:?}", start.elapsed());
    let stopped = stopped(answer);
    assert_eq!(stopped.reason, StopReason::QueryTimeout(limit));
    assert_eq!(stopped.still_running, []);
    world.calls_end();
}

#[test]
fn a_timeout_is_for_statements_too_and_for_each_run_anew() {
    let world = World::new(2);
    let limit = Duration::from_millis(200);
    let sql = "CREATE TABLE t AS SELECT k.polite(1)";
    let answer = world.session.sql(sql, Parameters::None, Some(limit)).wait();
    assert_eq!(stopped(answer).reason, StopReason::QueryTimeout(limit));
    let sql = "SELECT k.deaf(120) AS x";
    let relation = world.session.sql(sql, Parameters::None, Some(limit)).wait().unwrap();
    for _ in 0..3 {
        relation.collect().wait().unwrap();
        relation.explain(true).wait().unwrap();
    }
    let kept = relation.collect().wait().unwrap();
    thread::sleep(limit);
    assert_eq!(kept.execute().wait().unwrap().next().wait().unwrap().unwrap().num_rows(), 1);
    let sql = "SELECT k.polite(1)";
    let relation = world.session.sql(sql, Parameters::None, Some(limit)).wait().unwrap();
    assert_eq!(stopped(relation.explain(true).wait()).reason, StopReason::QueryTimeout(limit));
    let stream = relation.execute().wait().unwrap();
    assert_eq!(stopped(stream.next().wait()).reason, StopReason::QueryTimeout(limit));
}

#[test]
fn an_answer_that_is_there_outlives_its_query() {
    let world = World::new(2);
    let limit = Duration::from_millis(300);
    let sql = "SELECT k.id(value) FROM generate_series(1, 3)";
    let relation = world.session.sql(sql, Parameters::None, Some(limit)).wait().unwrap();
    let stream = relation.execute().wait().unwrap();
    thread::sleep(limit + BUDGET);
    world.session.cancel();
    let mut rows = 0;
    while let Some(batch) = stream.next().wait().unwrap() {
        rows += batch.num_rows();
    }
    assert_eq!(rows, 3);
}

#[test]
fn who_missed_a_batch_of_a_stream_gets_no_other_and_no_end() {
    let world = World::new(2);
    for rows in [3, 1_000_000] {
        let sql = format!("SELECT k.id(value) FROM generate_series(1, {rows})");
        let relation = world.session.sql(&sql, Parameters::None, None).wait().unwrap();
        let give_up: [fn(&ResultStream); 4] = [
            ResultStream::cancel,
            |stream| drop(stream.next()),
            |stream| {
                let pending = stream.next();
                thread::sleep(BUDGET);
                drop(pending);
            },
            |stream| {
                let pending = stream.next();
                thread::sleep(BUDGET);
                pending.cancel();
                // What was there before stays.
                pending.wait().unwrap();
            },
        ];
        for (way, give_up) in give_up.into_iter().enumerate() {
            for read in [0, 1] {
                let stream = relation.execute().wait().unwrap();
                for _ in 0..read {
                    stream.next().wait().unwrap();
                }
                // Time for batches, or the whole answer, to come.
                thread::sleep(BUDGET);
                give_up(&stream);
                for _ in 0..3 {
                    let mut pending = stream.next();
                    let answer = pending.wait_for(LONG).unwrap();
                    assert!(answer.is_err(), "way {way} after {read} of {rows}: {answer:?}");
                    assert_eq!(stopped(answer).reason, StopReason::Cancelled);
                }
            }
        }
    }
}

#[test]
fn what_a_call_left_running_outlives_its_query() {
    const ROWS: usize = 1_000_000;
    let world = World::new(2);
    let kept = Arc::new(Mutex::new(None));
    let (keep, inner) = (Arc::clone(&kept), world.session.clone());
    let plugin = PluginBuilder::new("keeps")
        .unwrap()
        .batch("stream", &["int"], "int", move |columns, _, _| {
            let sql = format!("SELECT k.id(value) FROM generate_series(1, {ROWS})");
            let relation = inner.sql(&sql, Parameters::None, None).wait().unwrap();
            *keep.lock().unwrap() = Some(relation.execute().wait().unwrap());
            Ok(Arc::clone(&columns[0]))
        })
        .unwrap()
        .build()
        .unwrap();
    world.session.registry().commit(&plugin, &Grants::all(), true).unwrap();
    run(&world.session, "SELECT keeps.stream(1)", None).wait().unwrap();
    let stream = kept.lock().unwrap().take().unwrap();
    let mut rows = 0;
    while let Some(batch) = stream.next().wait().unwrap() {
        rows += batch.num_rows();
    }
    assert_eq!(rows, ROWS);
}

#[test]
fn what_nobody_needs_any_more_ends() {
    let sql = "SELECT * FROM (SELECT k.after(1) UNION ALL SELECT k.polite(1)) LIMIT 1";
    let plan = || {
        let world = World::new(3);
        let relation = world.session.sql(sql, Parameters::None, None).wait().unwrap();
        (world, relation)
    };
    let start = Instant::now();
    let (world, relation) = plan();
    relation.collect().wait().unwrap();
    world.calls_end();
    let (world, relation) = plan();
    let stream = relation.execute().wait().unwrap();
    wait_until("the call", || world.begun.load(Ordering::SeqCst) > 0);
    world.calls_end();
    assert!(start.elapsed() < LONG / 2, "the calls ended by themselves");
    assert_eq!(stream.next().wait().unwrap().unwrap().num_rows(), 1);
    assert!(stream.next().wait().unwrap().is_none());
}

#[test]
fn a_panicking_function_fails_its_query_only() {
    let world = World::new(2);
    for sql in ["SELECT k.panics(1)", "SELECT sum(k.panics(value)) FROM generate_series(1, 9)"] {
        let answer = run(&world.session, sql, None).wait();
        assert!(matches!(answer, Err(Error::Internal(_))), "{sql}: {answer:?}");
        run(&world.session, "SELECT k.id(1)", None).wait().unwrap();
    }
}

/// Polls on this thread until there is an answer.
fn block_on<T>(mut pending: Pending<T>) -> Result<T, Error> {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let start = Instant::now();
    loop {
        if let Poll::Ready(answer) = Pin::new(&mut pending).poll(&mut Context::from_waker(&waker)) {
            return answer;
        }
        thread::park_timeout(LONG);
        assert!(start.elapsed() < LONG, "nobody woke it");
    }
}

#[test]
fn a_future_is_woken() {
    let world = World::new(2);
    for sql in STUCK {
        let pending = world.running(sql, None);
        thread::scope(|scope| {
            let waiter = scope.spawn(move || (block_on(pending), Instant::now()));
            let start = Instant::now();
            world.session.cancel();
            let (answer, end) = waiter.join().unwrap();
            assert_eq!(stopped(answer).reason, StopReason::Cancelled);
            assert!(end - start < BUDGET, "{sql}: {:?}", end - start);
        });
    }
}

/// The worker threads of this process.
fn worker_ids() -> BTreeSet<OsString> {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap().map(|task| task.unwrap());
    let is_worker = |task: &DirEntry| {
        let name = std::fs::read_to_string(task.path().join("comm"));
        name.is_ok_and(|name| name.trim() == "arrowsmith")
    };
    tasks.filter(is_worker).map(|task| task.file_name()).collect()
}

fn workers() -> usize {
    worker_ids().len()
}

#[test]
fn a_query_that_ended_when_stopped_costs_later_ones_no_workers() {
    let world = World::new(1);
    let limit = Duration::from_millis(50);
    let answer = run(&world.session, "SELECT k.polite(1)", Some(limit)).wait();
    assert_eq!(stopped(answer).reason, StopReason::QueryTimeout(limit));
    let before = worker_ids();
    assert_eq!(before.len(), 1);
    // Its one batch takes longer than a worker may be kept by a stopped query.
    run(&world.session, "SELECT k.deaf(3000)", None).wait().unwrap();
    assert_eq!(worker_ids(), before);
}

#[test]
fn lost_workers_are_replaced_and_go_when_they_can() {
    let world = World::new(2);
    wait_until("the workers", || workers() == 2);
    let stuck = [0, 1].map(|_| world.running("SELECT k.deaf(3000)", None));
    world.session.cancel();
    // Asked while nobody knows yet that the workers are lost.
    let start = Instant::now();
    for sql in ["SELECT 1", "SELECT k.id(1)"] {
        run(&world.session, sql, None).wait().unwrap();
    }
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    // A thread has its name only once it runs.
    wait_until("the fresh workers", || workers() == 4);
    thread::sleep(BUDGET);
    assert_eq!(workers(), 4, "both losses are of one runtime");
    for pending in stuck {
        assert_eq!(stopped(pending.wait()).still_running, ["k.deaf".into()]);
    }
    world.calls_end();
    // Also where nothing else runs.
    wait_until("the end of the retired workers", || workers() == 2);
}

#[test]
fn operators_without_calls_give_their_workers_back() {
    let world = World::new(2);
    for sql in STUCK.iter().filter(|sql| !sql.contains("k.")) {
        let pending = [0, 1].map(|_| world.running(sql, None));
        thread::sleep(Duration::from_millis(300));
        drop(pending);
        let start = Instant::now();
        run(&world.session, "SELECT 1", None).wait().unwrap();
        assert!(start.elapsed() < Duration::from_millis(500), "{sql}: {:?}", start.elapsed());
    }
    thread::sleep(Duration::from_millis(1500));
    assert_eq!(workers(), 2, "none was lost");
}
