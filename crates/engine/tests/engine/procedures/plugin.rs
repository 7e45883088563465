//! The plugin `r`, whose procedures write down how they were used.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use arrow::array::{Array, ArrayRef, AsArray, Int64Array, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int64Type};
use arrowsmith_contract::{Error as ContractError, Grants, ProcedureArguments, TableInput};
use arrowsmith_testkit::{PluginBuilder, Pull, count_up, next_table_batch, yielded, yielded_ints};

use crate::fixture::Fixture;

#[derive(Clone, Default)]
pub(super) struct Log {
    /// Rows of arguments of each start.
    pub(super) starts: Arc<Mutex<Vec<usize>>>,
    /// How many rows each pull asked for.
    pub(super) pulls: Arc<Mutex<Vec<usize>>>,
    /// Procedures that have not ended.
    pub(super) alive: Arc<AtomicUsize>,
}

impl Log {
    fn begin(&self, rows: usize) -> Alive {
        self.starts.lock().unwrap().push(rows);
        self.alive.fetch_add(1, Ordering::SeqCst);
        Alive(self.clone())
    }

    pub(super) fn starts(&self) -> Vec<usize> {
        std::mem::take(&mut *self.starts.lock().unwrap())
    }

    pub(super) fn pulls(&self) -> Vec<usize> {
        std::mem::take(&mut *self.pulls.lock().unwrap())
    }

    pub(super) fn alive(&self) -> usize {
        self.alive.load(Ordering::SeqCst)
    }
}

struct Alive(Log);

impl Drop for Alive {
    fn drop(&mut self) {
        self.0.alive.fetch_sub(1, Ordering::SeqCst);
    }
}

pub(super) struct Procedures {
    pub(super) fixture: Fixture,
    pub(super) log: Log,
}

impl Procedures {
    /// `range(a, b = 1)` counts from 0 up to `a` by `b`; nothing for a NULL. `split(a)` gives the
    /// words of a text and where they stand. `echo(a)` gives the first column of a table as it
    /// comes; `sum(a, b = 0)` the rows of a table and `b` plus the sum of its first column; `first(a)`
    /// the first value of a table. `fail(a)` raises after `a` rows; `wait()` gives a row and then waits
    /// until it is stopped.
    pub(super) fn new(threads: usize) -> Self {
        let log = Log::default();
        let logs: [Log; 7] = std::array::from_fn(|_| log.clone());
        let [a, b, c, d, e, f, g] = logs;
        let plugin = PluginBuilder::new("ai.r")
            .unwrap()
            .procedure("range", &["int", "int"], 1, "struct<n: int>", move |given| {
                Ok(range(&a, &given, None))
            })
            .unwrap()
            .procedure("split", &["string"], 1, "struct<word: string, at: int>", move |given| {
                Ok(split(&b, &given))
            })
            .unwrap()
            .procedure("echo", &["table"], 1, "struct<x: int>", move |given| Ok(echo(&c, given)))
            .unwrap()
            .procedure("sum", &["table", "int"], 1, "struct<rows: int, sum: int>", move |given| {
                Ok(sum(&d, given))
            })
            .unwrap()
            .procedure("first", &["table"], 1, "struct<x: int>", move |given| Ok(first(&e, given)))
            .unwrap()
            .procedure("fail", &["int"], 1, "struct<n: int>", move |given| {
                Ok(range(&f, &given, Some("it failed")))
            })
            .unwrap()
            .procedure("wait", &[], 0, "struct<n: int>", move |given| Ok(wait(&g, &given)))
            .unwrap()
            .build()
            .unwrap();
        let fixture = Fixture::new(threads);
        fixture.session.registry().commit(&plugin, &Grants::all(), true).unwrap();
        Self { fixture, log }
    }

    /// The table `t` with `id`, `x` and a text.
    pub(super) fn texts(&self, texts: &[Option<&str>]) {
        let rows: Vec<String> = texts
            .iter()
            .enumerate()
            .map(|(id, text)| match text {
                Some(text) => format!("({id}, '{text}')"),
                None => format!("({id}, NULL)"),
            })
            .collect();
        self.fixture.run("CREATE TABLE t (id BIGINT, text VARCHAR)");
        if !rows.is_empty() {
            self.fixture.run(&format!("INSERT INTO t VALUES {}", rows.join(", ")));
        }
    }

    /// The cells of a query, sorted by row, as text.
    pub(super) fn rows(&self, sql: &str) -> Vec<String> {
        let mut rows: Vec<String> = Vec::new();
        for batch in self.fixture.run(sql) {
            rows.extend((0..batch.num_rows()).map(|row| cells(&batch, row)));
        }
        rows.sort();
        // Operators that run ahead end theirs on threads of their own.
        let start = Instant::now();
        while self.log.alive() > 0 {
            assert!(start.elapsed() < Duration::from_secs(10), "{sql} left a procedure behind");
            std::thread::yield_now();
        }
        rows
    }
}

fn cells(batch: &RecordBatch, row: usize) -> String {
    let texts = batch.columns().iter().map(|column| {
        let text = cast(column, &DataType::Utf8).unwrap();
        if text.is_null(row) {
            "-".to_owned()
        } else {
            text.as_string::<i32>().value(row).to_owned()
        }
    });
    texts.collect::<Vec<_>>().join(" ")
}

