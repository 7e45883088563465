//! How a program evaluates: each part of an expression for the rows that need it, once.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, RecordBatch, UInt32Array, new_empty_array,
    new_null_array,
};
use arrow::compute::kernels::boolean::{and_kleene, or_kleene};
use arrow::compute::{cast, interleave, take, take_arrays};
use arrow::datatypes::{DataType, SchemaRef};
use arrowsmith_contract::{Determinism, RowNumbers};
use datafusion::common::{Result, internal_err};
use datafusion::physical_expr::PhysicalExpr;

use super::folded::Folded;
use crate::adapter::{Call, repeat};
use crate::error::through_datafusion;
use crate::operators;

/// Rows that a step is evaluated for.
#[derive(Clone)]
pub(crate) struct Part {
    batch: RecordBatch,
    /// What the user knows them as.
    numbers: RowNumbers,
}

impl Part {
    pub(crate) fn new(batch: RecordBatch, numbers: RowNumbers) -> Self {
        Self { batch, numbers }
    }

    fn rows(&self) -> usize {
        self.batch.num_rows()
    }

    fn choose(&self, rows: &[u32]) -> Result<Self> {
        Ok(Self { batch: select(&self.batch, rows)?, numbers: self.numbers.choose(rows) })
    }
}

#[derive(Debug)]
pub(crate) enum Step {
    /// DataFusion's own expression, without plugin calls.
    Plain(Arc<dyn PhysicalExpr>),
    Call(CallStep),
    /// The right side is evaluated where the left side is true, or NULL unless that is as false.
    And {
        left: Box<Self>,
        right: Box<Self>,
        null_is_false: bool,
    },
    /// The right side is evaluated where the left side is not true.
    Or {
        left: Box<Self>,
        right: Box<Self>,
    },
    Case {
        branches: Vec<(Self, Self)>,
        otherwise: Option<Box<Self>>,
        data_type: DataType,
    },
    /// Each part is evaluated where those before it are NULL.
    Coalesce {
        parts: Vec<Self>,
        data_type: DataType,
    },
    /// The body over the columns and, behind them, the values.
    With {
        values: Vec<Self>,
        schema: SchemaRef,
        body: Box<Self>,
    },
}

impl Step {
    pub(crate) fn evaluate(&self, part: &Part) -> Result<ArrayRef> {
        match self {
            Self::Plain(expr) => expr.evaluate(&part.batch)?.into_array(part.rows()),
            Self::Call(call) => call.evaluate(part),
            Self::And { left, right, null_is_false } => {
                let left = condition(left, part)?;
                let needed = |row: usize| {
                    if left.is_null(row) { !null_is_false } else { left.value(row) }
                };
                let right = where_needed(right, part, needed)?;
                Ok(Arc::new(and_kleene(&left, right.as_boolean())?))
            }
            Self::Or { left, right } => {
                let left = condition(left, part)?;
                let needed = |row: usize| left.is_null(row) || !left.value(row);
                let right = where_needed(right, part, needed)?;
                Ok(Arc::new(or_kleene(&left, right.as_boolean())?))
            }
            Self::Case { branches, otherwise, data_type } => {
                case(branches, otherwise.as_deref(), data_type, part)
            }
            Self::Coalesce { parts, data_type } => coalesce(parts, data_type, part),
            Self::With { values, schema, body } => {
                let mut columns = part.batch.columns().to_vec();
                for value in values {
                    columns.push(value.evaluate(part)?);
                }
                let batch = operators::batch(schema, columns, part.rows())?;
                body.evaluate(&Part::new(batch, part.numbers.clone()))
            }
        }
    }

