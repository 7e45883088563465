//! How long the caller of a stopped query waits. `--no-capture` shows the figures.

use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use arrowsmith_contract::StopReason;
use arrowsmith_engine::{Parameters, Pending, Relation};

use crate::fixture::{LONG, wait_until};
use crate::stuck::{BUDGET, STUCK, World, stopped};

/// The times of twenty stops of each kind of query, by `stop`, which gives how long one took.
#[expect(clippy::print_stdout, reason = "the figures are what it is run for")]
fn measure(kind: &str, stop: impl Fn(&str) -> Duration) {
    let mut late = Vec::new();
    for sql in STUCK {
        let mut times: Vec<Duration> = (0..20).map(|_| stop(sql)).collect();
        times.sort();
        let (median, worst) = (times[times.len() / 2], times[times.len() - 1]);
        println!("{kind:16} median {median:>9.1?}  worst {worst:>9.1?}  {sql}");
        if worst > BUDGET {
            late.push(format!("{sql}: {worst:?}"));
        }
    }
    assert!(late.is_empty(), "{kind}: {late:?}");
}

/// Stops from this thread what another one waits for, and gives how long that took.
fn timed(pending: Pending<Relation>, reason: &StopReason, stop: impl FnOnce()) -> Duration {
    thread::scope(|scope| {
        let waiter = scope.spawn(move || {
            let answer = pending.wait();
            (answer, Instant::now())
        });
        let start = Instant::now();
        stop();
        let (answer, end) = waiter.join().unwrap();
        assert_eq!(stopped(answer).reason, *reason);
        end - start
    })
}

#[test]
fn a_cancelled_caller_waits_less_than_its_budget() {
    let world = World::new(2);
    measure("session.cancel", |sql| {
        let pending = world.running(sql, None);
        timed(pending, &StopReason::Cancelled, || world.session.cancel())
    });
    measure("pending.cancel", |sql| {
        let mut pending = world.running(sql, None);
        let start = Instant::now();
        pending.cancel();
        assert_eq!(stopped(pending.wait_for(LONG).unwrap()).reason, StopReason::Cancelled);
        start.elapsed()
    });
}

#[test]
fn a_timeout_comes_in_time() {
    let world = World::new(2);
    let limit = Duration::from_millis(60);
    measure("timeout", |sql| {
        // Planning has the same timeout, and needs a worker.
        world.calls_end();
        let relation = world.session.sql(sql, Parameters::None, Some(limit)).wait().unwrap();
        let start = Instant::now();
        let answer = relation.collect().wait();
        assert_eq!(stopped(answer).reason, StopReason::QueryTimeout(limit));
        start.elapsed().checked_sub(limit).unwrap()
    });
}

#[test]
fn closing_lets_its_callers_go() {
    measure("session.close", |sql| {
        let world = World::new(2);
        let pending = world.running(sql, None);
        timed(pending, &StopReason::Closed("session"), || world.session.close())
    });
    measure("database.close", |sql| {
        let world = World::new(2);
        let pending = world.running(sql, None);
        timed(pending, &StopReason::Closed("database"), || world.database.close())
    });
}

#[test]
fn a_stopped_stream_lets_its_reader_go_and_dropping_it_takes_no_time() {
    let world = World::new(2);
    let stream = |sql: &str| {
        let before = world.begun.load(Ordering::SeqCst);
        let relation = world.session.sql(sql, Parameters::None, None).wait().unwrap();
        let stream = relation.execute().wait().unwrap();
        if sql.contains("k.") {
            wait_until("the call", || world.begun.load(Ordering::SeqCst) > before);
        }
        stream
    };
    measure("stream.next", |sql| {
        let stream = stream(sql);
        let next = stream.next();
        let start = Instant::now();
        stream.cancel();
        assert_eq!(stopped(next.wait()).reason, StopReason::Cancelled);
        // And so it stays.
        assert_eq!(stopped(stream.next().wait()).reason, StopReason::Cancelled);
        start.elapsed()
    });
    measure("drop", |sql| {
        let (stream, pending) = (stream(sql), world.running(sql, None));
        let start = Instant::now();
        drop(stream);
        drop(pending);
        start.elapsed()
    });
    world.calls_end();
}
