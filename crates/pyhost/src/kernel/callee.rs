//! What kernels of every kind share: which function it is, how it is declared, and the way in to it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use arrow::array::{Array, ArrayRef};
use arrow::buffer::NullBuffer;
use arrow::datatypes::DataType;
use arrowsmith_contract::{
    CallContext, CallPolicy, CancelToken, Error, ErrorLog, GRACE, Mode, NullPolicy, OnError,
    Result, RowNumber, RowNumbers, Signature,
};
use pyo3::prelude::*;

use super::column::SUPPORTED;
use crate::gate;
use crate::interrupt::{Limits, Stay};

/// How long a call may go on after its time is over, where its rows become NULL then: it may be in
/// a call of C that ends by itself.
const PATIENCE: Duration = Duration::from_secs(1);

/// What the functions of one loaded plugin share.
#[derive(Debug, Clone)]
pub(crate) struct Life {
    /// Which load it was.
    pub(crate) load: gate::Alone,
    /// The plugin's modules go when nobody holds this object any more.
    pub(crate) _modules: Arc<Py<PyAny>>,
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
    /// inside of plugin code, so nobody waits at the gate.
    pub(super) fn leave_behind(
        &self,
        limit: Duration,
        work: impl FnOnce(Python<'_>) -> Result<()>,
    ) -> Result<()> {
        let context = CallContext {
            token: CancelToken::new(),
            rows: RowNumbers::default(),
            errors: Arc::new(ErrorLog::default()),
        };
        let limits = Limits { timeout: Some(limit), patience: GRACE };
        let place = gate::uncounted(context.token.clone());
        Stay::enter(&self.function, &context, limits, place, |py, stay| {
            stay.begin_call(None);
            let outcome = work(py);
            if stay.end_call(py) {
                log::warn!("{} was stopped while it was being left behind", self.function);
            }
            outcome
        })
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
        let mut rows = None;
        for (index, column) in columns.iter().enumerate() {
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
        let readable = |(index, column): (usize, &ArrayRef)| {
            if SUPPORTED.contains(column.data_type()) {
                return Ok(Arc::clone(column));
            }
            self.declared_layout(index, column)
        };
        columns.iter().enumerate().map(readable).collect()
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
