//! What kernels of every kind share: which function it is, how it is declared, and the way in to it.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use arrow::array::{Array, ArrayRef};
use arrow::buffer::NullBuffer;
use arrow::datatypes::DataType;
use arrowsmith_contract::{
    CallContext, CallPolicy, CancelToken, Error, ErrorLog, GRACE, Mode, NullPolicy, OnError,
    Result, RowNumber, RowNumbers, Signature, StopReason,
};
use pyo3::prelude::*;

use super::call::timed;
use super::column::is_supported;
use crate::interrupt::{Limits, Stay};
use crate::{door, gate};

/// How long a call may go on after its time is over, where its rows become NULL then: it may be in
/// a call of C that ends by itself.
const PATIENCE: Duration = Duration::from_secs(1);

/// How long the end of what a query left behind may take: `__del__`, or the `finally` of a generator.
pub(super) const FAREWELL: Duration = Duration::from_secs(1);

/// What the functions of one loaded plugin share.
#[derive(Debug, Clone)]
pub(crate) struct Life {
    /// Which load it was.
    load: gate::Alone,
    /// The plugin's modules go when nobody holds this object any more.
    _modules: Arc<Py<PyAny>>,
}

/// A loaded function, as it was declared; what is called of it is its kernel's business.
pub(crate) struct Callee {
    /// The qualified name, for errors.
    pub(crate) function: Arc<str>,
    pub(crate) version: Arc<str>,
    pub(crate) signature: Signature,
    pub(crate) mode: Mode,
    pub(crate) policy: CallPolicy,
    pub(crate) life: Life,
}

impl Life {
    /// Of what was just loaded, and the object that its modules live as long as.
    pub(crate) fn new(modules: Py<PyAny>) -> Self {
        /// Counts loads.
        static LOADS: AtomicU64 = AtomicU64::new(0);
        Self { load: LOADS.fetch_add(1, Ordering::Relaxed), _modules: Arc::new(modules) }
    }
}

impl fmt::Debug for Callee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.function, self.signature)
    }
}

