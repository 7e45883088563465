//! `_native.Relation` and the batches of a running one.

use std::sync::Arc;
use std::time::Duration;

use arrow::array::RecordBatch;
use arrow::datatypes::{Field, SchemaRef};
use arrow::error::ArrowError;
use arrow::record_batch::RecordBatchReader;
use arrow::util::pretty::pretty_format_batches;
use arrowsmith_engine as engine;
use arrowsmith_pyhost::layout::{plain_batch, plain_schema};
use arrowsmith_pyhost::{door, exchange};
use parking_lot::Mutex;
use pyo3::exceptions::{PyKeyboardInterrupt, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyList, PyTuple};
use pyo3_arrow::ffi::{ArrayIterator, to_schema_pycapsule, to_stream_pycapsule};
use pyo3_arrow::{PyRecordBatch, PySchema, PyTable};

use crate::error::{wait, wait_and_tell};
use crate::progress::{Listener, Listening};

#[derive(Debug)]
#[pyclass(frozen, module = "arrowsmith._native")]
pub(crate) struct Relation {
    relation: engine::Relation,
    listener: Option<Listener>,
}

/// The batches of a run, and whom it tells about itself.
#[derive(Debug)]
struct Run {
    stream: engine::ResultStream,
    /// Taken out by the thread that waits, so that nobody holds the lock meanwhile.
    listening: Mutex<Option<Listening>>,
}

impl Run {
    fn next(&self, py: Python<'_>) -> PyResult<Option<RecordBatch>> {
        let mut listening = self.listening.lock().take();
        let batch = wait_and_tell(py, self.stream.next(), listening.as_mut());
        if let Some(listening) = listening {
            *self.listening.lock() = Some(listening);
        }
        if batch.is_err() {
            // Whoever goes on reading after an interrupt learns that rows may be missing.
            self.stream.cancel();
        }
        if !matches!(batch, Ok(Some(_))) {
            let ended = self.end(py);
            return batch.and_then(|batch| ended.map(|()| batch));
        }
        batch
    }

    /// Tells the listener that nothing more comes.
    fn end(&self, py: Python<'_>) -> PyResult<()> {
        let listening = self.listening.lock().take();
        listening.map_or(Ok(()), |listening| listening.end(py))
    }
}

impl Relation {
    pub(crate) fn new(relation: engine::Relation) -> Self {
        Self { relation, listener: None }
    }

    pub(crate) fn collect_native(&self, py: Python<'_>) -> PyResult<engine::Relation> {
        self.wait(py, self.relation.collect())
    }

    /// Waits for a whole run.
    fn wait<T: Send + 'static>(&self, py: Python<'_>, run: engine::Pending<T>) -> PyResult<T> {
        let Some(mut listening) = self.listen(py, &run) else {
            return wait(py, run);
        };
        let answer = wait_and_tell(py, run, Some(&mut listening));
        // The run's own failure is the one to tell.
        let ended = listening.end(py);
        answer.and_then(|answer| ended.map(|()| answer))
    }

    fn listen<T>(&self, py: Python<'_>, run: &engine::Pending<T>) -> Option<Listening> {
        let listener = self.listener.as_ref()?.clone_ref(py);
        Some(Listening::new(listener, run.progress()?))
    }

    fn start(&self, py: Python<'_>) -> PyResult<Run> {
        let pending = self.relation.execute();
        let mut listening = self.listen(py, &pending);
        let stream = wait_and_tell(py, pending, listening.as_mut());
        if let Some(listening) = &mut listening {
            match &stream {
                Ok(stream) => listening.follow(stream.progress()),
                // The run's own failure is the one to tell.
                Err(_) => drop(listening.end(py)),
            }
        }
        let stream = stream?;
        Ok(Run { stream, listening: Mutex::new(listening) })
    }

    /// The first `limit` rows, and whether there are more. The query is stopped behind them.
    fn first_rows(&self, py: Python<'_>, limit: usize) -> PyResult<(Vec<RecordBatch>, bool)> {
        let run = self.start(py)?;
        let (mut batches, mut rows) = (Vec::new(), 0);
        while let Some(batch) = run.next(py)? {
            let room = limit - rows;
            if batch.num_rows() > room {
                batches.push(batch.slice(0, room));
                run.end(py)?;
                return Ok((batches, true));
            }
            rows += batch.num_rows();
            batches.push(batch);
        }
        Ok((batches, false))
    }
}

