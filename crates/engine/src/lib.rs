//! SQL over plugin functions: sessions, names, adapters, guards and results on DataFusion.
//!
//! This crate sees kernels through `arrowsmith-contract` only; it knows nothing of Python.
//! No DataFusion type but [`ScalarValue`] is part of its face.

mod adapter;
mod aggregates;
mod check;
mod context;
mod database;
mod direct;
mod draft;
mod error;
mod errors;
mod explain;
mod face;
mod guards;
mod logical_nodes;
mod memory;
mod names;
mod numbering;
mod operators;
mod parameters;
mod partitions;
mod pending;
mod procedures;
mod progress;
mod relation;
mod results;
mod runtime;
mod session;
mod slot;
mod sources;
mod statements;
mod tasks;
mod windows;
mod work;
mod write;
mod yielding;

pub use database::{Database, DatabaseOptions};
pub use datafusion::common::ScalarValue;
pub use direct::repeat;
pub use error::{Error, Result};
pub use parameters::Parameters;
pub use pending::Pending;
pub use progress::{Progress, ProgressReader, Stage};
pub use relation::Relation;
pub use results::ResultStream;
pub use session::Session;
pub use write::Format;