impl Callee {
    /// Waits for a place at the gate, goes into Python and calls `work` there.
    ///
    /// # Errors
    /// Why the query was stopped, if it was, else what `work` gives.
    pub(super) fn enter<T>(
        &self,
        context: &CallContext,
        work: impl FnOnce(Python<'_>, &Stay) -> Result<T>,
    ) -> Result<T> {
        context.token.check()?;
        let entrance = match self.mode {
            Mode::Row => gate::Entrance::Row,
            Mode::VectorizedArrow | Mode::VectorizedNumpy => gate::Entrance::Vectorized,
        };
        let alone = (!self.policy.thread_safe).then_some(self.life.load);
        let ticket = gate::wait(entrance, alone, &context.token)?;
        let limits = Limits {
            timeout: self.policy.timeout,
            patience: if self.policy.on_error == OnError::Raise { GRACE } else { PATIENCE },
        };
        Stay::enter(&self.function, context, limits, ticket.place(), work)
    }

    /// Goes into Python once more to end what a query left behind, which may run code of the plugin:
    /// `__del__`, or the `finally` of a generator. The query itself may be stopped already, so it is
    /// not asked; `work` is given `limit` in all, and stopped then. The thread may be attached and
    /// inside of plugin code, so nobody waits at the gate, except where the plugin must be alone.
    pub(super) fn leave_behind(
        &self,
        limit: Duration,
        work: impl FnOnce(Python<'_>),
    ) -> Result<()> {
        let context = CallContext {
            token: CancelToken::new(),
            rows: RowNumbers::default(),
            errors: Arc::new(ErrorLog::default()),
        };
        let limits = Limits { timeout: Some(limit), patience: GRACE };
        let ticket = self.wait_alone(limit);
        let place = match &ticket {
            Some(ticket) => ticket.place(),
            None => gate::uncounted(context.token.clone()),
        };
        Stay::enter(&self.function, &context, limits, place, |py, stay| {
            if timed(stay, py, None, || work(py)).is_err() {
                log::warn!("{} was stopped while it was being left behind", self.function);
            }
            Ok(())
        })
    }

    /// Waits for at most so long until no other thread is in functions of the plugin that don't bear
    /// company, if this is one. What must be ended is ended all the same then.
    fn wait_alone(&self, limit: Duration) -> Option<gate::Ticket> {
        let alone = self.life.load;
        if self.policy.thread_safe || gate::is_alone(alone) {
            return None;
        }
        let patience = CancelToken::new();
        patience.stop_after(limit, StopReason::Cancelled);
        door::apart(|| gate::wait(gate::Entrance::Vectorized, Some(alone), &patience)).ok()
    }

    /// Drops objects while attached, for their `__del__` is Python code. Those behind one that doesn't
    /// end are stopped with it.
    pub(super) fn drop_attached(&self, objects: Vec<Py<PyAny>>) {
        if objects.is_empty() {
            return;
        }
        let left = self.leave_behind(FAREWELL, |_| drop(objects));
        if let Err(error) = left {
            log::debug!("what {} held went with {error}", self.function);
        }
    }

    pub(super) fn check_shape(&self, columns: &[ArrayRef], rows: usize) -> Result<()> {
        self.signature.check_count(&self.function, columns.len())?;
        if columns.iter().any(|column| column.len() != rows) {
            return Err(Error::Internal(format!(
                "{} got columns of other lengths than {rows}",
                self.function
            )));
        }
        Ok(())
    }

    /// The rows that have a value in every parameter that skips, if some have not.
    pub(super) fn called_rows(&self, columns: &[ArrayRef]) -> Option<NullBuffer> {
        self.called_rows_of(columns.iter().enumerate())
    }

    /// The same of columns with the parameters that they are for.
    pub(super) fn called_rows_of<'a>(
        &self,
        columns: impl Iterator<Item = (usize, &'a ArrayRef)>,
    ) -> Option<NullBuffer> {
        let mut rows = None;
        for (index, column) in columns {
            let skips = self.signature.parameter(index).map(|p| p.nulls) == Some(NullPolicy::Skip);
            if skips {
                rows = NullBuffer::union(rows.as_ref(), column.logical_nulls().as_ref());
            }
        }
        rows.filter(|rows| rows.null_count() > 0)
    }

    /// A column in the layout of the declared type; engines may pass any layout of strings.
    pub(super) fn declared_layout(&self, index: usize, column: &ArrayRef) -> Result<ArrayRef> {
        let declared = self.signature.parameter(index).map(|p| p.ty.data_type());
        match declared {
            Some(declared) if declared != column.data_type() => {
                Ok(arrow::compute::cast(column, declared)?)
            }
            _ => Ok(Arc::clone(column)),
        }
    }

    /// The columns in layouts that [`super::column::Column`] reads, which most are anyway.
    pub(super) fn readable(&self, columns: &[ArrayRef]) -> Result<Vec<ArrayRef>> {
        let readable = |(index, column)| self.readable_as(index, column);
        columns.iter().enumerate().map(readable).collect()
    }

    /// The column of a parameter as [`Self::readable`] gives it.
    pub(super) fn readable_as(&self, parameter: usize, column: &ArrayRef) -> Result<ArrayRef> {
        if is_supported(column.data_type()) {
            return Ok(Arc::clone(column));
        }
        self.declared_layout(parameter, column)
    }

    pub(super) fn returns(&self) -> &DataType {
        self.signature.returns().data_type()
    }

    pub(super) fn misfit(
        &self,
        row: Option<RowNumber>,
        value: String,
        hint: impl Into<String>,
    ) -> Error {
        Error::Conversion {
            function: Arc::clone(&self.function),
            row,
            what: "result".to_owned(),
            expected: self.signature.returns().to_string(),
            value,
            hint: hint.into(),
        }
    }
}
