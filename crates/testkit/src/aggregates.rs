//! An aggregate kernel made of Rust closures. Its states are lists of integers, handed over in memory
//! or written as a backend with an interpreter does it, and it counts what it is asked for.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::{Array, ArrayRef, AsArray, BinaryArray, new_empty_array};
use arrow::compute::concat;
use arrow::datatypes::{DataType, Int64Type};
use arrowsmith_contract::{
    AggregateKernel, Aggregation, CallContext, Error, GroupedAccumulator, HandOver, Result, Tier,
};

/// Adds the first argument of a row to a state; 1 where the function has no parameters.
type Add = dyn Fn(&mut Vec<i64>, i64) -> Result<()> + Send + Sync;
/// Takes what was added first back out.
type Retract = dyn Fn(&mut Vec<i64>, i64) + Send + Sync;
/// The answer of a state, as a column of length one.
type Finish = dyn Fn(&[i64]) -> Result<ArrayRef> + Send + Sync;

/// What a kernel was asked for, over all its uses.
#[derive(Debug, Default)]
pub struct AggregateLog {
    pub begun: AtomicUsize,
    /// Calls of `update`, and the rows in them.
    pub updates: AtomicUsize,
    pub rows: AtomicUsize,
    /// States that were merged.
    pub merged: AtomicUsize,
    /// Rows that were taken back.
    pub retracted: AtomicUsize,
    /// States that were written, so that they need no memory.
    pub written: AtomicUsize,
    /// Calls of `results`.
    pub results: AtomicUsize,
}

impl AggregateLog {
    /// How much plugin code was called.
    pub fn calls(&self) -> usize {
        [&self.updates, &self.merged, &self.retracted, &self.results]
            .iter()
            .map(|count| count.load(Ordering::Relaxed))
            .sum()
    }
}

/// What an aggregate does. Two states are merged by adding the values of the second to the first.
pub struct AggregateSteps {
    pub add: Box<Add>,
    pub retract: Option<Box<Retract>>,
    pub finish: Box<Finish>,
}

impl fmt::Debug for AggregateSteps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AggregateSteps")
    }
}

/// A kernel whose rows with a NULL are not added.
#[derive(Debug)]
pub struct ListKernel {
    pub(crate) steps: Arc<AggregateSteps>,
    pub(crate) returns: DataType,
    pub(crate) log: Arc<AggregateLog>,
}

impl AggregateKernel for ListKernel {
    fn tier(&self) -> Tier {
        Tier::Inline
    }

    fn state_type(&self) -> DataType {
        DataType::Binary
    }

    fn begin(&self, _: &CallContext) -> Result<Arc<dyn Aggregation>> {
        self.log.begun.fetch_add(1, Ordering::Relaxed);
        Ok(Arc::new(ListAggregation(Arc::new(Shared {
            steps: Arc::clone(&self.steps),
            returns: self.returns.clone(),
            log: Arc::clone(&self.log),
            handed: Mutex::default(),
            next: AtomicU64::new(0),
        }))))
    }
}

#[derive(Debug)]
struct ListAggregation(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    steps: Arc<AggregateSteps>,
    returns: DataType,
    log: Arc<AggregateLog>,
    handed: Mutex<HashMap<u64, Vec<i64>>>,
    next: AtomicU64,
}

impl Aggregation for ListAggregation {
    fn accumulator(&self) -> Result<Box<dyn GroupedAccumulator>> {
        Ok(Box::new(Lists { shared: Arc::clone(&self.0), states: Vec::new() }))
    }
}

impl Shared {
    fn hand_over(&self, state: Vec<i64>, hand_over: HandOver) -> Vec<u8> {
        match hand_over {
            HandOver::InMemory => {
                let handle = self.next.fetch_add(1, Ordering::Relaxed);
                let mut handed = self.handed.lock().unwrap_or_else(PoisonError::into_inner);
                handed.insert(handle, state);
                [b"H".as_slice(), &handle.to_le_bytes()].concat()
            }
            HandOver::Written => {
                self.log.written.fetch_add(1, Ordering::Relaxed);
                let values = state.iter().flat_map(|value| value.to_le_bytes());
                b"W".iter().copied().chain(values).collect()
            }
        }
    }

    fn take_over(&self, bytes: &[u8]) -> Result<Vec<i64>> {
        let lost = || Error::Internal("a state was merged twice, or never handed over".to_owned());
        let (kind, rest) = bytes.split_first().ok_or_else(lost)?;
        let words = rest.chunks_exact(8).map(|word| {
            let mut bytes = [0; 8];
            bytes.copy_from_slice(word);
            bytes
        });
        if *kind == b'W' {
            return Ok(words.map(i64::from_le_bytes).collect());
        }
        let handle = words.map(u64::from_le_bytes).next().ok_or_else(lost)?;
        let mut handed = self.handed.lock().unwrap_or_else(PoisonError::into_inner);
        handed.remove(&handle).ok_or_else(lost)
    }
}

