//! The variables of operations.

use super::{Op, Var};

impl Op {
    /// In the order in which they are named.
    pub(crate) fn uses(&self) -> Vec<Var> {
        match self {
            Self::Constant { .. } | Self::NewList { .. } | Self::Poll => vec![],
            Self::Copy { from: value, .. }
            | Self::Unary { value, .. }
            | Self::Guard { test: value, .. }
            | Self::Length { array: value, .. } => vec![*value],
            Self::Binary { left, right, .. }
            | Self::Checked { left, right, .. }
            | Self::Item { array: left, index: right, .. }
            | Self::Push { list: left, value: right, .. } => vec![*left, *right],
            Self::FusedMultiplyAdd { a, b, c, .. }
            | Self::Select { test: a, yes: b, no: c, .. } => {
                vec![*a, *b, *c]
            }
            Self::Host { arguments, .. } | Self::Call { arguments, .. } => arguments.clone(),
        }
    }

    pub(crate) fn sets(&self) -> Vec<Var> {
        match self {
            Self::Constant { to, .. }
            | Self::Copy { to, .. }
            | Self::Unary { to, .. }
            | Self::Binary { to, .. }
            | Self::Checked { to, .. }
            | Self::FusedMultiplyAdd { to, .. }
            | Self::Select { to, .. }
            | Self::Length { to, .. }
            | Self::Item { to, .. }
            | Self::NewList { to, .. } => vec![*to],
            Self::Host { to, .. } | Self::Call { to, .. } => to.clone(),
            Self::Guard { .. } | Self::Push { .. } | Self::Poll => vec![],
        }
    }
}