#[pymethods]
impl Relation {
    /// The same relation, whose runs call back, at most so often and once at their end.
    fn with_progress(&self, callback: Option<Py<PyAny>>, every_seconds: f64) -> PyResult<Self> {
        let every = Duration::try_from_secs_f64(every_seconds)
            .map_err(|error| PyValueError::new_err(error.to_string()))?;
        let listener = callback.map(|callback| Listener { callback, every });
        Ok(Self { relation: self.relation.clone(), listener })
    }

    #[getter]
    fn columns(&self) -> Vec<String> {
        self.relation.schema().fields().iter().map(|field| field.name().clone()).collect()
    }

    #[getter]
    fn schema<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        as_pyarrow(py, PySchema::new(plain_schema(&self.relation.schema())), "schema")
    }

    fn collect(&self, py: Python<'_>) -> PyResult<Self> {
        self.collect_native(py).map(Self::new)
    }

    /// All batches as a table. Without `views` strings have the layout that every library reads.
    #[pyo3(signature = (*, views))]
    fn read(&self, py: Python<'_>, views: bool) -> PyResult<PyTable> {
        let kept = self.collect_native(py)?;
        let batches = kept.batches().unwrap_or_default().to_vec();
        if views {
            return PyTable::try_new(batches, kept.schema());
        }
        let schema = plain_schema(&kept.schema());
        let batches = batches.iter().map(|batch| plain_batch(batch, &schema));
        let batches = batches.collect::<Result<Vec<_>, _>>().map_err(arrow_error)?;
        PyTable::try_new(batches, schema)
    }

    fn rows<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let kept = self.collect_native(py)?;
        let list = PyList::empty(py);
        for batch in kept.batches().unwrap_or_default() {
            append_rows(&list, batch)?;
        }
        Ok(list)
    }

    /// The first rows as tuples, and whether there are more.
    fn head<'py>(&self, py: Python<'py>, limit: usize) -> PyResult<(Bound<'py, PyList>, bool)> {
        let (batches, more) = self.first_rows(py, limit)?;
        let list = PyList::empty(py);
        for batch in &batches {
            append_rows(&list, batch)?;
        }
        Ok((list, more))
    }

    /// The first rows as a text table with a closing line.
    fn preview(&self, py: Python<'_>, limit: usize) -> PyResult<String> {
        let (mut batches, more) = self.first_rows(py, limit)?;
        let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
        if self.relation.schema().fields().is_empty() {
            return Ok("no columns".to_owned());
        }
        if batches.is_empty() {
            batches.push(RecordBatch::new_empty(self.relation.schema()));
        }
        let table = pretty_format_batches(&batches).map_err(arrow_error)?;
        let count = match (rows, more) {
            (_, true) => format!("the first {rows} rows"),
            (1, false) => "1 row".to_owned(),
            (rows, false) => format!("{rows} rows"),
        };
        Ok(format!("{table}\n{count}"))
    }

    fn stream(&self, py: Python<'_>) -> PyResult<Batches> {
        Ok(Batches(Mutex::new(Some(Arc::new(self.start(py)?)))))
    }

    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        Ok(to_schema_pycapsule(py, plain_schema(&self.relation.schema()).as_ref())?)
    }

    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyCapsule>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        let run = self.start(py)?;
        let schema = plain_schema(&run.stream.schema());
        let field = Field::new_struct("", schema.fields().clone(), false);
        let field = field.with_metadata(schema.metadata().clone());
        let batches = Reader { run, schema };
        let arrays = batches.map(|batch| {
            let array: arrow::array::ArrayRef = Arc::new(arrow::array::StructArray::from(batch?));
            Ok(array)
        });
        let arrays = Box::new(ArrayIterator::new(arrays, Arc::new(field)));
        Ok(to_stream_pycapsule(py, arrays, requested_schema)?)
    }

    fn write(&self, py: Python<'_>, path: &str, format: &str) -> PyResult<u64> {
        let format = match format {
            "parquet" => engine::Format::Parquet,
            "csv" => engine::Format::Csv,
            "json" => engine::Format::Json,
            other => return Err(PyValueError::new_err(format!("unknown format {other:?}"))),
        };
        self.wait(py, self.relation.write(path, format))
    }

    fn explain(&self, py: Python<'_>, analyze: bool) -> PyResult<String> {
        self.wait(py, self.relation.explain(analyze))
    }
}

