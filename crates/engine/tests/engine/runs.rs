//! Runs of relations: streams, cancellation, re-entry, several at once, closing.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use arrow::array::{ArrayRef, AsArray, Int64Array};
use arrow::datatypes::Int64Type;
use arrowsmith_contract::{
    CallContext, Determinism, Error as ContractError, Grants, Kernel, Manifest,
    Result as ContractResult, ScalarKernel, Signature, StopReason, Tier, Type,
};
use arrowsmith_engine::{Error, Parameters, Session};
use arrowsmith_testkit::PluginBuilder;

use crate::fixture::{Fixture, LONG, function, rows, wait_until};

fn is_cancelled<T>(answer: &Result<T, Error>) -> bool {
    matches!(
        answer,
        Err(Error::Contract(ContractError::Stopped(stopped)))
            if stopped.reason == StopReason::Cancelled
    )
}

/// A function that spins until its query is cancelled, and says that it was.
#[derive(Debug)]
struct UntilCancelled {
    started: Arc<AtomicBool>,
    stopped: Arc<AtomicBool>,
}

impl ScalarKernel for UntilCancelled {
    fn tier(&self) -> Tier {
        Tier::Inline
    }

    fn invoke(
        &self,
        _: &[ArrayRef],
        rows: usize,
        context: &CallContext,
    ) -> ContractResult<ArrayRef> {
        self.started.store(true, Ordering::Release);
        let start = Instant::now();
        while !context.token.is_stopped() && start.elapsed() < LONG {
            std::thread::yield_now();
        }
        self.stopped.store(context.token.is_stopped(), Ordering::Release);
        Ok(Arc::new(Int64Array::from(vec![0; rows])))
    }
}

fn hanging(session: &Session) -> (Arc<AtomicBool>, Arc<AtomicBool>) {
    let (started, stopped) = (Arc::default(), Arc::default());
    let kernel = UntilCancelled { started: Arc::clone(&started), stopped: Arc::clone(&stopped) };
    commit(session, "hang", Kernel::Scalar(Arc::new(kernel)));
    (started, stopped)
}

/// Registers a function `k.<name>()` without arguments that gives an int.
fn commit(session: &Session, name: &str, kernel: Kernel) {
    let signature = Signature::new(vec![], 0, false, Type::INT64).unwrap();
    let function = function(name, signature, kernel);
    let plugin = function.plugin.clone();
    let manifest = Manifest::new(plugin, "1".into(), vec![Arc::new(function)]).unwrap();
    session.registry().commit(&manifest, &Grants::all(), true).unwrap();
}

#[test]
fn dropping_a_stream_stops_the_query() {
    let fixture = Fixture::new(2);
    let sql = "SELECT p.twice(value) FROM generate_series(1, 1000000000)";
    let relation = fixture.session.sql(sql, Parameters::None, None).wait().unwrap();
    let stream = relation.execute().wait().unwrap();
    assert!(stream.next().wait().unwrap().is_some());
    drop(stream);
    // The calls end: the count stays the same over many looks.
    let seen = || fixture.seen.lock().unwrap().len();
    let start = Instant::now();
    let (mut last, mut same) = (seen(), 0);
    while same < 2000 {
        assert!(start.elapsed() < LONG, "the query still runs");
        std::thread::sleep(Duration::from_micros(100));
        let now = seen();
        same = if now == last { same + 1 } else { 0 };
        last = now;
    }
}

#[test]
fn a_stream_that_nobody_reads_does_not_run_ahead() {
    let fixture = Fixture::new(1);
    let sql = "SELECT p.twice(value) FROM generate_series(1, 100000000)";
    let relation = fixture.session.sql(sql, Parameters::None, None).wait().unwrap();
    let stream = relation.execute().wait().unwrap();
    for _ in 0..3 {
        stream.next().wait().unwrap();
    }
    assert!(fixture.seen.lock().unwrap().len() < 40 * 8192);
}

