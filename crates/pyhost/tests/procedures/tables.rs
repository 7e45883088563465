//! Tables as arguments.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrowsmith_contract::{CallContext, CancelToken, Error, Result, StopReason, TableInput};

use crate::support::*;
use crate::{all, shown, start_with};

/// Batches of one int column, which are slow to come, and how many were asked for.
struct Table {
    batches: std::vec::IntoIter<Result<Vec<i64>>>,
    asked: Arc<AtomicUsize>,
    is_ready: bool,
}

impl Table {
    fn boxed(batches: Vec<Result<Vec<i64>>>) -> (Box<Self>, Arc<AtomicUsize>) {
        let asked = Arc::new(AtomicUsize::new(0));
        let table =
            Self { batches: batches.into_iter(), asked: Arc::clone(&asked), is_ready: false };
        (Box::new(table), asked)
    }
}

impl TableInput for Table {
    fn schema(&self) -> SchemaRef {
        Arc::new(Schema::new(vec![Field::new("n", DataType::Int64, true)]))
    }

    fn poll(&mut self, patience: Duration) -> Option<Result<Option<RecordBatch>>> {
        self.is_ready = !self.is_ready;
        if self.is_ready {
            std::thread::sleep(patience);
            return None;
        }
        self.asked.fetch_add(1, Ordering::SeqCst);
        Some(self.batches.next().transpose().map(|values| {
            values.map(|values| {
                let column: ArrayRef = Arc::new(arrow::array::Int64Array::from(values));
                RecordBatch::try_new(self.schema(), vec![column]).unwrap()
            })
        }))
    }
}

#[test]
fn a_table_comes_batch_by_batch() {
    need("pyarrow");
    let text = "@db.procedure(args=['int', 'table', 'int'], yields=['n:int', 'names:string'])\n\
        def p(times, rows, plus):\n    for batch in rows:\n        for n in batch['n'].to_pylist():\n            \
        yield n * times + plus, ','.join(rows.schema.names)";
    let (table, asked) = Table::boxed(vec![Ok(vec![1, 2]), Ok(vec![]), Ok(vec![3])]);
    let columns = vec![ints([Some(10)]), ints([Some(7)])];
    let context = CallContext::default();
    let mut stream = start_with(&function(text), columns, Some(table), &context);
    let first = stream.next_batch(1, &context).unwrap().unwrap();
    assert_eq!((shown(&[first]), asked.load(Ordering::SeqCst)), (vec!["0 17 n".to_owned()], 1));
    assert_eq!(shown(&all(stream, 100).unwrap()), ["0 27 n", "0 37 n"]);
}

#[test]
fn a_table_is_read_once_and_by_its_query_only() {
    need("pyarrow");
    let text = "import builtins\n@db.procedure(args=['table'], yields=['n:int'])\n\
        def p(rows):\n    builtins.kept = rows\n    yield from (len(b) for b in rows)\n    yield from (len(b) for b in rows)";
    let twice = function(text);
    let (table, _) = Table::boxed(vec![Ok(vec![1])]);
    let stream = start_with(&twice, Vec::new(), Some(table), &CallContext::default());
    let message = all(stream, 100).unwrap_err().to_string();
    assert!(
        message.contains(
            "the table argument of plugin.p was read to its end before; its batches come once"
        ),
        "{message}"
    );
    let (table, _) = Table::boxed(vec![Ok(vec![1]), Ok(vec![2])]);
    let context = CallContext::default();
    let mut stream = start_with(&twice, Vec::new(), Some(table), &context);
    stream.next_batch(1, &context).unwrap();
    drop(stream);
    let error = attached(|py| {
        let error = py.eval(c"next(__import__('builtins').kept)", None, None).unwrap_err();
        Ok(error.to_string())
    });
    assert_eq!(
        error,
        "ClosedError: the table argument of plugin.p is gone: the query that gave it has ended"
    );
}

#[test]
fn what_fails_in_a_table_fails_in_its_reader() {
    let text = "@db.procedure(args=['table'], yields=['n:int'])\ndef p(rows):\n    for batch in rows: yield 1";
    let failed = Err(Error::Closed("the source broke".to_owned()));
    let (table, _) = Table::boxed(vec![Ok(vec![1]), failed]);
    let stream = start_with(&function(text), Vec::new(), Some(table), &CallContext::default());
    let error = all(stream, 100).unwrap_err();
    assert_eq!(error.to_string(), "plugin.p raised ClosedError: the source broke at row 1");
}

/// A table without an end, from which nothing ever comes.
struct Silent;

impl TableInput for Silent {
    fn schema(&self) -> SchemaRef {
        Arc::new(Schema::empty())
    }

    fn poll(&mut self, patience: Duration) -> Option<Result<Option<RecordBatch>>> {
        std::thread::sleep(patience);
        None
    }
}

#[test]
fn who_waits_for_a_table_can_be_stopped() {
    let text = "@db.procedure(args=['table'], yields=['n:int'])\ndef p(rows):\n    for batch in rows: yield 1";
    let context = CallContext { token: CancelToken::new(), ..CallContext::default() };
    let mut stream = start_with(&function(text), Vec::new(), Some(Box::new(Silent)), &context);
    let limit = Duration::from_millis(50);
    context.token.stop_after(limit, StopReason::QueryTimeout(limit));
    let start = Instant::now();
    assert!(matches!(stream.next_batch(10, &context), Err(Error::Stopped(_))));
    assert!(start.elapsed() < Duration::from_millis(150), "{:?}", start.elapsed());
}
