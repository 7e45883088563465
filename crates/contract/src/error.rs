//! The one error type of the contract. A host language's exception is carried as an object.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use arrow::error::ArrowError;

use crate::{Capability, RowNumber, StopReason, Stopped};

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An exception of another language, kept whole so that its own users get it back as itself.
/// `Display` gives type and message, as that language would print them in one line.
pub trait ForeignException: std::error::Error + Send + Sync + 'static {
    fn as_any(&self) -> &dyn Any;
}

/// Where in a plugin's text something is wrong. Lines count from one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    pub file: Arc<str>,
    pub line: Option<u32>,
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}", self.file),
            None => f.write_str(&self.file),
        }
    }
}

/// Why a plugin was refused. Nothing of it is registered.
#[derive(Debug, Clone)]
pub struct LoadError {
    pub location: Option<Location>,
    pub message: String,
    /// The exception that the plugin's own code raised while it was loaded.
    pub cause: Option<Arc<dyn ForeignException>>,
}

impl LoadError {
    pub fn new(message: impl Into<String>) -> Self {
        Self { location: None, message: message.into(), cause: None }
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.location {
            Some(location) => write!(f, "{location}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

/// An exception that a plugin function raised on a row or a batch.
#[derive(Debug, Clone)]
pub struct Raised {
    /// The qualified name of the function.
    pub function: Arc<str>,
    /// A batch has none.
    pub row: Option<RowNumber>,
    pub exception: Arc<dyn ForeignException>,
}

impl fmt::Display for Raised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} raised {}", self.function, self.exception)?;
        match self.row {
            Some(row) => write!(f, " at {row}"),
            None => Ok(()),
        }
    }
}

/// What can go wrong between a plugin, the registry and a kernel.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A plugin could not be loaded.
    #[error("{0}")]
    Load(Box<LoadError>),

    #[error("unknown type {text:?}: {hint}")]
    UnknownType { text: String, hint: String },

    #[error("unknown grant {name:?}; grants are ScalarFn, AggregateFn, Procedure, WindowFn")]
    UnknownGrant { name: String },

    /// Grants were missing and the loader was told to be strict about it.
    #[error("plugin {plugin} needs grants that were not given: {}", list(.missing))]
    MissingGrants { plugin: Arc<str>, missing: Vec<Capability> },

    #[error("unknown function {name}{}", did_you_mean(.nearest))]
    UnknownFunction { name: String, nearest: Vec<String> },

    #[error("function name {name} is ambiguous; it could be {}", list(.candidates))]
    AmbiguousFunction { name: String, candidates: Vec<String> },

    #[error(
        "function {name} is denied: the grant {capability} was not given when its plugin was loaded; load it again with that grant"
    )]
    DeniedFunction { name: String, capability: Capability },

    #[error("unknown plugin {name:?}{}", did_you_mean(.nearest))]
    UnknownPlugin { name: String, nearest: Vec<String> },

    #[error("plugin name {name:?} is ambiguous; it could be {}", list(.candidates))]
    AmbiguousPlugin { name: String, candidates: Vec<String> },

    /// A call that no row could make right: a wrong number or type of arguments.
    #[error("{function}: {message}")]
    Call { function: Arc<str>, message: String },

    /// A value that does not fit its declared type.
    #[error("{function}: {}{what} does not fit {expected}: {value}{}", row_prefix(*.row), reason(.hint))]
    Conversion {
        function: Arc<str>,
        row: Option<RowNumber>,
        /// `result` or `argument "x"`.
        what: String,
        expected: String,
        value: String,
        hint: String,
    },

    /// A plugin function's own exception.
    #[error("{0}")]
    Raised(Box<Raised>),

    /// The work was stopped; what it would have given is thrown away.
    #[error("{0}")]
    Stopped(Box<Stopped>),

    /// The interpreter or session that a kernel needs is gone.
    #[error("{0}")]
    Closed(String),

    #[error(transparent)]
    Arrow(#[from] Arc<ArrowError>),

    /// A fault of Arrowsmith itself.
    #[error(
        "internal error in Arrowsmith: {0}; please report it with the query and the plugin that led here"
    )]
    Internal(String),
}

impl From<ArrowError> for Error {
    fn from(error: ArrowError) -> Self {
        Self::Arrow(Arc::new(error))
    }
}

impl From<LoadError> for Error {
    fn from(error: LoadError) -> Self {
        Self::Load(Box::new(error))
    }
}

impl From<Stopped> for Error {
    fn from(error: Stopped) -> Self {
        Self::Stopped(Box::new(error))
    }
}

impl From<StopReason> for Error {
    /// The error of who does the work and ends because of it.
    fn from(reason: StopReason) -> Self {
        Stopped { reason, still_running: Vec::new() }.into()
    }
}

impl From<Raised> for Error {
    fn from(error: Raised) -> Self {
        Self::Raised(Box::new(error))
    }
}

fn list<T: fmt::Display>(items: &[T]) -> String {
    let items: Vec<String> = items.iter().map(T::to_string).collect();
    items.join(", ")
}

fn did_you_mean(nearest: &[String]) -> String {
    if nearest.is_empty() {
        return String::new();
    }
    format!("; did you mean {}?", list(nearest))
}

fn row_prefix(row: Option<RowNumber>) -> String {
    row.map_or_else(String::new, |row| format!("{row}: "))
}

fn reason(hint: &str) -> String {
    if hint.is_empty() {
        return String::new();
    }
    format!(" ({hint})")
}