#[test]
fn cancelling_is_prompt_and_raises_the_token() {
    let fixture = Fixture::new(2);
    let (started, stopped) = hanging(&fixture.session);
    let relation = fixture.session.sql("SELECT k.hang()", Parameters::None, None).wait().unwrap();
    let mut pending = relation.collect();
    wait_until("the call", || started.load(Ordering::Acquire));
    assert!(pending.wait_for(Duration::from_millis(1)).is_none());
    pending.cancel();
    let answer = pending.wait_for(LONG).unwrap();
    assert!(is_cancelled(&answer), "{answer:?}");
    wait_until("the end of the call", || stopped.load(Ordering::Acquire));
    assert_eq!(rows(&fixture.run("SELECT 1")), 1);
}

#[test]
fn a_session_cancels_what_runs() {
    let fixture = Fixture::new(2);
    let (started, stopped) = hanging(&fixture.session);
    let relation = fixture.session.sql("SELECT k.hang()", Parameters::None, None).wait().unwrap();
    let stream = relation.execute().wait().unwrap();
    wait_until("the call", || started.load(Ordering::Acquire));
    fixture.session.cancel();
    let answer = stream.next().wait();
    assert!(is_cancelled(&answer), "{answer:?}");
    wait_until("the end of the call", || stopped.load(Ordering::Acquire));
}

#[test]
fn plugin_code_may_query_its_session_even_on_one_thread() {
    for threads in [1, 2] {
        let fixture = Fixture::new(threads);
        fixture.table("t", &(1..=50).map(Some).collect::<Vec<_>>());
        let inner = fixture.session.clone();
        let plugin = PluginBuilder::new("re")
            .unwrap()
            .scalar("enter", &["int"], "int", Determinism::Auto, move |row| {
                let at_most = row[0].as_primitive::<Int64Type>().value(0);
                let sql = format!("SELECT count(p.twice(x)) FROM t WHERE x <= {at_most}");
                let run = || {
                    let relation = inner.sql(&sql, Parameters::None, None).wait()?;
                    relation.collect().wait()
                };
                let relation = run().map_err(|error| ContractError::Internal(error.to_string()))?;
                Ok(Arc::clone(relation.batches().unwrap()[0].column(0)))
            })
            .unwrap()
            .build()
            .unwrap();
        fixture.session.registry().commit(&plugin, &Grants::all(), true).unwrap();
        let (sender, receiver) = mpsc::channel();
        let session = fixture.session.clone();
        #[expect(clippy::disallowed_methods, reason = "the test itself must not hang")]
        std::thread::spawn(move || {
            let sql = "SELECT sum(re.enter(x)) AS s FROM t";
            let relation = session.sql(sql, Parameters::None, None).wait().unwrap();
            let batches = relation.collect().wait().unwrap();
            let sum = batches.batches().unwrap()[0].column(0).as_primitive::<Int64Type>().value(0);
            sender.send(sum).unwrap();
        });
        assert_eq!(receiver.recv_timeout(LONG), Ok((1..=50).sum()));
    }
}

#[test]
fn one_relation_runs_many_times_at_once() {
    let fixture = Fixture::new(2);
    fixture.table("t", &(1..=1000).map(Some).collect::<Vec<_>>());
    let sql = "SELECT p.twice(x) FROM t WHERE x > 0 AND p.check(x)";
    let relation = fixture.session.sql(sql, Parameters::None, None).wait().unwrap();
    let runs: Vec<_> = (0..8).map(|_| relation.collect()).collect();
    for run in runs {
        assert_eq!(rows(run.wait().unwrap().batches().unwrap()), 1000);
    }
    assert_eq!(fixture.calls().len(), 8 * 2 * 1000);
    // Cancelling one leaves the others alone.
    let (one, other) = (relation.collect(), relation.collect());
    drop(one);
    assert_eq!(rows(other.wait().unwrap().batches().unwrap()), 1000);
}

