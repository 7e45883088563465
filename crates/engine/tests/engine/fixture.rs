//! A session with tables and with functions that write down what they were called with.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Int64Array, RecordBatch};
use arrow::datatypes::{DataType, Field, Int64Type, Schema};
use arrow::util::pretty::pretty_format_batches;
use arrowsmith_contract::{
    CallPolicy, Determinism, Error as ContractError, Function, FunctionName, Grants, Kernel, Mode,
    PluginId, Signature,
};
use arrowsmith_engine::{Database, DatabaseOptions, Parameters, Result, Session};
use arrowsmith_testkit::PluginBuilder;

/// The arguments of each call of a function, NULLs included.
pub(crate) type Seen = Arc<Mutex<Vec<Option<i64>>>>;

/// A function `k.<name>` with a kernel of the test's own.
pub(crate) fn function(name: &str, signature: Signature, kernel: Kernel) -> Function {
    Function {
        plugin: PluginId::new("k").unwrap(),
        version: "1".into(),
        name: FunctionName::new(name).unwrap(),
        mode: Mode::Row,
        signature,
        determinism: Determinism::Auto,
        policy: CallPolicy::default(),
        documentation: None,
        source: None,
        parts: Vec::new(),
        tier_reason: None,
        kernel,
    }
}

pub(crate) struct Fixture {
    pub(crate) database: Database,
    pub(crate) session: Session,
    pub(crate) seen: Seen,
}

impl Fixture {
    /// The plugin `p`: `check(x)` is `x > 0` and raises at zero or less, `twice(x)` is `2 x`,
    /// `pure(x)` too, `any(x)` passes NULLs and is true; each writes down `x`.
    pub(crate) fn new(threads: usize) -> Self {
        let options = DatabaseOptions { threads: Some(threads), ..DatabaseOptions::default() };
        let database = Database::in_memory(&options).unwrap();
        let session = database.session().unwrap();
        let seen = Seen::default();
        let auto = Determinism::Auto;
        let (a, b, c, d, e) =
            (seen.clone(), seen.clone(), seen.clone(), seen.clone(), seen.clone());
        let plugin = PluginBuilder::new("ai.p")
            .unwrap()
            .scalar("check", &["int"], "bool", auto, move |row| {
                let value = note(&a, &row[0]);
                if value.is_none_or(|value| value <= 0) {
                    return Err(ContractError::Internal(format!("reached {value:?}")));
                }
                Ok(Arc::new(BooleanArray::from(vec![true])))
            })
            .unwrap()
            .scalar("twice", &["int"], "int", auto, move |row| Ok(doubled(&b, &row[0])))
            .unwrap()
            .scalar("once", &["int"], "int", Determinism::Nondeterministic, move |row| {
                Ok(doubled(&c, &row[0]))
            })
            .unwrap()
            .scalar("pure", &["int"], "int", Determinism::Pure, move |row| Ok(doubled(&d, &row[0])))
            .unwrap()
            .scalar("any", &["int?"], "bool", auto, move |row| {
                note(&e, &row[0]);
                Ok(Arc::new(BooleanArray::from(vec![true])))
            })
            .unwrap()
            .build()
            .unwrap();
        session.registry().commit(&plugin, &Grants::all(), true).unwrap();
        Self { database, session, seen }
    }

    /// A table with the columns `id` and `x`, in batches of 300 rows.
    pub(crate) fn table(&self, name: &str, x: &[Option<i64>]) {
        let fields =
            vec![Field::new("id", DataType::Int64, false), Field::new("x", DataType::Int64, true)];
        let schema = Arc::new(Schema::new(fields));
        let ids = Int64Array::from_iter_values(0..x.len() as i64);
        let columns: Vec<ArrayRef> = vec![Arc::new(ids), Arc::new(Int64Array::from(x.to_vec()))];
        let whole = RecordBatch::try_new(schema.clone(), columns).unwrap();
        let batches = (0..x.len())
            .step_by(300)
            .map(|start| whole.slice(start, 300.min(x.len() - start)))
            .collect();
        self.session.register_batches(name, schema, batches).unwrap();
    }

    pub(crate) fn try_run(&self, sql: &str) -> Result<Vec<RecordBatch>> {
        let relation = self.session.sql(sql, Parameters::None, None).wait()?;
        Ok(relation.collect().wait()?.batches().unwrap().to_vec())
    }

    pub(crate) fn run(&self, sql: &str) -> Vec<RecordBatch> {
        self.try_run(sql).unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    pub(crate) fn error(&self, sql: &str) -> String {
        match self.try_run(sql) {
            Ok(_) => panic!("{sql} should fail"),
            Err(error) => error.to_string(),
        }
    }

    pub(crate) fn show(&self, sql: &str) -> String {
        pretty_format_batches(&self.run(sql)).unwrap().to_string()
    }

    /// What the functions were called with since the last time, sorted.
    pub(crate) fn calls(&self) -> Vec<Option<i64>> {
        let mut seen = std::mem::take(&mut *self.seen.lock().unwrap());
        seen.sort_unstable();
        seen
    }
}

/// Far beyond what any test needs; one that hangs fails by it.
pub(crate) const LONG: Duration = Duration::from_secs(20);

pub(crate) fn wait_until(what: &str, done: impl Fn() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < LONG, "{what} did not happen");
        std::thread::yield_now();
    }
}

pub(crate) fn rows(batches: &[RecordBatch]) -> usize {
    batches.iter().map(RecordBatch::num_rows).sum()
}

fn note(seen: &Seen, column: &ArrayRef) -> Option<i64> {
    let column = column.as_primitive::<Int64Type>();
    let value = column.is_valid(0).then(|| column.value(0));
    seen.lock().unwrap().push(value);
    value
}

fn doubled(seen: &Seen, column: &ArrayRef) -> ArrayRef {
    let value = note(seen, column).map(|value| value * 2);
    Arc::new(Int64Array::from(vec![value]))
}