fn int(column: &ArrayRef, row: usize) -> Option<i64> {
    let column = column.as_primitive::<Int64Type>();
    column.is_valid(row).then(|| column.value(row))
}

/// Rows that an iterator has, as many as are asked for.
fn pull_from(
    log: &Log,
    rows: usize,
    mut source: impl Iterator<Item = (u32, i64)> + Send + 'static,
    failure: Option<&'static str>,
) -> Pull {
    let (alive, log) = (log.begin(rows), log.clone());
    Box::new(move |most, _| {
        let _ = &alive;
        log.pulls.lock().unwrap().push(most);
        let (origins, values): (Vec<u32>, Vec<i64>) = source.by_ref().take(most).unzip();
        match failure {
            _ if !values.is_empty() => yielded_ints("n", values, origins).map(Some),
            Some(failure) => Err(ContractError::Internal(failure.to_owned())),
            None => Ok(None),
        }
    })
}

fn range(log: &Log, given: &ProcedureArguments, failure: Option<&'static str>) -> Pull {
    pull_from(log, given.rows, count_up(given), failure)
}

fn split(log: &Log, given: &ProcedureArguments) -> Pull {
    let alive = log.begin(given.rows);
    let texts = cast(&given.columns[0], &DataType::Utf8).unwrap();
    let mut found = Vec::new();
    for (row, text) in (0..).zip(texts.as_string::<i32>()) {
        for (at, word) in (0..).zip(text.unwrap_or_default().split_whitespace()) {
            found.push((row, word.to_owned(), at));
        }
    }
    let mut found = found.into_iter();
    Box::new(move |most, _| {
        let _ = &alive;
        let part: Vec<(u32, String, i64)> = found.by_ref().take(most).collect();
        if part.is_empty() {
            return Ok(None);
        }
        let words: StringArray = part.iter().map(|(_, word, _)| Some(word.as_str())).collect();
        let places: Int64Array = part.iter().map(|(_, _, at)| Some(*at)).collect();
        let columns: Vec<(&str, ArrayRef)> =
            vec![("word", Arc::new(words)), ("at", Arc::new(places))];
        yielded(columns, part.iter().map(|(row, ..)| *row).collect()).map(Some)
    })
}

fn table_of(given: &mut ProcedureArguments) -> &mut dyn TableInput {
    given.table.as_mut().unwrap().as_mut()
}

fn echo(log: &Log, mut given: ProcedureArguments) -> Pull {
    let alive = log.begin(given.rows);
    let mut waiting: Option<RecordBatch> = None;
    Box::new(move |most, context| {
        let _ = &alive;
        let batch = match waiting.take() {
            Some(batch) => batch,
            None => match next_table_batch(table_of(&mut given), context)? {
                Some(batch) => batch,
                None => return Ok(None),
            },
        };
        let rows = batch.num_rows().min(most);
        if rows < batch.num_rows() {
            waiting = Some(batch.slice(rows, batch.num_rows() - rows));
        }
        let column = cast(&batch.column(0).slice(0, rows), &DataType::Int64)?;
        yielded(vec![("x", column)], vec![0; rows]).map(Some)
    })
}

fn sum(log: &Log, mut given: ProcedureArguments) -> Pull {
    let alive = log.begin(given.rows);
    let mut is_done = false;
    Box::new(move |_, context| {
        let _ = &alive;
        if std::mem::replace(&mut is_done, true) {
            return Ok(None);
        }
        let (mut rows, mut sum) = (0, 0);
        if let Some(start) = given.columns.first() {
            sum = int(start, 0).unwrap();
        }
        while let Some(batch) = next_table_batch(table_of(&mut given), context)? {
            rows += i64::try_from(batch.num_rows()).unwrap();
            sum += (0..batch.num_rows()).filter_map(|row| int(batch.column(0), row)).sum::<i64>();
        }
        let columns: Vec<(&str, ArrayRef)> = vec![
            ("rows", Arc::new(Int64Array::from(vec![rows]))),
            ("sum", Arc::new(Int64Array::from(vec![sum]))),
        ];
        yielded(columns, vec![0]).map(Some)
    })
}

fn first(log: &Log, mut given: ProcedureArguments) -> Pull {
    let alive = log.begin(given.rows);
    let mut is_done = false;
    Box::new(move |_, context| {
        let _ = &alive;
        if std::mem::replace(&mut is_done, true) {
            return Ok(None);
        }
        let batch = next_table_batch(table_of(&mut given), context)?;
        batch.map(|batch| yielded(vec![("x", batch.column(0).slice(0, 1))], vec![0])).transpose()
    })
}

fn wait(log: &Log, given: &ProcedureArguments) -> Pull {
    let alive = log.begin(given.rows);
    let mut is_first = true;
    Box::new(move |_, context| {
        let _ = &alive;
        if std::mem::take(&mut is_first) {
            return yielded_ints("n", vec![1], vec![0]).map(Some);
        }
        while !context.token.is_stopped() {
            std::thread::sleep(Duration::from_millis(1));
        }
        Err(context.token.error())
    })
}
