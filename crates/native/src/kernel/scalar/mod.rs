//! One value a row.

#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use arrow::array::{Array, ArrayRef, UInt32Array};
use arrow::buffer::NullBuffer;
use arrow::compute::{interleave, take};
use arrowsmith_contract::{
    CallContext, Error, FunctionSource, LiveCode, NativeReport, Result, ScalarKernel, Signature,
    Tier, watchdog,
};

use super::pace::{self, Pace};
use super::record::Record;
use super::{answer, arguments, lists, stopped};
use crate::ir::Module;
use crate::machine::{Answer, Compiled};

/// What a kernel is made of.
#[derive(Debug)]
pub struct Parts {
    pub module: Arc<Module>,
    /// Of the module.
    pub code: Arc<Compiled>,
    pub source: Arc<FunctionSource>,
    pub signature: Signature,
    /// The interpreter's kernel of the same function.
    pub fallback: Arc<dyn ScalarKernel>,
    pub live: Arc<dyn LiveCode>,
}

/// A scalar function as machine code.
pub struct NativeScalar {
    parts: Parts,
    record: Record,
    pace: Pace,
}

impl NativeScalar {
    /// # Errors
    /// Why columns of the signature's types can't be given to the code, in words for a refusal.
    pub fn new(parts: Parts) -> Result<Self, String> {
        arguments::check(&parts.signature, &parts.module)?;
        let returns = parts.module.returns.ok_or("a function that gives no value")?;
        answer::check(parts.signature.returns().data_type(), returns)?;
        let record = Record::new(&[Some((&parts.module, &parts.source))], Arc::clone(&parts.live));
        Ok(Self { parts, record, pace: Pace::default() })
    }

    fn interpret(
        &self,
        columns: &[ArrayRef],
        rows: usize,
        context: &CallContext,
    ) -> Result<ArrayRef> {
        self.record.count_left(rows);
        self.parts.fallback.invoke(columns, rows, context)
    }

    /// What the code gives for the rows, and the rows that left; None if the flag was raised meanwhile.
    fn compute(
        &self,
        columns: &[ArrayRef],
        rows: usize,
        stop: &AtomicBool,
    ) -> Result<Option<Answer>> {
        let Parts { module, code, signature, .. } = &self.parts;
        let began = Instant::now();
        let asked = arguments::asked(columns, signature);
        let complete = lists::complete(columns);
        let arguments = arguments::cast(columns, module)?;
        let computed = NullBuffer::union(asked.as_ref(), complete.as_ref());
        let answer = code.run(&arguments, computed.as_ref(), rows, stop);
        let Some(answer) = answer.map_err(|error| Error::Internal(error.to_string()))? else {
            self.pace.forget();
            return Ok(None);
        };
        let mut fitted = answer::fit(answer, signature.returns().data_type())?;
        if let Some(complete) = complete {
            let is_asked = |row| asked.as_ref().is_none_or(|asked| asked.is_valid(row));
            let leaves = (0..rows).filter(|row| complete.is_null(*row) && is_asked(*row));
            let leave: Vec<u32> = leaves.map(|row| row as u32).collect();
            fitted.left = answer::merge(fitted.left, &leave);
        }
        if fitted.left.is_empty() {
            self.pace.record(pace::items(columns, rows), began.elapsed());
        } else {
            self.pace.forget();
        }
        Ok(Some(fitted))
    }

    /// None where the code turned out to be another function's than the one that is live.
    fn run(
        &self,
        columns: &[ArrayRef],
        rows: usize,
        context: &CallContext,
    ) -> Result<Option<ArrayRef>> {
        let fitted = self.compute(columns, rows, context.token.flag())?;
        let fitted = fitted.ok_or_else(|| stopped(context))?;
        if fitted.left.is_empty() {
            return Ok(Some(fitted.values));
        }
        if !self.record.is_current() {
            return Ok(None);
        }
        self.record.count_exits(0, &fitted.left);
        let left: Vec<u32> = fitted.left.iter().map(|left| left.row).collect();
        let answers = self.interpret_some(columns, &left, context)?;
        Ok(Some(scatter(&fitted.values, &answers, &left)?))
    }

    /// Whether each parameter has its column: where arguments are left to their defaults, only the
    /// interpreter knows these.
    fn has_all(&self, columns: &[ArrayRef]) -> bool {
        columns.len() == self.parts.module.parameters.len()
    }

    /// One crossing for all rows that left, in their order, under the numbers that the user knows.
    fn interpret_some(
        &self,
        columns: &[ArrayRef],
        rows: &[u32],
        context: &CallContext,
    ) -> Result<ArrayRef> {
        let indices = UInt32Array::from(rows.to_vec());
        let taken: Result<Vec<ArrayRef>, _> =
            columns.iter().map(|column| take(column, &indices, None)).collect();
        let context = CallContext { rows: context.rows.choose(rows), ..context.clone() };
        self.interpret(&taken?, rows.len(), &context)
    }
}

/// Puts the answers of some rows in their places.
pub(super) fn scatter(values: &ArrayRef, answers: &ArrayRef, rows: &[u32]) -> Result<ArrayRef> {
    if rows.len() == values.len() {
        return Ok(Arc::clone(answers));
    }
    let mut places: Vec<(usize, usize)> = (0..values.len()).map(|row| (0, row)).collect();
    for (index, row) in rows.iter().enumerate() {
        places[*row as usize] = (1, index);
    }
    Ok(interleave(&[values, answers], &places)?)
}

impl ScalarKernel for NativeScalar {
    fn tier(&self) -> Tier {
        if self.record.has_given_up() { Tier::Inline } else { Tier::Native }
    }

    fn invoke(&self, columns: &[ArrayRef], rows: usize, context: &CallContext) -> Result<ArrayRef> {
        self.record.count_rows(rows);
        if self.has_all(columns)
            && self.record.may_run(context)
            && let Some(answer) = self.run(columns, rows, context)?
        {
            self.record.judge();
            return Ok(answer);
        }
        self.interpret(columns, rows, context)
    }

    fn is_short(&self, columns: &[ArrayRef], rows: usize, limit: Duration) -> Result<bool> {
        let is_short = self.pace.is_within(pace::items(columns, rows), limit);
        if !is_short || !self.has_all(columns) || self.record.has_given_up() {
            return Ok(false);
        }
        self.parts.live.is_current_here()
    }

    fn compute_here(&self, columns: &[ArrayRef], rows: usize, limit: Duration) -> Option<ArrayRef> {
        let stop = Arc::new(AtomicBool::new(false));
        let _alarm = (!self.parts.code.is_straight()).then(|| {
            let stop = Arc::clone(&stop);
            watchdog::after(limit * 2, move || stop.store(true, Ordering::Relaxed))
        });
        // What went wrong goes wrong again where it can be told.
        let answer = self.compute(columns, rows, &stop).ok()??;
        if !answer.left.is_empty() {
            return None;
        }
        self.record.count_rows(rows);
        Some(answer.values)
    }

    fn report(&self) -> Option<NativeReport> {
        Some(self.record.report(self.parts.module.to_string()))
    }
}

impl fmt::Debug for NativeScalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NativeScalar({})", self.parts.signature)
    }
}
