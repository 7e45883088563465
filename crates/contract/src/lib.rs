//! What a function is, for everybody who loads, calls or lists functions.
//!
//! This crate knows Arrow and nothing else: no Python, no SQL, no files. Backends
//! (an interpreter, a compiler) implement the kernel traits, engines call them, and
//! the [`Registry`] stands between the two.

mod capability;
pub mod coerce;
mod compile;
mod context;
mod error;
mod error_log;
mod function;
mod kernel;
mod manifest;
mod name;
mod origin;
mod registry;
mod resolve;
mod rows;
mod signature;
mod source;
mod state;
mod stop;
mod stopped;
mod type_parser;
mod types;
pub mod watchdog;

pub use capability::{Capability, Grants};
pub use compile::{
    AggregateTask, CompileTask, Compiler, ExitCount, LiveCode, MathReference, Member, NativeReport,
    Refusal, StateForm, StateParts, StateTask, TierReason, WindowTask,
};
pub use context::{CallContext, FunctionMetrics};
pub use error::{Error, ForeignException, LoadError, Location, Raised, Result};
pub use error_log::{CollectedError, ErrorLog};
pub use function::{CallPolicy, Determinism, Function, Kind, Mode, OnError, Tier, TierChoice};
pub use kernel::{
    AggregateKernel, Aggregation, AppliedText, BatchStream, GroupedAccumulator, HandOver, Kernel,
    ProcedureArguments, ProcedureKernel, ScalarKernel, TableInput, TextFailure, TextKernel,
    TextRun, TextUnit, WindowEvaluator, WindowKernel, Yielded,
};
pub use manifest::Manifest;
pub use name::{FunctionName, NamePart, PluginId, QualifiedName};
pub use origin::{Origin, Source};
pub use registry::{LoadOutcome, LoadedPlugin, Registry, Snapshot};
pub use resolve::nearest;
pub use rows::{RowNumber, RowNumbers, RowScope};
pub use signature::{NullPolicy, Parameter, Signature};
pub use source::{Binding, Constant, FunctionSource, Span};
pub use state::{StateExchange, StateValue};
pub use stop::{CancelToken, GRACE, RunningCall, Watch};
pub use stopped::{StopReason, Stopped, TimedOut};
pub use types::{DeclaredType, Extension, Type};
