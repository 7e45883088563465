//! The one error type of the engine, and how DataFusion's errors become it.
//!
//! A contract error that went through DataFusion is found again as the object that it was.

use std::error::Error as StdError;
use std::sync::Arc;

use arrow::error::ArrowError;
use arrowsmith_contract as contract;
use datafusion::error::DataFusionError;

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a statement, a registration or a query failed.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A plugin function, its name or its arguments.
    #[error(transparent)]
    Contract(#[from] contract::Error),

    /// The statement cannot be planned: syntax, unknown tables and columns, types.
    #[error("{0}")]
    Plan(String),

    /// A file that cannot be read or written.
    #[error("{path}: {message}")]
    File { path: String, message: String },

    /// The memory or disk limit was reached and nothing more could be spilled.
    #[error("{0}")]
    ResourcesExhausted(String),

    /// The query failed on a row.
    #[error("{0}")]
    Execution(String),

    /// The database or session was closed before.
    #[error("{0}")]
    Closed(String),

    /// A fault of Arrowsmith or DataFusion, a panic included.
    #[error("internal error in Arrowsmith: {0}; please report it with the query that led here")]
    Internal(String),
}

impl Error {
    /// Why `token` was stopped, and what still runs under it.
    pub(crate) fn stopped(token: &contract::CancelToken) -> Self {
        if token.reason() == Some(contract::StopReason::Ended) {
            // Its answer was there, and given up.
            return Self::cancelled();
        }
        Self::Contract(token.error())
    }

    /// The work went away, and nobody said why.
    pub(crate) fn cancelled() -> Self {
        Self::Contract(contract::StopReason::Cancelled.into())
    }

    /// What a caught panic said.
    pub(crate) fn from_panic(panic: &(dyn std::any::Any + Send)) -> Self {
        let text = panic
            .downcast_ref::<&str>()
            .map(ToString::to_string)
            .or_else(|| panic.downcast_ref::<String>().cloned());
        Self::Internal(text.unwrap_or_else(|| "a task panicked".to_owned()))
    }
}

/// Hands an error of ours through DataFusion; [`Error::from`] finds it again.
pub(crate) fn through_datafusion(error: impl Into<Error>) -> DataFusionError {
    DataFusionError::External(Box::new(error.into()))
}

impl From<DataFusionError> for Error {
    fn from(error: DataFusionError) -> Self {
        find_own(&error).unwrap_or_else(|| by_kind(&error))
    }
}

impl From<ArrowError> for Error {
    fn from(error: ArrowError) -> Self {
        DataFusionError::from(error).into()
    }
}

/// Looks for an error of ours below whatever wraps it.
fn find_own(error: &(dyn StdError + 'static)) -> Option<Error> {
    if let Some(own) = error.downcast_ref::<Error>() {
        return Some(own.clone());
    }
    if let Some(own) = error.downcast_ref::<contract::Error>() {
        return Some(Error::Contract(own.clone()));
    }
    if let Some(error) = error.downcast_ref::<Arc<DataFusionError>>() {
        return find_own(error.as_ref());
    }
    match error.downcast_ref::<DataFusionError>() {
        Some(DataFusionError::ArrowError(error, _)) => find_own(error.as_ref()),
        Some(DataFusionError::ParquetError(error)) => find_own(error.as_ref()),
        Some(DataFusionError::External(error)) => find_own(error.as_ref()),
        Some(DataFusionError::Context(_, error) | DataFusionError::Diagnostic(_, error)) => {
            find_own(error.as_ref())
        }
        Some(DataFusionError::Shared(error)) => find_own(error.as_ref()),
        Some(DataFusionError::Collection(errors)) => errors.iter().find_map(|e| find_own(e)),
        Some(_) => None,
        None => match error.downcast_ref::<ArrowError>() {
            Some(ArrowError::ExternalError(error)) => find_own(error.as_ref()),
            _ => error.source().and_then(find_own),
        },
    }
}

fn by_kind(error: &DataFusionError) -> Error {
    match error {
        DataFusionError::Context(_, inner) | DataFusionError::Diagnostic(_, inner) => {
            by_kind(inner)
        }
        DataFusionError::Shared(inner) => by_kind(inner),
        DataFusionError::Collection(errors) if !errors.is_empty() => by_kind(&errors[0]),
        DataFusionError::SQL(inner, _) => Error::Plan(plain(&inner.to_string())),
        DataFusionError::Plan(message)
        | DataFusionError::Configuration(message)
        | DataFusionError::NotImplemented(message) => Error::Plan(plain(message)),
        DataFusionError::SchemaError(inner, _) => Error::Plan(plain(&inner.to_string())),
        DataFusionError::ResourcesExhausted(message) => Error::ResourcesExhausted(plain(message)),
        DataFusionError::Internal(message) => Error::Internal(plain(message)),
        DataFusionError::ExecutionJoin(error) if error.is_cancelled() => Error::cancelled(),
        DataFusionError::ExecutionJoin(error) => Error::Internal(plain(&error.to_string())),
        other => Error::Execution(plain(&other.strip_backtrace())),
    }
}

/// The message without the labels that DataFusion and its parser put before it.
fn plain(message: &str) -> String {
    const LONGEST: usize = 500;
    const LABELS: &[&str] = &[
        "Error during planning: ",
        "Execution error: ",
        "Arrow error: ",
        "External error: ",
        "External: ",
        "Optimizer rule ",
        "sql parser error: ",
        "SQL error: ",
        "This feature is not implemented: ",
        "Schema error: ",
    ];
    let mut rest = message.split("\n\nbacktrace:").next().unwrap_or(message).trim();
    while let Some(stripped) = LABELS.iter().find_map(|label| rest.strip_prefix(label)) {
        rest = stripped;
    }
    // Some messages hold whole expressions as the engine's own structures.
    match rest.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", &rest[..end]),
        None => rest.to_owned(),
    }
}
