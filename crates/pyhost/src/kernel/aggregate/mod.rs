//! One value a group of rows.

mod accumulator;
mod calls;
mod column;
mod exchange;
mod gathered;
mod rows;
mod size;
mod states;
mod store;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use arrow::datatypes::DataType;
use arrowsmith_contract::{
    AggregateKernel, Aggregation, CallContext, GroupedAccumulator, Mode, Result, Tier,
};
use pyo3::prelude::*;
use pyo3::types::PyString;

use super::callee::Callee;
use super::parts::Parts;
use accumulator::Accumulator;
pub(crate) use column::Pickle;
use store::Store;

/// An aggregate function in Python.
pub(crate) struct PythonAggregate(Arc<Declared>);

/// What was declared.
struct Declared {
    callee: Callee,
    parts: Parts,
    /// Whether the state is an object that the parts change, rather than what they return.
    in_place: bool,
    /// The names of all attributes of such an object, where it has no `__dict__`.
    slots: Option<Vec<Py<PyString>>>,
    pickle: Pickle,
}

impl PythonAggregate {
    pub(crate) fn new(
        callee: Callee,
        parts: Parts,
        in_place: bool,
        slots: Option<Vec<Py<PyString>>>,
        pickle: Pickle,
    ) -> Self {
        Self(Arc::new(Declared { callee, parts, in_place, slots, pickle }))
    }

    pub(crate) fn callee(&self) -> &Callee {
        &self.0.callee
    }
}

impl fmt::Debug for PythonAggregate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PythonAggregate({:?})", self.0.callee)
    }
}

impl AggregateKernel for PythonAggregate {
    fn tier(&self) -> Tier {
        Tier::Inline
    }

    fn state_type(&self) -> DataType {
        DataType::Binary
    }

    fn begin(&self, _context: &CallContext) -> Result<Arc<dyn Aggregation>> {
        Ok(Arc::new(PythonAggregation(Arc::new(Use {
            declared: Arc::clone(&self.0),
            store: Store::default(),
            has_warned: AtomicBool::new(false),
        }))))
    }
}

/// One use of an aggregate in one run of a query.
struct PythonAggregation(Arc<Use>);

/// What the accumulators of one use share.
struct Use {
    declared: Arc<Declared>,
    /// The states that columns hold handles of.
    store: Store,
    /// Whether it was said that states can't be pickled.
    has_warned: AtomicBool,
}

impl fmt::Debug for PythonAggregation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PythonAggregation({:?})", self.0.declared.callee)
    }
}

impl Aggregation for PythonAggregation {
    fn accumulator(&self) -> Result<Box<dyn GroupedAccumulator>> {
        Ok(Box::new(Accumulator::new(Arc::clone(&self.0))))
    }
}

impl Declared {
    fn is_vectorized(&self) -> bool {
        self.callee.mode != Mode::Row
    }
}

impl Drop for Use {
    fn drop(&mut self) {
        self.declared.callee.drop_attached(self.store.take_all());
    }
}

/// The states of groups that are let go.
type Objects = Vec<Py<PyAny>>;
