//! One value a row.

#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

use arrow::array::{ArrayRef, UInt32Array};
use arrow::compute::{interleave, take};
use arrowsmith_contract::{
    CallContext, Error, FunctionSource, LiveCode, NativeReport, Result, ScalarKernel, Signature,
    Tier,
};

use super::record::Record;
use super::{answer, arguments, stopped};
use crate::ir::Module;
use crate::machine::Compiled;

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
}

impl NativeScalar {
    /// # Errors
    /// Why columns of the signature's types can't be given to the code, in words for a refusal.
    pub fn new(parts: Parts) -> Result<Self, String> {
        arguments::check(&parts.signature, &parts.module)?;
        let returns = parts.module.returns.ok_or("a function that gives no value")?;
        answer::check(parts.signature.returns().data_type(), returns)?;
        let record = Record::new(&[Some((&parts.module, &parts.source))], Arc::clone(&parts.live));
        Ok(Self { parts, record })
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

    /// None where the code turned out to be another function's than the one that is live.
    fn run(
        &self,
        columns: &[ArrayRef],
        rows: usize,
        context: &CallContext,
    ) -> Result<Option<ArrayRef>> {
        let Parts { module, code, signature, .. } = &self.parts;
        let asked = arguments::asked(columns, signature);
        let arguments = arguments::cast(columns, module)?;
        let answer = code.run(&arguments, asked.as_ref(), rows, context.token.flag());
        let Some(answer) = answer.map_err(|error| Error::Internal(error.to_string()))? else {
            return Err(stopped(context));
        };
        let fitted = answer::fit(answer, signature.returns().data_type())?;
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
        // Where arguments are left to their defaults, only the interpreter knows these.
        let has_all = columns.len() == self.parts.module.parameters.len();
        if has_all
            && self.record.may_run(context)
            && let Some(answer) = self.run(columns, rows, context)?
        {
            self.record.judge();
            return Ok(answer);
        }
        self.interpret(columns, rows, context)
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
