//! A scalar function of a plugin as DataFusion sees it, and calls of any kind as a run makes them.

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use arrow::array::{Array, ArrayRef};
use arrow::datatypes::{DataType, FieldRef};
use arrowsmith_contract::{
    CallContext, CancelToken, Error, Function, FunctionMetrics, Kernel, RowNumbers, coerce,
};
use datafusion::common::{Result as DataFusionResult, ScalarValue};
use datafusion::logical_expr::{
    ColumnarValue, Expr, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
    expr,
};

use crate::context::QueryContext;
use crate::face::Face;

#[derive(PartialEq, Eq, Hash)]
pub(crate) struct PluginScalar(Face);

impl PluginScalar {
    pub(crate) fn new(function: Arc<Function>) -> Self {
        Self(Face::new(function))
    }

    /// The plugin function that an expression calls, if it is such a call.
    pub(crate) fn called_by(expr: &Expr) -> Option<&Arc<Function>> {
        match expr {
            Expr::ScalarFunction(expr::ScalarFunction { func, .. }) => Self::behind(func),
            _ => None,
        }
    }

    fn behind(udf: &ScalarUDF) -> Option<&Arc<Function>> {
        let implementation: &dyn std::any::Any = udf.inner().as_ref();
        implementation.downcast_ref::<Self>().map(|scalar| scalar.0.function())
    }
}

impl fmt::Debug for PluginScalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl ScalarUDFImpl for PluginScalar {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn signature(&self) -> &Signature {
        self.0.signature()
    }

    fn coerce_types(&self, types: &[DataType]) -> DataFusionResult<Vec<DataType>> {
        Ok(types.to_vec())
    }

    fn return_type(&self, _: &[DataType]) -> DataFusionResult<DataType> {
        Ok(self.0.function().signature.returns().data_type().clone())
    }

    fn return_field_from_args(&self, _: ReturnFieldArgs) -> DataFusionResult<FieldRef> {
        Ok(self.0.field(self.0.name()))
    }

    fn invoke_with_args(&self, _: ScalarFunctionArgs) -> DataFusionResult<ColumnarValue> {
        Err(self.0.misplaced())
    }
}

/// A function bound to one run of a query.
#[derive(Debug)]
pub(crate) struct Call {
    function: Arc<Function>,
    name: Arc<str>,
    metrics: Arc<FunctionMetrics>,
    context: CallContext,
}

impl Call {
    pub(crate) fn new(function: Arc<Function>, query: &QueryContext) -> Self {
        Self {
            name: function.qualified_name().to_shared(),
            metrics: query.metrics_of(&function),
            context: query.call(),
            function,
        }
    }

    pub(crate) fn name(&self) -> &Arc<str> {
        &self.name
    }

    pub(crate) fn function(&self) -> &Arc<Function> {
        &self.function
    }

    /// What its kernel is given besides the rows.
    pub(crate) fn context(&self) -> &CallContext {
        &self.context
    }

    /// The same for rows that the user knows as `rows`.
    pub(crate) fn context_for(&self, rows: RowNumbers) -> CallContext {
        CallContext { rows, ..self.context.clone() }
    }

    /// What stops it.
    pub(crate) fn token(&self) -> &CancelToken {
        &self.context.token
    }

    /// Calls the function for `rows` rows, which the user knows as `numbers`.
    pub(crate) fn invoke(
        &self,
        columns: &[ArrayRef],
        rows: usize,
        numbers: &RowNumbers,
    ) -> arrowsmith_contract::Result<ArrayRef> {
        let Kernel::Scalar(kernel) = &self.function.kernel else {
            return Err(Error::Internal(format!("{} is no scalar function", self.name)));
        };
        let columns = self.coerce_all(columns, numbers)?;
        let answer = self.run(rows, numbers, |context| kernel.invoke(&columns, rows, context))?;
        self.check_answer(&answer, rows)?;
        Ok(answer)
    }

    /// Runs one call of the function's kernel so that it can be stopped, and counts it.
    pub(crate) fn run<T>(
        &self,
        rows: usize,
        numbers: &RowNumbers,
        call: impl FnOnce(&CallContext) -> arrowsmith_contract::Result<T>,
    ) -> arrowsmith_contract::Result<T> {
        self.run_counting(numbers, call, |_| rows)
    }

    /// As [`Self::run`], where the answer tells how many rows it was about; there is none where the
    /// call failed.
    pub(crate) fn run_counting<T>(
        &self,
        numbers: &RowNumbers,
        call: impl FnOnce(&CallContext) -> arrowsmith_contract::Result<T>,
        rows: impl FnOnce(Option<&T>) -> usize,
    ) -> arrowsmith_contract::Result<T> {
        let context = self.context_for(numbers.clone());
        let running = context.token.begin_call(&self.name);
        // Looked at after the call was announced, so that nobody who stops the query misses it.
        if context.token.is_stopped() {
            drop(running);
            return Err(context.token.error());
        }
        let start = Instant::now();
        let answer = call(&context);
        self.metrics.record(rows(answer.as_ref().ok()), start.elapsed());
        drop(running);
        let answer = answer?;
        // A stopped call's answer is thrown away whatever it is.
        context.token.check()?;
        Ok(answer)
    }

    /// The columns in the types of the parameters.
    pub(crate) fn coerce_all(
        &self,
        columns: &[ArrayRef],
        numbers: &RowNumbers,
    ) -> arrowsmith_contract::Result<Vec<ArrayRef>> {
        columns
            .iter()
            .enumerate()
            .map(|(index, column)| self.coerce(index, column, numbers))
            .collect()
    }

    /// One argument in the type of its parameter.
    pub(crate) fn coerce(
        &self,
        index: usize,
        column: &ArrayRef,
        numbers: &RowNumbers,
    ) -> arrowsmith_contract::Result<ArrayRef> {
        let Some(parameter) = self.function.signature.parameter(index) else {
            return Err(Error::Internal(format!("{} got too many arguments", self.name)));
        };
        coerce::coerce(column, &parameter.ty, &self.name, &parameter.name, numbers)
    }

    pub(crate) fn check_answer(
        &self,
        answer: &ArrayRef,
        rows: usize,
    ) -> arrowsmith_contract::Result<()> {
        let expected = self.function.signature.returns().data_type();
        if answer.len() == rows && answer.data_type() == expected {
            return Ok(());
        }
        Err(Error::Internal(format!(
            "the kernel of {} gave {} values of type {} for {rows} rows of type {expected}",
            self.name,
            answer.len(),
            answer.data_type()
        )))
    }
}

/// One value, repeated.
pub(crate) fn repeat(value: &ArrayRef, rows: usize) -> DataFusionResult<ArrayRef> {
    ScalarValue::try_from_array(value, 0)?.to_array_of_size(rows)
}