struct Lists {
    shared: Arc<Shared>,
    states: Vec<Vec<i64>>,
}

impl Lists {
    fn see(&mut self, groups: usize) {
        if self.states.len() < groups {
            self.states.resize(groups, Vec::new());
        }
    }

    /// Calls the closure with the value and the group of each row that counts.
    fn each(
        group_ids: &[usize],
        columns: &[ArrayRef],
        context: &CallContext,
        mut with: impl FnMut(usize, i64) -> Result<()>,
    ) -> Result<()> {
        for (row, group) in group_ids.iter().enumerate() {
            context.token.check()?;
            match columns.first() {
                None => with(*group, 1)?,
                Some(_) if columns.iter().any(|column| column.is_null(row)) => {}
                Some(column) => with(*group, column.as_primitive::<Int64Type>().value(row))?,
            }
        }
        Ok(())
    }
}

impl GroupedAccumulator for Lists {
    fn update(
        &mut self,
        group_ids: &[usize],
        groups: usize,
        columns: &[ArrayRef],
        context: &CallContext,
    ) -> Result<()> {
        self.see(groups);
        let (steps, states) = (Arc::clone(&self.shared.steps), &mut self.states);
        self.shared.log.updates.fetch_add(1, Ordering::Relaxed);
        self.shared.log.rows.fetch_add(group_ids.len(), Ordering::Relaxed);
        Self::each(group_ids, columns, context, |group, value| {
            (steps.add)(&mut states[group], value)
        })
    }

    fn can_retract(&self) -> bool {
        self.shared.steps.retract.is_some()
    }

    fn retract(
        &mut self,
        group_ids: &[usize],
        groups: usize,
        columns: &[ArrayRef],
        context: &CallContext,
    ) -> Result<()> {
        self.see(groups);
        let (steps, states) = (Arc::clone(&self.shared.steps), &mut self.states);
        let Some(retract) = &steps.retract else {
            return Err(Error::Internal("rows cannot be taken back".to_owned()));
        };
        self.shared.log.retracted.fetch_add(group_ids.len(), Ordering::Relaxed);
        Self::each(group_ids, columns, context, |group, value| {
            retract(&mut states[group], value);
            Ok(())
        })
    }

    fn merge(
        &mut self,
        group_ids: &[usize],
        groups: usize,
        states: &ArrayRef,
        context: &CallContext,
    ) -> Result<()> {
        self.see(groups);
        let column = states.as_binary::<i32>();
        for (row, group) in group_ids.iter().enumerate() {
            context.token.check()?;
            self.shared.log.merged.fetch_add(1, Ordering::Relaxed);
            for value in self.shared.take_over(column.value(row))? {
                (self.shared.steps.add)(&mut self.states[*group], value)?;
            }
        }
        Ok(())
    }

    fn take_states(
        &mut self,
        count: usize,
        hand_over: HandOver,
        _: &CallContext,
    ) -> Result<ArrayRef> {
        if count > self.states.len() {
            return Err(Error::Internal(format!("{count} states of {}", self.states.len())));
        }
        let taken = self.states.drain(..count);
        let bytes: Vec<Vec<u8>> =
            taken.map(|state| self.shared.hand_over(state, hand_over)).collect();
        Ok(Arc::new(BinaryArray::from_iter_values(bytes)))
    }

    fn results(&mut self, groups: usize, context: &CallContext) -> Result<ArrayRef> {
        self.shared.log.results.fetch_add(1, Ordering::Relaxed);
        let none = Vec::new();
        let mut answers = Vec::with_capacity(groups);
        for group in 0..groups {
            context.token.check()?;
            let state = self.states.get(group).unwrap_or(&none);
            answers.push((self.shared.steps.finish)(state)?);
        }
        if answers.is_empty() {
            return Ok(new_empty_array(&self.shared.returns));
        }
        let answers: Vec<&dyn Array> = answers.iter().map(AsRef::as_ref).collect();
        Ok(concat(&answers)?)
    }

    fn release(&mut self, count: usize, _: &CallContext) {
        self.states.drain(..count.min(self.states.len()));
    }

    fn size(&self) -> usize {
        let held = |state: &Vec<i64>| size_of::<Vec<i64>>() + state.capacity() * 8;
        self.states.iter().map(held).sum()
    }
}
