//! An expression with plugin calls, as one opaque function of the columns that it names.

use std::collections::BTreeSet;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arrow::array::ArrayRef;
use arrow::datatypes::{DataType, FieldRef, SchemaRef};
use arrowsmith_contract::{RowNumbers, RowScope};
use datafusion::common::Result;
use datafusion::logical_expr::{
    ColumnarValue, Expr, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
    Volatility,
};
use datafusion::physical_expr::{PhysicalExpr, ScalarFunctionExpr};

use super::steps::{Part, Step};
use crate::operators;

/// Bound to one run of a query. To DataFusion it is a volatile function, which it neither folds,
/// shares nor looks into.
pub(crate) struct Program {
    identity: u64,
    label: String,
    step: Step,
    schema: SchemaRef,
    returns: FieldRef,
    signature: Signature,
}

impl Program {
    pub(crate) fn new(label: String, step: Step, schema: SchemaRef, returns: FieldRef) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self {
            identity: NEXT.fetch_add(1, Ordering::Relaxed),
            label,
            step,
            schema,
            returns,
            signature: Signature::user_defined(Volatility::Volatile),
        }
    }

    pub(crate) fn is_called_by(expr: &Expr) -> bool {
        Self::identity_of(expr).is_some()
    }

    /// Which program an expression calls, if it is such a call.
    pub(crate) fn identity_of(expr: &Expr) -> Option<u64> {
        let Expr::ScalarFunction(call) = expr else {
            return None;
        };
        Self::behind(&call.func).map(|program| program.identity)
    }

    fn behind(function: &ScalarUDF) -> Option<&Self> {
        let implementation: &dyn std::any::Any = function.inner().as_ref();
        implementation.downcast_ref()
    }

    /// The program that an operator's expression calls, and its arguments.
    pub(crate) fn called_in(
        expr: &Arc<dyn PhysicalExpr>,
    ) -> Option<(&Self, &[Arc<dyn PhysicalExpr>])> {
        let call = expr.downcast_ref::<ScalarFunctionExpr>()?;
        Some((Self::behind(call.fun())?, call.args()))
    }

    /// Computes it for `rows` rows, which the user knows as `numbers`.
    pub(crate) fn evaluate(
        &self,
        columns: Vec<ArrayRef>,
        rows: usize,
        numbers: RowNumbers,
    ) -> Result<ArrayRef> {
        let batch = operators::batch(&self.schema, columns, rows)?;
        self.step.evaluate(&Part::new(batch, numbers))
    }

    /// Adds the functions that it may call.
    pub(crate) fn add_functions(&self, names: &mut BTreeSet<Arc<str>>) {
        self.step.add_functions(names);
    }
}

impl ScalarUDFImpl for Program {
    fn name(&self) -> &str {
        &self.label
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        Ok(types.to_vec())
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(self.returns.data_type().clone())
    }

    fn return_field_from_args(&self, _: ReturnFieldArgs) -> Result<FieldRef> {
        Ok(Arc::clone(&self.returns))
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let rows = arguments.number_rows;
        let columns = arguments
            .args
            .into_iter()
            .map(|argument| argument.into_array(rows))
            .collect::<Result<Vec<ArrayRef>>>()?;
        // DataFusion calls this where it made the batch itself, from rows of two inputs.
        let numbers = RowNumbers::starting_at(0, RowScope::Batch);
        Ok(ColumnarValue::Array(self.evaluate(columns, rows, numbers)?))
    }
}

impl PartialEq for Program {
    fn eq(&self, other: &Self) -> bool {
        self.identity == other.identity
    }
}

impl Eq for Program {}

impl Hash for Program {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.identity.hash(state);
    }
}

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Program").field(&self.label).finish()
    }
}
