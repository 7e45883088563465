//! A walk over the rows of partitions, segment by segment. Where a row leaves, the interpreter's
//! evaluator goes on with the state for some rows.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef};
use arrow::compute::interleave;
use arrowsmith_contract::{CallContext, Error, Result, StateExchange, WindowEvaluator};

use super::Native;
use crate::kernel::parts::Part;
use crate::kernel::stretch::Stretch;
use crate::kernel::{answer, arguments, stopped};
use crate::machine::{self, Answer, Cell, Ended, Walk};

pub(super) struct Evaluator {
    native: Arc<Native>,
    fallback: Box<dyn WindowEvaluator>,
    /// That of the partition which goes on, if it is here.
    cell: Cell,
    kept: Kept,
    has_surrendered: bool,
}

/// Where the state of the partition is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kept {
    Here,
    Away,
}

/// The rows of one call.
struct Rows<'a> {
    columns: &'a [ArrayRef],
    count: usize,
    /// Those at which partitions begin, in their order.
    starts: &'a [usize],
    context: &'a CallContext,
}

/// Rows that the interpreter computed.
struct Piece {
    begin: usize,
    values: ArrayRef,
}

impl Rows<'_> {
    /// The first of the starts that is no row before.
    fn next_start(&self, row: usize) -> usize {
        self.starts.partition_point(|start| *start < row)
    }

    fn is_start(&self, row: usize) -> bool {
        self.starts.get(self.next_start(row)) == Some(&row)
    }
}

fn internal(error: &machine::Error) -> Error {
    Error::Internal(error.to_string())
}

impl Evaluator {
    pub(super) fn new(native: Arc<Native>, fallback: Box<dyn WindowEvaluator>) -> Self {
        let cell = native.initial.clone();
        Self { native, fallback, cell, kept: Kept::Here, has_surrendered: false }
    }

    /// Whether the code may run; else the interpreter goes on with the state.
    fn may_run(&mut self, columns: usize, context: &CallContext) -> Result<bool> {
        let takes = self.native.parts.codes.step.module.parameters.len();
        // Where arguments are left to their defaults, only the interpreter knows these.
        let may_run =
            !self.has_surrendered && takes == columns && self.native.record.may_run(context);
        if !may_run && !self.has_surrendered {
            self.send(context)?;
            self.has_surrendered = true;
        }
        Ok(may_run)
    }

    fn exchange(&mut self) -> Result<&mut dyn StateExchange> {
        let none = || Error::Internal("the interpreter's state can't be exchanged".to_owned());
        self.fallback.exchange().ok_or_else(none)
    }

    fn send(&mut self, context: &CallContext) -> Result<()> {
        if self.kept == Kept::Here {
            let value = self.native.parts.codes.value(&self.cell)?;
            self.exchange()?.put_states(&[0], &[value], context)?;
            self.kept = Kept::Away;
        }
        Ok(())
    }

    fn fetch(&mut self, context: &CallContext) -> Result<()> {
        let value = self.exchange()?.states(&[0], context)?.pop().flatten();
        if let Some(cell) = value.and_then(|value| self.native.parts.codes.cell(&value)) {
            self.cell = cell;
            self.kept = Kept::Here;
        }
        Ok(())
    }

    /// Walks over all rows; gives those that the interpreter computed.
    fn walk(&mut self, rows: &Rows<'_>, walk: &mut Walk<'_>) -> Result<Vec<Piece>> {
        let record = &Arc::clone(&self.native).record;
        let (mut pieces, mut stretch) = (Vec::new(), Stretch::default());
        let (mut row, mut next) = (0, 0);
        while row < rows.count {
            while rows.starts.get(next).is_some_and(|start| *start <= row) {
                if rows.starts[next] == row {
                    self.cell.set(&self.native.initial);
                    self.kept = Kept::Here;
                }
                next += 1;
            }
            if self.kept == Kept::Here {
                let end = rows.starts.get(next).copied().unwrap_or(rows.count);
                match walk.run(&mut self.cell, row..end).map_err(|error| internal(&error))? {
                    Ended::Done => {
                        row = end;
                        continue;
                    }
                    Ended::Stopped => return Err(stopped(rows.context)),
                    Ended::Left(left) => {
                        record.count_exits(Part::Step as usize, &[left]);
                        row = left.row as usize;
                        self.has_surrendered = !record.is_current();
                    }
                }
            }
            let end = if self.has_surrendered { rows.count } else { stretch.from(row, rows.count) };
            pieces.push(self.interpret(rows, row..end)?);
            row = end;
        }
        Ok(pieces)
    }

    /// Interprets some rows, from the state in front of them to that behind them.
    fn interpret(&mut self, rows: &Rows<'_>, range: Range<usize>) -> Result<Piece> {
        let context =
            CallContext { rows: rows.context.rows.behind(range.start), ..rows.context.clone() };
        if rows.is_start(range.start) {
            self.kept = Kept::Away;
        }
        self.send(&context)?;
        let slice = |column: &ArrayRef| column.slice(range.start, range.len());
        let columns: Vec<ArrayRef> = rows.columns.iter().map(slice).collect();
        let inside = rows.next_start(range.start)..rows.next_start(range.end);
        let starts: Vec<usize> =
            rows.starts[inside].iter().map(|start| start - range.start).collect();
        self.native.record.count_left(range.len());
        let values = self.fallback.evaluate(&columns, range.len(), &starts, &context)?;
        if !self.has_surrendered && !rows.is_start(range.end) {
            self.fetch(&context)?;
        }
        Ok(Piece { begin: range.start, values })
    }
}

/// Puts what the interpreter computed in its places.
fn with_pieces(values: ArrayRef, pieces: &[Piece]) -> Result<ArrayRef> {
    if pieces.is_empty() {
        return Ok(values);
    }
    let mut places: Vec<(usize, usize)> = (0..values.len()).map(|row| (0, row)).collect();
    for (index, piece) in pieces.iter().enumerate() {
        for row in 0..piece.values.len() {
            places[piece.begin + row] = (index + 1, row);
        }
    }
    let mut arrays = vec![&values as &dyn Array];
    arrays.extend(pieces.iter().map(|piece| piece.values.as_ref()));
    Ok(interleave(&arrays, &places)?)
}

impl WindowEvaluator for Evaluator {
    fn evaluate(
        &mut self,
        columns: &[ArrayRef],
        rows: usize,
        partition_starts: &[usize],
        context: &CallContext,
    ) -> Result<ArrayRef> {
        let native = Arc::clone(&self.native);
        native.record.count_rows(rows);
        let rows = Rows { columns, count: rows, starts: partition_starts, context };
        if !self.may_run(columns.len(), context)? {
            return Ok(self.interpret(&rows, 0..rows.count)?.values);
        }
        let step = &native.parts.codes.step;
        let asked = arguments::asked(columns, &native.parts.signature);
        let arguments = arguments::cast(columns, &step.module)?;
        let flag = context.token.flag();
        let walk = Walk::new(&step.code, &arguments, asked.as_ref(), rows.count, flag);
        let mut walk = walk.map_err(|error| internal(&error))?;
        let pieces = self.walk(&rows, &mut walk)?;
        native.record.judge();
        let values =
            walk.answer().ok_or_else(|| Error::Internal("a step without values".into()))?;
        let declared = native.parts.signature.returns().data_type();
        let answer = answer::fit(Answer { values, left: Vec::new() }, declared)?;
        with_pieces(answer.values, &pieces)
    }
}