    /// Adds the functions that it may call.
    pub(crate) fn add_functions(&self, names: &mut BTreeSet<Arc<str>>) {
        match self {
            Self::Plain(_) => {}
            Self::Call(call) => {
                names.insert(Arc::clone(call.call.name()));
                add_all(&call.arguments, names);
            }
            Self::And { left, right, .. } | Self::Or { left, right } => {
                left.add_functions(names);
                right.add_functions(names);
            }
            Self::Case { branches, otherwise, .. } => {
                add_all(branches.iter().flat_map(|(when, then)| [when, then]), names);
                add_all(otherwise.as_deref(), names);
            }
            Self::Coalesce { parts, .. } => add_all(parts, names),
            Self::With { values, body, .. } => {
                add_all(values, names);
                body.add_functions(names);
            }
        }
    }

    /// Whether it gives the same for each row of any batch.
    fn is_constant(&self) -> bool {
        match self {
            Self::Plain(expr) => is_literal(expr),
            Self::Call(call) => call.is_constant(),
            _ => false,
        }
    }
}

fn add_all<'a>(steps: impl IntoIterator<Item = &'a Step>, names: &mut BTreeSet<Arc<str>>) {
    for step in steps {
        step.add_functions(names);
    }
}

fn is_literal(expr: &Arc<dyn PhysicalExpr>) -> bool {
    expr.downcast_ref::<datafusion::physical_expr::expressions::Literal>().is_some()
}

/// One call of a plugin function.
#[derive(Debug)]
pub(crate) struct CallStep {
    call: Call,
    arguments: Vec<Step>,
    /// The one value of a pure function over constants, for the run that the call is bound to.
    folded: Folded,
}

impl CallStep {
    pub(crate) fn new(call: Call, arguments: Vec<Step>) -> Self {
        Self { call, arguments, folded: Folded::default() }
    }

    fn is_constant(&self) -> bool {
        self.call.function().determinism == Determinism::Pure
            && self.arguments.iter().all(Step::is_constant)
    }

    fn evaluate(&self, part: &Part) -> Result<ArrayRef> {
        let rows = part.rows();
        if rows == 0 {
            let returns = self.call.function().signature.returns();
            return Ok(new_empty_array(returns.data_type()));
        }
        if !self.is_constant() {
            return self.invoke(part);
        }
        let value = self.folded.get(self.call.token(), || {
            self.invoke(&Part::new(part.batch.slice(0, 1), part.numbers.clone()))
        })?;
        repeat(&value, rows)
    }

    fn invoke(&self, part: &Part) -> Result<ArrayRef> {
        let arguments = self
            .arguments
            .iter()
            .map(|argument| argument.evaluate(part))
            .collect::<Result<Vec<ArrayRef>>>()?;
        self.call.invoke(&arguments, part.rows(), &part.numbers).map_err(through_datafusion)
    }
}

fn condition(step: &Step, part: &Part) -> Result<BooleanArray> {
    let array = step.evaluate(part)?;
    match array.as_boolean_opt() {
        Some(condition) => Ok(condition.clone()),
        None if *array.data_type() == DataType::Null => Ok(BooleanArray::new_null(array.len())),
        None => internal_err!("a condition gave {}", array.data_type()),
    }
}

/// The values of a condition for the rows that need it; the others get NULL.
fn where_needed(step: &Step, part: &Part, needed: impl Fn(usize) -> bool) -> Result<ArrayRef> {
    let rows = part.rows();
    let chosen: Vec<u32> = (0..rows).filter(|row| needed(*row)).map(|row| row as u32).collect();
    if chosen.is_empty() {
        return Ok(new_null_array(&DataType::Boolean, rows));
    }
    if chosen.len() == rows {
        return Ok(Arc::new(condition(step, part)?));
    }
    let values = condition(step, &part.choose(&chosen)?)?;
    let mut places: Vec<Option<u32>> = vec![None; rows];
    for (place, row) in chosen.iter().enumerate() {
        places[*row as usize] = Some(place as u32);
    }
    Ok(take(&values, &UInt32Array::from(places), None)?)
}

