//! Scalar kernels made of Rust closures over a row or a batch, so that an engine is tested with functions
//! that count, fail or wait, and without an interpreter.

use std::fmt;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef};
use arrow::compute::concat;
use arrowsmith_contract::{
    CallContext, CallPolicy, DeclaredType, Determinism, Function, FunctionName, Kernel, Manifest,
    Mode, NullPolicy, Parameter, PluginId, Result, ScalarKernel, Signature, Tier, Type,
};

use crate::{AggregateLog, AggregateSteps, ListKernel};

/// Computes one row: columns of length one in, a column of length one out.
type RowFunction = dyn Fn(&[ArrayRef]) -> Result<ArrayRef> + Send + Sync;

/// A scalar kernel that calls a closure for each row whose skipped parameters are not NULL.
pub struct ClosureKernel {
    signature: Signature,
    function: Arc<RowFunction>,
}

impl fmt::Debug for ClosureKernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClosureKernel{}", self.signature)
    }
}

impl ScalarKernel for ClosureKernel {
    fn tier(&self) -> Tier {
        Tier::Inline
    }

    fn invoke(&self, columns: &[ArrayRef], rows: usize, context: &CallContext) -> Result<ArrayRef> {
        let returns = self.signature.returns().data_type();
        let null = arrow::array::new_null_array(returns, 1);
        let mut values = Vec::with_capacity(rows);
        for row in 0..rows {
            context.token.check()?;
            let skipped = columns.iter().enumerate().any(|(index, column)| {
                let policy = self.signature.parameter(index).map(|p| p.nulls);
                policy == Some(NullPolicy::Skip) && column.is_null(row)
            });
            values.push(if skipped {
                Arc::clone(&null)
            } else {
                let row: Vec<ArrayRef> = columns.iter().map(|c| c.slice(row, 1)).collect();
                (self.function)(&row)?
            });
        }
        if values.is_empty() {
            return Ok(arrow::array::new_empty_array(returns));
        }
        let values: Vec<&dyn Array> = values.iter().map(AsRef::as_ref).collect();
        Ok(concat(&values)?)
    }
}

/// Computes a batch, and sees the circumstances of the call.
type BatchFunction = dyn Fn(&[ArrayRef], usize, &CallContext) -> Result<ArrayRef> + Send + Sync;

/// A scalar kernel that is a closure.
struct BatchKernel(Box<BatchFunction>);

impl fmt::Debug for BatchKernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BatchKernel")
    }
}

impl ScalarKernel for BatchKernel {
    fn tier(&self) -> Tier {
        Tier::Inline
    }

    fn invoke(&self, columns: &[ArrayRef], rows: usize, context: &CallContext) -> Result<ArrayRef> {
        (self.0)(columns, rows, context)
    }
}

/// Collects closures into a manifest.
#[derive(Debug)]
pub struct PluginBuilder {
    id: PluginId,
    functions: Vec<Arc<Function>>,
}

impl PluginBuilder {
    /// # Errors
    /// A bad id.
    pub fn new(id: &str) -> Result<Self> {
        Ok(Self { id: PluginId::new(id)?, functions: Vec::new() })
    }

    /// Adds a function of version 1.0.0 with parameters `a`, `b`, ... of the named types; a
    /// trailing `?` passes NULLs.
    ///
    /// # Errors
    /// A bad name or type.
    pub fn scalar(
        self,
        name: &str,
        parameters: &[&str],
        returns: &str,
        determinism: Determinism,
        function: impl Fn(&[ArrayRef]) -> Result<ArrayRef> + Send + Sync + 'static,
    ) -> Result<Self> {
        let signature = signature(parameters, returns)?;
        let kernel = ClosureKernel { signature: signature.clone(), function: Arc::new(function) };
        self.add(name, Mode::Row, signature, determinism, Kernel::Scalar(Arc::new(kernel)))
    }

    /// Adds a function as [`Self::scalar`] does, over whole batches and with nothing declared.
    ///
    /// # Errors
    /// A bad name or type.
    pub fn batch(
        self,
        name: &str,
        parameters: &[&str],
        returns: &str,
        function: impl Fn(&[ArrayRef], usize, &CallContext) -> Result<ArrayRef> + Send + Sync + 'static,
    ) -> Result<Self> {
        let signature = signature(parameters, returns)?;
        let kernel = Kernel::Scalar(Arc::new(BatchKernel(Box::new(function))));
        self.add(name, Mode::VectorizedArrow, signature, Determinism::Auto, kernel)
    }

    /// Adds an aggregate, and gives what it will be asked for.
    ///
    /// # Errors
    /// A bad name or type.
    pub fn aggregate(
        self,
        name: &str,
        parameters: &[&str],
        returns: &str,
        steps: AggregateSteps,
    ) -> Result<(Self, Arc<AggregateLog>)> {
        let signature = signature(parameters, returns)?;
        let log = Arc::<AggregateLog>::default();
        let kernel = ListKernel {
            steps: Arc::new(steps),
            returns: signature.returns().data_type().clone(),
            log: Arc::clone(&log),
        };
        let kernel = Kernel::Aggregate(Arc::new(kernel));
        Ok((self.add(name, Mode::Row, signature, Determinism::Auto, kernel)?, log))
    }

    pub(crate) fn add(
        mut self,
        name: &str,
        mode: Mode,
        signature: Signature,
        determinism: Determinism,
        kernel: Kernel,
    ) -> Result<Self> {
        self.functions.push(Arc::new(Function {
            plugin: self.id.clone(),
            version: "1.0.0".into(),
            name: FunctionName::new(name)?,
            mode,
            signature,
            determinism,
            policy: CallPolicy::default(),
            documentation: None,
            source: None,
            parts: Vec::new(),
            tier_reason: None,
            kernel,
        }));
        Ok(self)
    }

    /// # Errors
    /// Without functions, or with a name twice.
    pub fn build(self) -> Result<Manifest> {
        Manifest::new(self.id, "1.0.0".into(), self.functions)
    }
}

pub(crate) fn signature(parameters: &[&str], returns: &str) -> Result<Signature> {
    let parameters = parameters
        .iter()
        .zip('a'..='z')
        .map(|(text, name)| parameter(name, text))
        .collect::<Result<Vec<_>>>()?;
    let returns: Type = returns.parse::<DeclaredType>()?.ty;
    let required = parameters.len();
    Signature::new(parameters, required, false, returns)
}

/// The same parameters, of which only the first have no default.
pub(crate) fn with_defaults(signature: &Signature, required: usize) -> Result<Signature> {
    let (parameters, returns) = (signature.parameters().to_vec(), signature.returns().clone());
    Signature::new(parameters, required, false, returns)
}

fn parameter(name: char, text: &str) -> Result<Parameter> {
    let declared: DeclaredType = text.parse()?;
    Ok(Parameter {
        name: name.to_string().into(),
        nulls: if declared.nullable { NullPolicy::Pass } else { NullPolicy::Skip },
        nullable: declared.nullable,
        ty: declared.ty,
    })
}