#[test]
fn a_relation_keeps_the_functions_that_it_was_planned_with() {
    let fixture = Fixture::new(1);
    fixture.table("t", &[Some(1)]);
    let relation =
        fixture.session.sql("SELECT p.twice(x) FROM t", Parameters::None, None).wait().unwrap();
    let id = fixture.session.registry().snapshot().plugins().next().unwrap().clone();
    fixture.session.registry().remove(&id);
    assert_eq!(rows(relation.collect().wait().unwrap().batches().unwrap()), 1);
}

#[test]
fn a_panic_is_an_error() {
    let fixture = Fixture::new(1);
    fixture.table("t", &(1..=1000).map(Some).collect::<Vec<_>>());
    let plugin = PluginBuilder::new("bad")
        .unwrap()
        .scalar("panics", &["int"], "int", Determinism::Auto, |_| panic!("out of order"))
        .unwrap()
        .build()
        .unwrap();
    fixture.session.registry().commit(&plugin, &Grants::all(), true).unwrap();
    for sql in ["SELECT bad.panics(x) FROM t", "SELECT sum(bad.panics(x)) FROM t GROUP BY id"] {
        match fixture.try_run(sql) {
            Err(Error::Internal(message)) => assert!(message.contains("out of order"), "{message}"),
            other => panic!("{sql}: {other:?}"),
        }
    }
    fixture.run("SELECT 1");
}

#[test]
fn what_is_closed_says_so() {
    let fixture = Fixture::new(1);
    let relation = fixture.session.sql("SELECT 1", Parameters::None, None).wait().unwrap();
    let other = fixture.database.session().unwrap();
    fixture.session.close();
    assert!(fixture.session.is_closed());
    let error = relation.collect().wait().unwrap_err();
    assert_eq!(error.to_string(), "the session is closed");
    assert!(matches!(fixture.session.register_path("a", "b.csv").wait(), Err(Error::Closed(_))));
    other.sql("SELECT 1", Parameters::None, None).wait().unwrap();
    fixture.database.close();
    assert!(fixture.database.is_closed() && other.is_closed());
    let error = other.sql("SELECT 1", Parameters::None, None).wait().unwrap_err();
    assert_eq!(error.to_string(), "the database is closed");
    assert!(fixture.database.session().is_err());
}

#[test]
fn closing_cancels_what_runs_without_waiting_for_it() {
    let fixture = Fixture::new(1);
    let (started, stopped) = hanging(&fixture.session);
    let relation = fixture.session.sql("SELECT k.hang()", Parameters::None, None).wait().unwrap();
    let mut pending = relation.collect();
    wait_until("the call", || started.load(Ordering::Acquire));
    fixture.database.close();
    let answer = pending.wait_for(LONG).unwrap();
    assert!(answer.is_err());
    wait_until("the end of the call", || stopped.load(Ordering::Acquire));
}

#[test]
fn a_function_without_arguments_gives_a_value_a_row() {
    #[derive(Debug)]
    struct Counter(AtomicUsize);
    impl ScalarKernel for Counter {
        fn tier(&self) -> Tier {
            Tier::Inline
        }
        fn invoke(&self, _: &[ArrayRef], rows: usize, _: &CallContext) -> ContractResult<ArrayRef> {
            let first = self.0.fetch_add(rows, Ordering::Relaxed) as i64;
            Ok(Arc::new(Int64Array::from_iter_values(first..first + rows as i64)))
        }
    }
    let fixture = Fixture::new(2);
    fixture.table("t", &vec![Some(1); 1000]);
    commit(&fixture.session, "next", Kernel::Scalar(Arc::new(Counter(AtomicUsize::new(0)))));
    let text = fixture.show("SELECT count(DISTINCT k.next()) AS n FROM t");
    assert!(text.contains("| 1000 |"), "{text}");
}
