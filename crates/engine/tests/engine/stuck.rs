//! Queries that don't end by themselves, and a session with functions for them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use arrow::array::{ArrayRef, AsArray};
use arrow::datatypes::Int64Type;
use arrowsmith_contract::{Error as ContractError, Grants, Result as ContractResult, Stopped};
use arrowsmith_engine::{Database, DatabaseOptions, Error, Parameters, Pending, Relation, Session};
use arrowsmith_testkit::PluginBuilder;

use crate::fixture::{LONG, wait_until};

/// How long a caller waits for its error at most.
pub(crate) const BUDGET: Duration = Duration::from_millis(100);

pub(crate) struct World {
    pub(crate) database: Database,
    pub(crate) session: Session,
    /// How many calls have begun, and how many have ended.
    pub(crate) begun: Arc<AtomicUsize>,
    pub(crate) ended: Arc<AtomicUsize>,
}

impl World {
    /// The plugin `k`: `polite(x)` runs until its query is stopped, `deaf(ms)` for so many
    /// milliseconds whatever happens, `after(x)` until one of these has begun, `panics(x)`, `id(x)`, and `query(x)`, which runs
    /// `SELECT k.polite(1)` in the same session.
    pub(crate) fn new(threads: usize) -> Self {
        let options = DatabaseOptions { threads: Some(threads), ..DatabaseOptions::default() };
        let database = Database::in_memory(&options).unwrap();
        let session = database.session().unwrap();
        let world = Self { database, session, begun: Arc::default(), ended: Arc::default() };
        world.load();
        world
    }

    fn load(&self) {
        let inner = self.session.clone();
        let (polite, deaf, begun) = (self.counted(), self.counted(), Arc::clone(&self.begun));
        let plugin = PluginBuilder::new("k")
            .unwrap()
            .batch("polite", &["int"], "int", move |columns, _, context| {
                polite(&|| {
                    let start = Instant::now();
                    while !context.token.is_stopped() && start.elapsed() < LONG {
                        thread::yield_now();
                    }
                    context.token.check()?;
                    Ok(Arc::clone(&columns[0]))
                })
            })
            .unwrap()
            .batch("deaf", &["int"], "int", move |columns, _, _| {
                let milliseconds = columns[0].as_primitive::<Int64Type>().value(0);
                deaf(&|| {
                    thread::sleep(Duration::from_millis(milliseconds as u64));
                    Ok(Arc::clone(&columns[0]))
                })
            })
            .unwrap()
            .batch("after", &["int"], "int", move |columns, _, _| {
                wait_until("another call", || begun.load(Ordering::SeqCst) > 0);
                Ok(Arc::clone(&columns[0]))
            })
            .unwrap()
            .batch("panics", &["int"], "int", |_, _, _| panic!("out of order"))
            .unwrap()
            .batch("id", &["int"], "int", |columns, _, _| Ok(Arc::clone(&columns[0])))
            .unwrap()
            .batch("query", &["int"], "int", move |columns, _, _| {
                match run(&inner, "SELECT k.polite(1)", None).wait() {
                    Ok(_) => Ok(Arc::clone(&columns[0])),
                    Err(Error::Contract(error)) => Err(error),
                    Err(other) => Err(ContractError::Internal(other.to_string())),
                }
            })
            .unwrap()
            .build()
            .unwrap();
        self.session.registry().commit(&plugin, &Grants::all(), true).unwrap();
    }

    fn counted(
        &self,
    ) -> impl Fn(&dyn Fn() -> ContractResult<ArrayRef>) -> ContractResult<ArrayRef> + use<> {
        let (begun, ended) = (Arc::clone(&self.begun), Arc::clone(&self.ended));
        move |work| {
            begun.fetch_add(1, Ordering::SeqCst);
            let answer = work();
            ended.fetch_add(1, Ordering::SeqCst);
            answer
        }
    }

    /// Starts a query and waits until its calls, or a while of it, run.
    pub(crate) fn running(&self, sql: &str, timeout: Option<Duration>) -> Pending<Relation> {
        let before = self.begun.load(Ordering::SeqCst);
        let pending = run(&self.session, sql, timeout);
        if sql.contains("k.") {
            wait_until("the call", || self.begun.load(Ordering::SeqCst) > before);
        } else {
            thread::sleep(Duration::from_millis(20));
        }
        pending
    }

    pub(crate) fn calls_end(&self) {
        wait_until("the end of the calls", || {
            self.begun.load(Ordering::SeqCst) == self.ended.load(Ordering::SeqCst)
        });
    }
}

pub(crate) fn run(session: &Session, sql: &str, timeout: Option<Duration>) -> Pending<Relation> {
    session.sql(sql, Parameters::None, timeout).wait().unwrap().collect()
}

#[track_caller]
pub(crate) fn stopped<T>(answer: Result<T, Error>) -> Stopped {
    match answer {
        Err(Error::Contract(ContractError::Stopped(stopped))) => *stopped,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it was not stopped"),
    }
}

pub(crate) const STUCK: &[&str] = &[
    "SELECT k.polite(1)",
    "SELECT k.deaf(300)",
    "SELECT sum(k.deaf(300 + value * 0)) FROM generate_series(1, 100000)",
    "SELECT count(*) FROM generate_series(1, 100000000000)",
    "SELECT count(*) FROM generate_series(1, 1000000) a, generate_series(1, 1000000) b WHERE a.value + b.value <> 3",
];
