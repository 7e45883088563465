//! Names that the function doesn't set: what they stood for when it was loaded.

use arrowsmith_contract::Binding;

use super::{Lowering, Result};
use crate::code::{Constant, Operand};
use crate::exceptions::ExceptionClass;
use crate::front::constants::number;
use crate::front::syntax::{Expression, ExpressionKind};
use crate::{Place, Refusal};

/// What is not there must not be trusted.
const UNKNOWN: &Binding = &Binding::Opaque;

impl<'a> Lowering<'_, 'a> {
    pub(super) fn binding(&self, name: &str) -> &'a Binding {
        let mut bindings = self.known.source.bindings.iter();
        bindings.find(|(bound, _)| **bound == *name).map_or(UNKNOWN, |(_, binding)| binding)
    }

    /// The value of a name.
    pub(super) fn name(&self, name: &str, place: Place) -> Result<Operand> {
        if let Some(local) = self.names.get(name) {
            return Ok(Operand::Local(*local));
        }
        let reason = match self.binding(name) {
            Binding::Constant(constant) => match number(constant) {
                Some(constant) => return Ok(Operand::Constant(constant)),
                None => format!("the global `{name}`, which is a string"),
            },
            Binding::Builtin(builtin) => format!("{builtin} as a value"),
            Binding::Helper(_) | Binding::Itself => format!("the function `{name}` as a value"),
            Binding::Opaque => {
                format!("the global `{name}`, which is no number, bool or None")
            }
        };
        Err(Refusal::new(place, reason))
    }

    /// The canonical name of a global builtin, or of a member of a global module.
    pub(super) fn builtin(&self, value: &Expression) -> Option<String> {
        match &value.kind {
            ExpressionKind::Name(name) if !self.names.contains_key(name) => {
                match self.binding(name) {
                    Binding::Builtin(builtin) => Some(builtin.to_string()),
                    _ => None,
                }
            }
            ExpressionKind::Attribute { object, name } => {
                let module = self.builtin(object)?;
                (module == "math").then(|| format!("{module}.{name}"))
            }
            _ => None,
        }
    }

    /// `math.pi` and its like; None for what is no member of a module.
    pub(super) fn module_constant(
        &self,
        object: &Expression,
        name: &str,
        place: Place,
    ) -> Result<Option<Constant>> {
        let Some(module) = self.builtin(object) else { return Ok(None) };
        let value = match (module.as_str(), name) {
            ("math", "pi") => std::f64::consts::PI,
            ("math", "e") => std::f64::consts::E,
            ("math", "tau") => std::f64::consts::TAU,
            ("math", "inf") => f64::INFINITY,
            ("math", "nan") => f64::NAN,
            _ => return Err(Refusal::new(place, format!("{module}.{name} as a value"))),
        };
        Ok(Some(Constant::Float(value.to_bits())))
    }

    /// The builtin exception class that a name stands for.
    pub(super) fn class(&self, name: &str) -> Option<ExceptionClass> {
        match self.binding(name) {
            Binding::Builtin(builtin) if !self.names.contains_key(name) => match &**builtin {
                "IOError" | "EnvironmentError" => ExceptionClass::of("OSError"),
                builtin => ExceptionClass::of(builtin),
            },
            _ => None,
        }
    }
}
