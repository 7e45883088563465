//! What plugin functions of all kinds show to DataFusion's planner.
//!
//! To DataFusion each one is volatile: it folds everything else at planning, which would run
//! plugin code. Calls in a query are taken out of DataFusion's expressions by `guards`; these faces
//! carry them until then.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use arrow::datatypes::FieldRef;
use arrowsmith_contract::Function;
use datafusion::error::DataFusionError;
use datafusion::logical_expr::{Expr, Signature, Volatility};

use crate::adapter::PluginScalar;
use crate::aggregates::PluginAggregate;
use crate::error::through_datafusion;
use crate::windows::PluginWindow;

/// The function of a plugin that an expression calls, if it is such a call.
pub(crate) fn called_by(expr: &Expr) -> Option<&Arc<Function>> {
    PluginScalar::called_by(expr)
        .or_else(|| PluginAggregate::called_by(expr))
        .or_else(|| PluginWindow::called_by(expr))
}

/// The part that does not depend on the kind.
pub(crate) struct Face {
    function: Arc<Function>,
    name: Arc<str>,
    signature: Signature,
}

impl Face {
    pub(crate) fn new(function: Arc<Function>) -> Self {
        Self {
            name: function.qualified_name().to_shared(),
            function,
            // Arguments keep their types; `check` has the say over them, and `coerce` at execution.
            signature: Signature::user_defined(Volatility::Volatile),
        }
    }

    pub(crate) fn function(&self) -> &Arc<Function> {
        &self.function
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn signature(&self) -> &Signature {
        &self.signature
    }

    /// The column of a call.
    pub(crate) fn field(&self, name: &str) -> FieldRef {
        Arc::new(self.function.signature.returns().to_field(name, true))
    }

    /// A call that `guards` left where it was would run for rows that the query excludes.
    pub(crate) fn misplaced(&self) -> DataFusionError {
        through_datafusion(crate::Error::Plan(format!(
            "{} cannot be called in this place of a query",
            self.name
        )))
    }
}

impl fmt::Debug for Face {
    /// The name only: DataFusion shows expressions in its messages.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl PartialEq for Face {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.function, &other.function)
    }
}

impl Eq for Face {}

impl Hash for Face {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}
