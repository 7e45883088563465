//! One entry of a plugin: how it was declared, and the kernel that computes it.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use crate::{
    Capability, Error, FunctionName, FunctionSource, Kernel, LoadError, PluginId, QualifiedName,
    Result, Signature, TierReason,
};

/// What a function takes and gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// One value a row.
    Scalar,
    /// One value a group of rows.
    Aggregate,
    /// Rows, usable in FROM.
    Procedure,
    /// One value a row, from a state that walks over ordered rows.
    Window,
}

impl Kind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Scalar => "scalar",
            Self::Aggregate => "aggregate",
            Self::Procedure => "procedure",
            Self::Window => "window",
        }
    }

    /// Its name in a sentence.
    pub fn with_article(self) -> &'static str {
        match self {
            Self::Scalar => "a scalar",
            Self::Aggregate => "an aggregate",
            Self::Procedure => "a procedure",
            Self::Window => "a window",
        }
    }
}

/// How the author wrote the function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// One call a row, with host-language values.
    Row,
    /// One call a batch, with Arrow arrays.
    VectorizedArrow,
    /// One call a batch, with NumPy arrays.
    VectorizedNumpy,
}

impl Mode {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Row => "row",
            Self::VectorizedArrow => "vectorized (arrow)",
            Self::VectorizedNumpy => "vectorized (numpy)",
        }
    }
}

/// What a planner may assume about repeated calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Determinism {
    /// Nothing was declared and nothing proven: never folded, shared or cached.
    #[default]
    Auto,
    /// The same arguments give the same answer.
    Pure,
    /// Stable within a query.
    Session,
    /// Called exactly once for each row that needs it.
    Nondeterministic,
}

impl Determinism {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Pure => "pure",
            Self::Session => "session",
            Self::Nondeterministic => "nondeterministic",
        }
    }
}

impl FromStr for Determinism {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        [Self::Auto, Self::Pure, Self::Session, Self::Nondeterministic]
            .into_iter()
            .find(|value| value.as_str() == text)
            .ok_or_else(|| {
                LoadError::new(format!(
                    "unknown determinism {text:?}; it is one of auto, pure, session, nondeterministic"
                ))
                .into()
            })
    }
}

/// What becomes of a row whose call failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum OnError {
    /// The query fails.
    #[default]
    Raise,
    /// The row's value is NULL; of a vectorized function, those of all rows of the batch.
    Null,
    /// As [`Self::Null`], and the failure goes to the [`ErrorLog`](crate::ErrorLog).
    Collect,
}

impl OnError {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Raise => "raise",
            Self::Null => "null",
            Self::Collect => "collect",
        }
    }
}

impl FromStr for OnError {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        [Self::Raise, Self::Null, Self::Collect]
            .into_iter()
            .find(|value| value.as_str() == text)
            .ok_or_else(|| {
                LoadError::new(format!(
                    "unknown on_error {text:?}; it is one of raise, null, collect"
                ))
                .into()
            })
    }
}

/// What its author said about how calls are to be made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CallPolicy {
    pub on_error: OnError,
    /// The most time that one call may take; a row in row mode.
    pub timeout: Option<Duration>,
    /// Whether several threads may be in the plugin at once.
    pub thread_safe: bool,
}

impl Default for CallPolicy {
    fn default() -> Self {
        Self { on_error: OnError::default(), timeout: None, thread_safe: true }
    }
}

/// Where a kernel runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tier {
    /// As machine code, with rows that leave for the interpreter.
    Native,
    /// In this process's interpreter.
    Inline,
}

impl Tier {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Inline => "inline",
        }
    }
}

/// What the author asked for; a backend turns it into a [`Tier`] when it makes the kernel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum TierChoice {
    #[default]
    Auto,
    Only(Tier),
}

impl FromStr for TierChoice {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "auto" => Ok(Self::Auto),
            "native" => Ok(Self::Only(Tier::Native)),
            "inline" => Ok(Self::Only(Tier::Inline)),
            _ => Err(LoadError::new(format!(
                "unknown tier {text:?}; it is one of auto, native, inline"
            ))
            .into()),
        }
    }
}

/// A function with its kernel, as a registry holds it.
#[derive(Debug)]
pub struct Function {
    pub plugin: PluginId,
    /// The version of the plugin that it came with.
    pub version: Arc<str>,
    pub name: FunctionName,
    pub mode: Mode,
    pub signature: Signature,
    pub determinism: Determinism,
    pub policy: CallPolicy,
    pub documentation: Option<Arc<str>>,
    /// The text that was loaded, where there is one.
    pub source: Option<Arc<FunctionSource>>,
    /// The same of each function that it is made of, where they are several, and of the methods that
    /// these call.
    pub parts: Vec<Arc<FunctionSource>>,
    /// Why it runs where it does, where there was a choice.
    pub tier_reason: Option<TierReason>,
    pub kernel: Kernel,
}

impl Function {
    pub fn qualified_name(&self) -> QualifiedName {
        QualifiedName::new(&self.plugin, &self.name)
    }

    pub fn kind(&self) -> Kind {
        self.kernel.kind()
    }

    pub fn tier(&self) -> Tier {
        self.kernel.tier()
    }

    pub fn capability(&self) -> Capability {
        self.kind().into()
    }

    /// The error of a call that no row could make right.
    pub fn refuse(&self, message: impl Into<String>) -> Error {
        Error::Call { function: self.qualified_name().to_shared(), message: message.into() }
    }
}

impl fmt::Display for Function {
    /// `ai.example.geo.haversine(lat1: float, ...) -> float`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.qualified_name(), self.signature)
    }
}