/// Iterates over the batches of a running query; dropping it stops the query.
#[derive(Debug)]
#[pyclass(frozen, module = "arrowsmith._native")]
pub(crate) struct Batches(Mutex<Option<Arc<Run>>>);

#[pymethods]
impl Batches {
    fn __iter__(slf: PyRef<'_, Self>) -> PyRef<'_, Self> {
        slf
    }

    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        // The lock is gone before the wait: other threads may take the next batch meanwhile.
        let Some(run) = self.0.lock().clone() else {
            return Ok(None);
        };
        let Some(batch) = run.next(py)? else {
            self.0.lock().take();
            return Ok(None);
        };
        let schema = plain_schema(&batch.schema());
        let batch = plain_batch(&batch, &schema).map_err(arrow_error)?;
        as_pyarrow(py, PyRecordBatch::new(batch), "record_batch").map(Some)
    }
}

/// Batches for a consumer of the C stream interface, who may hold the interpreter or not.
struct Reader {
    run: Run,
    schema: SchemaRef,
}

impl Iterator for Reader {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        let batch = door::enter(|py| Ok(self.run.next(py).map_err(|error| told(py, &error))));
        let batch = match batch {
            Ok(Ok(batch)) => batch?,
            Ok(Err(message)) => return Some(Err(ArrowError::ComputeError(message))),
            Err(error) => return Some(Err(ArrowError::ComputeError(error.to_string()))),
        };
        Some(plain_batch(&batch, &self.schema))
    }
}

/// The C stream interface takes texts only. An interrupt comes again as one, behind the consumer's own
/// error.
fn told(py: Python<'_>, error: &PyErr) -> String {
    if error.is_instance_of::<PyKeyboardInterrupt>(py) {
        // It fails where somebody removed the module.
        drop(py.import("_thread").and_then(|thread| thread.call_method0("interrupt_main")));
    }
    error.to_string()
}

impl RecordBatchReader for Reader {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }
}

/// An object as pyarrow's, where pyarrow is installed, else as it is.
fn as_pyarrow<'py>(
    py: Python<'py>,
    object: impl IntoPyObject<'py>,
    constructor: &str,
) -> PyResult<Bound<'py, PyAny>> {
    use pyo3::IntoPyObjectExt;
    let object = object.into_bound_py_any(py)?;
    match py.import("pyarrow") {
        Ok(pyarrow) => pyarrow.call_method1(constructor, (object,)),
        Err(_) => Ok(object),
    }
}

fn append_rows(list: &Bound<'_, PyList>, batch: &RecordBatch) -> PyResult<()> {
    let py = list.py();
    let columns = batch
        .columns()
        .iter()
        .map(|column| exchange::to_list(py, column))
        .collect::<PyResult<Vec<_>>>()?;
    for row in 0..batch.num_rows() {
        let values =
            columns.iter().map(|column| column.get_item(row)).collect::<PyResult<Vec<_>>>()?;
        list.append(PyTuple::new(py, values)?)?;
    }
    Ok(())
}

/// What only broken memory can cause.
#[expect(clippy::needless_pass_by_value, reason = "map_err gives it so")]
fn arrow_error(error: ArrowError) -> PyErr {
    PyValueError::new_err(error.to_string())
}
