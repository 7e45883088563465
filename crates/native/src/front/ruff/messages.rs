//! What an exception is made of. Of its message only what may raise is kept.

use std::sync::Arc;

use ruff_python_ast::{self as ast, Expr, helpers::any_over_expr};

use super::{Converter, Result, refused};
use crate::front::syntax::{Expression, Message, Raised};

impl Converter<'_> {
    pub(super) fn raised(&mut self, value: &Expr) -> Result<Raised> {
        match value {
            Expr::NoneLiteral(_) => Ok(Raised::None),
            Expr::Name(name) => Ok(Raised::Name(self.name(name.id.as_str()))),
            Expr::Call(call) if call.arguments.keywords.is_empty() => match &*call.func {
                Expr::Name(name) => {
                    let class = self.name(name.id.as_str());
                    Ok(Raised::Call(class, self.message(&call.arguments.args)?))
                }
                _ => Self::unknown(value, Raised::Unknown),
            },
            _ => Self::unknown(value, Raised::Unknown),
        }
    }

    pub(super) fn message(&mut self, values: &[Expr]) -> Result<Message> {
        let mut parts = Vec::new();
        for value in values {
            if self.add_parts(value, &mut parts).is_none() {
                for value in values {
                    Self::unknown(value, ())?;
                }
                return Ok(Message::Unknown);
            }
        }
        Ok(Message::Of(parts))
    }

    /// None where there is more to do than computing parts.
    fn add_parts(&mut self, value: &Expr, parts: &mut Vec<Expression>) -> Option<()> {
        match value {
            Expr::StringLiteral(_) => {}
            // Without a format, turning a number into text raises nothing.
            Expr::FString(string) => {
                for element in string.value.elements() {
                    if let ast::InterpolatedStringElement::Interpolation(field) = element {
                        if field.format_spec.is_some() {
                            return None;
                        }
                        parts.push(self.expression(&field.expression).ok()?);
                    }
                }
            }
            other => parts.push(self.expression(other).ok()?),
        }
        Some(())
    }

    /// What is not looked at must not say more about the function than that it may raise.
    fn unknown<T>(value: &Expr, as_unknown: T) -> Result<T> {
        let says_more = |part: &Expr| {
            matches!(part, Expr::Named(_) | Expr::Yield(_) | Expr::YieldFrom(_) | Expr::Await(_))
        };
        if any_over_expr(value, says_more) {
            return refused(value, "an exception's argument with `:=`, `yield` or `await`");
        }
        Ok(as_unknown)
    }

    /// The classes of `except`; None for what is no plain name.
    pub(super) fn classes(value: &Expr) -> Result<Vec<Option<Arc<str>>>> {
        Self::unknown(value, ())?;
        let class = |value: &Expr| match value {
            Expr::Name(name) => Some(Arc::from(name.id.as_str())),
            _ => None,
        };
        Ok(match value {
            Expr::Tuple(tuple) => tuple.elts.iter().map(class).collect(),
            other => vec![class(other)],
        })
    }
}