fn case(
    branches: &[(Step, Step)],
    otherwise: Option<&Step>,
    data_type: &DataType,
    part: &Part,
) -> Result<ArrayRef> {
    let mut answer = Pieces::new(part.rows(), data_type);
    let mut rest = Rest::of(part);
    for (when, then) in branches {
        if rest.rows.is_empty() {
            break;
        }
        let chosen = condition(when, &rest.part)?;
        let (met, unmet) = rest.split(|row| chosen.is_valid(row) && chosen.value(row))?;
        answer.add(then, &met)?;
        rest = unmet;
    }
    if let Some(otherwise) = otherwise {
        answer.add(otherwise, &rest)?;
    }
    answer.finish()
}

fn coalesce(steps: &[Step], data_type: &DataType, part: &Part) -> Result<ArrayRef> {
    let mut answer = Pieces::new(part.rows(), data_type);
    let mut rest = Rest::of(part);
    for step in steps {
        if rest.rows.is_empty() {
            break;
        }
        let values = step.evaluate(&rest.part)?;
        let nulls = values.logical_nulls();
        let is_null = |row: usize| nulls.as_ref().is_some_and(|nulls| nulls.is_null(row));
        answer.place(&values, rest.rows.iter().copied())?;
        rest = rest.split(is_null)?.0;
    }
    answer.finish()
}

/// Rows of a batch for which nothing is decided yet.
struct Rest {
    part: Part,
    /// Where they are in the whole batch.
    rows: Vec<u32>,
}

impl Rest {
    fn of(part: &Part) -> Self {
        Self { part: part.clone(), rows: (0..part.rows() as u32).collect() }
    }

    /// Those for which `chosen` holds, and the others.
    fn split(&self, chosen: impl Fn(usize) -> bool) -> Result<(Self, Self)> {
        let (yes, no): (Vec<u32>, Vec<u32>) =
            (0..self.rows.len() as u32).partition(|row| chosen(*row as usize));
        Ok((self.choose(&yes)?, self.choose(&no)?))
    }

    fn choose(&self, rows: &[u32]) -> Result<Self> {
        Ok(Self {
            part: if rows.len() == self.rows.len() {
                self.part.clone()
            } else {
                self.part.choose(rows)?
            },
            rows: rows.iter().map(|row| self.rows[*row as usize]).collect(),
        })
    }
}

/// A column put together from values for some of its rows; the rows without one are NULL.
struct Pieces<'a> {
    data_type: &'a DataType,
    arrays: Vec<ArrayRef>,
    /// For each row an array and a place in it.
    places: Vec<(usize, usize)>,
}

impl<'a> Pieces<'a> {
    fn new(rows: usize, data_type: &'a DataType) -> Self {
        Self { data_type, arrays: vec![new_null_array(data_type, 1)], places: vec![(0, 0); rows] }
    }

    fn add(&mut self, step: &Step, rest: &Rest) -> Result<()> {
        if rest.rows.is_empty() {
            return Ok(());
        }
        let values = step.evaluate(&rest.part)?;
        self.place(&values, rest.rows.iter().copied())
    }

    fn place(&mut self, values: &ArrayRef, rows: impl Iterator<Item = u32>) -> Result<()> {
        let values = if values.data_type() == self.data_type {
            Arc::clone(values)
        } else {
            cast(values, self.data_type)?
        };
        for (place, row) in rows.enumerate() {
            self.places[row as usize] = (self.arrays.len(), place);
        }
        self.arrays.push(values);
        Ok(())
    }

    fn finish(self) -> Result<ArrayRef> {
        if self.places.is_empty() {
            return Ok(new_empty_array(self.data_type));
        }
        let arrays: Vec<&dyn Array> = self.arrays.iter().map(AsRef::as_ref).collect();
        Ok(interleave(&arrays, &self.places)?)
    }
}

fn select(batch: &RecordBatch, rows: &[u32]) -> Result<RecordBatch> {
    let columns = take_arrays(batch.columns(), &UInt32Array::from(rows.to_vec()), None)?;
    operators::batch(&batch.schema(), columns, rows.len())
}
