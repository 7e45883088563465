//! What a plugin asks to register, and what its loader allows.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use crate::{Error, Kind, Result};

/// The right to register functions of one kind. It gates registration and is no sandbox:
/// code that is loaded can do what its process can.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Capability {
    ScalarFn,
    AggregateFn,
    Procedure,
    WindowFn,
}

impl Capability {
    pub const ALL: [Self; 4] = [Self::ScalarFn, Self::AggregateFn, Self::Procedure, Self::WindowFn];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::ScalarFn => "ScalarFn",
            Self::AggregateFn => "AggregateFn",
            Self::Procedure => "Procedure",
            Self::WindowFn => "WindowFn",
        }
    }
}

impl From<Kind> for Capability {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Scalar => Self::ScalarFn,
            Kind::Aggregate => Self::AggregateFn,
            Kind::Procedure => Self::Procedure,
            Kind::Window => Self::WindowFn,
        }
    }
}

impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Capability {
    type Err = Error;

    /// Case and underscores don't matter: `ScalarFn` is `scalar_fn`.
    fn from_str(text: &str) -> Result<Self> {
        let wanted = text.replace('_', "");
        Self::ALL
            .into_iter()
            .find(|capability| capability.as_str().eq_ignore_ascii_case(&wanted))
            .ok_or_else(|| Error::UnknownGrant { name: text.to_owned() })
    }
}

/// The capabilities that a loader says yes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grants(BTreeSet<Capability>);

impl Grants {
    /// Every capability, which is what loading without an explicit list means.
    pub fn all() -> Self {
        Self(Capability::ALL.into())
    }

    pub fn contains(&self, capability: Capability) -> bool {
        self.0.contains(&capability)
    }

    /// What is granted, in the order of [`Capability::ALL`].
    pub fn iter(&self) -> impl Iterator<Item = Capability> {
        self.0.iter().copied()
    }

    /// Reads capability names such as `"ScalarFn"` or `"scalar_fn"`.
    ///
    /// # Errors
    /// [`Error::UnknownGrant`] for a name that is no capability.
    pub fn parse<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> Result<Self> {
        names.into_iter().map(|name| name.as_ref().parse()).collect()
    }
}

impl FromIterator<Capability> for Grants {
    fn from_iter<I: IntoIterator<Item = Capability>>(capabilities: I) -> Self {
        Self(capabilities.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_grant_is_refused_by_name() {
        let error = Grants::parse(["ScalarFn", "FileSystem"]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "unknown grant \"FileSystem\"; grants are ScalarFn, AggregateFn, Procedure, WindowFn"
        );
    }

    #[test]
    fn case_and_underscores_do_not_matter() {
        for (texts, capability) in [
            (["ScalarFn", "scalar_fn", "SCALARFN", "_scalarFN"], Capability::ScalarFn),
            (
                ["AggregateFn", "aggregate_fn", "Aggregate_Fn", "AGGREGATEFN"],
                Capability::AggregateFn,
            ),
            (["Procedure", "procedure", "PROCEDURE", "pro_cedure"], Capability::Procedure),
            (["WindowFn", "window_fn", "windowfn", "WINDOW_FN"], Capability::WindowFn),
        ] {
            for text in texts {
                assert_eq!(text.parse::<Capability>().unwrap(), capability);
            }
        }
        for text in ["scalar", "scalar-fn", "ScalarFn ", "", "_"] {
            assert!(text.parse::<Capability>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn grants_hold_what_was_listed() {
        let grants = Grants::parse(["Procedure"]).unwrap();
        assert!(grants.contains(Capability::Procedure));
        assert!(!grants.contains(Capability::ScalarFn));
    }
}
