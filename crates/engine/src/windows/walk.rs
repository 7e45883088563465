//! How the operator walks over the batches of one partition of its input.

use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::SchemaRef;
use datafusion::common::Result;
use datafusion::execution::memory_pool::MemoryReservation;

use super::evaluator::Evaluation;
use crate::numbering::Counter;
use crate::operators;
use crate::partitions::Borders;

/// Appends the values of window functions to batches.
pub(crate) struct Walk {
    evaluations: Vec<Evaluation>,
    borders: Borders,
    counter: Counter,
    schema: SchemaRef,
    held: Held,
    /// Whether rows wait until their partition is complete.
    is_whole: bool,
}

/// Rows that wait, and what they cost.
struct Held {
    batches: Vec<RecordBatch>,
    /// The rows among them at which partitions begin.
    starts: Vec<usize>,
    rows: usize,
    memory: MemoryReservation,
}

impl Held {
    fn push(&mut self, batch: RecordBatch) -> Result<()> {
        if batch.num_rows() > 0 {
            self.memory.try_grow(batch.get_array_memory_size())?;
            self.rows += batch.num_rows();
            self.batches.push(batch);
        }
        Ok(())
    }

    fn take(&mut self) -> (Vec<RecordBatch>, Vec<usize>, usize) {
        self.memory.free();
        let rows = std::mem::take(&mut self.rows);
        (std::mem::take(&mut self.batches), std::mem::take(&mut self.starts), rows)
    }
}

impl Walk {
    pub(crate) fn new(
        evaluations: Vec<Evaluation>,
        borders: Borders,
        counter: Counter,
        schema: SchemaRef,
        memory: MemoryReservation,
    ) -> Self {
        let is_whole = evaluations.iter().any(|e| e.function().needs_whole_partitions());
        let held = Held { batches: Vec::new(), starts: Vec::new(), rows: 0, memory };
        Self { evaluations, borders, counter, schema, held, is_whole }
    }

    /// Takes the next batch and gives what is complete with it.
    pub(crate) fn push(&mut self, batch: RecordBatch) -> Result<Vec<RecordBatch>> {
        let starts = self.borders.starts(&batch)?;
        if !self.is_whole {
            let rows = batch.num_rows();
            return self.evaluate(vec![batch], &starts, rows);
        }
        let Some((last, before)) = starts.split_last() else {
            self.held.push(batch)?;
            return Ok(Vec::new());
        };
        // Everything before the last partition of this batch is complete.
        let waiting = self.held.rows;
        self.held.starts.extend(before.iter().map(|start| waiting + start));
        self.held.push(batch.slice(0, *last))?;
        let complete = self.finish()?;
        self.held.starts.push(0);
        self.held.push(batch.slice(*last, batch.num_rows() - last))?;
        Ok(complete)
    }

    /// Gives what is held, as complete.
    pub(crate) fn finish(&mut self) -> Result<Vec<RecordBatch>> {
        let (batches, starts, rows) = self.held.take();
        self.evaluate(batches, &starts, rows)
    }

    /// One call a function for all the rows, which stay cut as they came.
    fn evaluate(
        &mut self,
        batches: Vec<RecordBatch>,
        starts: &[usize],
        rows: usize,
    ) -> Result<Vec<RecordBatch>> {
        if rows == 0 {
            return Ok(Vec::new());
        }
        let numbers = self.counter.next(rows);
        let values = self
            .evaluations
            .iter_mut()
            .map(|evaluation| {
                let columns = arguments(evaluation, &batches)?;
                evaluation.evaluate(&columns, rows, starts, &numbers)
            })
            .collect::<Result<Vec<ArrayRef>>>()?;
        let mut offset = 0;
        batches
            .into_iter()
            .map(|batch| {
                let (start, rows) = (offset, batch.num_rows());
                offset += rows;
                let values = values.iter().map(|column| column.slice(start, rows));
                append(&batch, values, &self.schema)
            })
            .collect()
    }
}

/// The columns that a function takes of several batches.
fn arguments(evaluation: &Evaluation, batches: &[RecordBatch]) -> Result<Vec<ArrayRef>> {
    let function = evaluation.function();
    if let [batch] = batches {
        return function.columns(batch);
    }
    let pieces = batches.iter().map(|batch| function.columns(batch)).collect::<Result<Vec<_>>>()?;
    operators::concat_columns(&pieces.iter(), function.arguments().len())
}

fn append(
    batch: &RecordBatch,
    values: impl Iterator<Item = ArrayRef>,
    schema: &SchemaRef,
) -> Result<RecordBatch> {
    let columns = batch.columns().iter().cloned().chain(values).collect();
    operators::batch(schema, columns, batch.num_rows())
}
