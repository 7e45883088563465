//! A session with aggregates that count what their kernels are asked for.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use arrow::array::{ArrayRef, AsArray, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Int64Type, Schema};
use arrow::util::pretty::pretty_format_batches;
use arrowsmith_contract::{Error as ContractError, Grants, Result as ContractResult};
use arrowsmith_engine::{Database, DatabaseOptions, Parameters, Relation, Result, Session};
use arrowsmith_testkit::{AggregateLog, AggregateSteps, PluginBuilder};

pub(crate) struct Summing {
    pub(crate) session: Session,
    pub(crate) total: Arc<AggregateLog>,
    pub(crate) moving: Arc<AggregateLog>,
    pub(crate) rows: Arc<AggregateLog>,
    pub(crate) fails: Arc<AggregateLog>,
}

impl Summing {
    /// The plugin `a`: `total(x)` is a sum, 0 of nothing; `moving(x)` is too, and can take rows back;
    /// `list(x)` shows what it got in order; `rows()` counts; `fails(x)` fails at 13.
    pub(crate) fn new(threads: usize) -> Self {
        Self::with(&DatabaseOptions { threads: Some(threads), ..DatabaseOptions::default() })
    }

    pub(crate) fn with(options: &DatabaseOptions) -> Self {
        let session = Database::in_memory(options).unwrap().session().unwrap();
        let builder = PluginBuilder::new("ai.a").unwrap();
        let (builder, total) = builder.aggregate("total", &["int"], "int", sum(add)).unwrap();
        let moving = AggregateSteps {
            retract: Some(Box::new(|state, value| take_back(state, value))),
            ..sum(add)
        };
        let (builder, moving) = builder.aggregate("moving", &["int"], "int", moving).unwrap();
        let (builder, _) = builder.aggregate("list", &["int"], "string", listing()).unwrap();
        let (builder, rows) = builder.aggregate("rows", &[], "int", sum(add)).unwrap();
        let fails = sum(|state, value| match value {
            13 => Err(ContractError::Internal("unlucky".to_owned())),
            value => add(state, value),
        });
        let (builder, fails) = builder.aggregate("fails", &["int"], "int", fails).unwrap();
        let plugin = builder.build().unwrap();
        session.registry().commit(&plugin, &Grants::all(), true).unwrap();
        Self { session, total, moving, rows, fails }
    }

    /// A table with the columns `id` from 0 on, `k` of `groups` values and `x`, NULL in every
    /// fifth row, in batches of 1000 rows.
    pub(crate) fn table(&self, name: &str, rows: i64, groups: i64) {
        let ids = Int64Array::from_iter_values(0..rows);
        let k = Int64Array::from_iter_values((0..rows).map(|id| id * 7919 % groups));
        let x = (0..rows).map(|id| (id % 5 != 4).then_some(id % 1000)).collect::<Int64Array>();
        let field = |name: &str| Field::new(name, DataType::Int64, true);
        let schema = Arc::new(Schema::new(vec![field("id"), field("k"), field("x")]));
        let columns: Vec<ArrayRef> = vec![Arc::new(ids), Arc::new(k), Arc::new(x)];
        let whole = RecordBatch::try_new(schema.clone(), columns).unwrap();
        let batches = (0..rows as usize)
            .step_by(1000)
            .map(|start| whole.slice(start, 1000.min(rows as usize - start)))
            .collect();
        self.session.register_batches(name, schema, batches).unwrap();
    }

    pub(crate) fn relation(&self, sql: &str) -> Result<Relation> {
        self.session.sql(sql, Parameters::None, None).wait()
    }

    pub(crate) fn try_run(&self, sql: &str) -> Result<Vec<RecordBatch>> {
        Ok(self.relation(sql)?.collect().wait()?.batches().unwrap().to_vec())
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

    /// The rows as text, without the names of the columns.
    pub(crate) fn rows_of(&self, sql: &str) -> String {
        let text = pretty_format_batches(&self.run(sql)).unwrap().to_string();
        let rows = text.lines().filter(|line| line.starts_with('|')).skip(1);
        let trim = |line: &str| line.split('|').map(str::trim).collect::<Vec<_>>().join("|");
        rows.map(trim).collect::<Vec<_>>().join("\n")
    }

    pub(crate) fn int(&self, sql: &str) -> i64 {
        let batches = self.run(sql);
        let batch = batches.iter().find(|batch| batch.num_rows() > 0).unwrap();
        batch.column(0).as_primitive::<Int64Type>().value(0)
    }

    pub(crate) fn text(&self, sql: &str) -> String {
        let batches = self.run(sql);
        let batch = batches.iter().find(|batch| batch.num_rows() > 0).unwrap();
        batch.column(0).as_string::<i32>().value(0).to_owned()
    }

    /// Both queries have the same rows in the same order, and some.
    pub(crate) fn same(&self, left: &str, right: &str) {
        let (got, wanted) = (self.rows_of(left), self.rows_of(right));
        assert!(!wanted.is_empty(), "{right} gives nothing");
        assert!(got == wanted, "{left}\n{got}\n{right}\n{wanted}");
    }
}

pub(crate) fn count(counter: &AtomicUsize) -> usize {
    counter.load(Ordering::Relaxed)
}

fn sum(
    add: impl Fn(&mut Vec<i64>, i64) -> ContractResult<()> + Send + Sync + 'static,
) -> AggregateSteps {
    AggregateSteps {
        add: Box::new(add),
        retract: None,
        finish: Box::new(|state| Ok(Arc::new(Int64Array::from(vec![state.iter().sum::<i64>()])))),
    }
}

#[expect(clippy::unnecessary_wraps, reason = "others fail")]
fn add(state: &mut Vec<i64>, value: i64) -> ContractResult<()> {
    match state.first_mut() {
        Some(sum) => *sum += value,
        None => state.push(value),
    }
    Ok(())
}

fn take_back(state: &mut [i64], value: i64) {
    if let Some(sum) = state.first_mut() {
        *sum -= value;
    }
}

fn listing() -> AggregateSteps {
    AggregateSteps {
        add: Box::new(|state, value| {
            state.push(value);
            Ok(())
        }),
        retract: None,
        finish: Box::new(|state| {
            let texts: Vec<String> = state.iter().map(ToString::to_string).collect();
            Ok(Arc::new(StringArray::from(vec![texts.join(" ")])))
        }),
    }
}
