//! Truth values, and numbers as operations want them.

use super::shape::Shape;
use super::value::Value;
use super::walk::{Stop, Walk};
use crate::code::Constant;
use crate::exceptions::ExceptionClass;
use crate::ir::{CheckedOp, Comparison, UnaryOp, Var};

/// A number as Python's arithmetic takes it: a bool is an int.
#[derive(Debug, Clone, Copy)]
pub(super) enum Numeric {
    Int(Var),
    Float(Var),
}

impl Walk<'_, '_> {
    pub(super) fn checked(&mut self, op: CheckedOp, left: Var, right: Var) -> Var {
        let exit = self.exit("an int of more than 64 bits");
        self.emit.checked(op, left, right, exit)
    }

    /// The variable of a bool, which may be known.
    pub(super) fn bool_var(&mut self, value: &Value) -> Var {
        match value.shape {
            Shape::True => self.emit.bool(true),
            Shape::False => self.emit.bool(false),
            _ => value.vars[0],
        }
    }

    /// A number, or a `TypeError`.
    pub(super) fn numeric(&mut self, value: &Value) -> Result<Numeric, Stop> {
        match value.shape {
            Shape::Int => Ok(Numeric::Int(value.vars[0])),
            Shape::Float => Ok(Numeric::Float(value.vars[0])),
            Shape::True => Ok(Numeric::Int(self.emit.int(1))),
            Shape::False => Ok(Numeric::Int(self.emit.int(0))),
            Shape::Bool => Ok(Numeric::Int(self.emit.unary(UnaryOp::BoolToInt, value.vars[0]))),
            Shape::None => self.raise(ExceptionClass::TYPE, "None where a number is needed"),
            // A tuple knows some operators, too.
            _ => {
                let reason = format!("{} where a number is needed", value.shape.name());
                self.leave(&reason)
            }
        }
    }

    /// An int or a bool, or a `TypeError`.
    pub(super) fn int(&mut self, value: &Value) -> Result<Var, Stop> {
        match self.numeric(value)? {
            Numeric::Int(var) => Ok(var),
            Numeric::Float(_) => self.raise(ExceptionClass::TYPE, "a float where an int is needed"),
        }
    }

    /// A number as a float, rounded to nearest as `PyLong_AsDouble` rounds.
    pub(super) fn float(&mut self, value: &Value) -> Result<Var, Stop> {
        if let Some(Constant::Int(int)) = value.constant {
            return Ok(self.emit.float(int as f64));
        }
        let number = self.numeric(value)?;
        Ok(self.float_of(number))
    }

    pub(super) fn float_of(&mut self, number: Numeric) -> Var {
        match number {
            Numeric::Float(var) => var,
            Numeric::Int(var) => self.emit.unary(UnaryOp::IntToFloat, var),
        }
    }

    /// `bool(value)`, known where the shape says it.
    pub(super) fn truth(&mut self, value: &Value) -> Result<Value, Stop> {
        Ok(match &value.shape {
            Shape::None | Shape::EmptyList => Value::truth(false),
            Shape::True | Shape::False | Shape::Bool => value.clone(),
            Shape::Int => {
                let zero = self.emit.int(0);
                Value::bool(self.emit.compare_ints(Comparison::NotEqual, value.vars[0], zero))
            }
            Shape::Float => {
                let zero = self.emit.float(0.0);
                Value::bool(self.emit.compare_floats(Comparison::NotEqual, value.vars[0], zero))
            }
            Shape::Tuple(items) => Value::truth(!items.is_empty()),
            Shape::List(_) => {
                let (length, zero) = (self.list_length(value.vars[0]), self.emit.int(0));
                Value::bool(self.emit.compare_ints(Comparison::NotEqual, length, zero))
            }
            Shape::Exception(_) | Shape::Iterator(_) => Value::truth(true),
            Shape::Range => {
                let (length, zero) = (self.range_length(value)?, self.emit.int(0));
                Value::bool(self.emit.compare_ints(Comparison::NotEqual, length, zero))
            }
            Shape::Dead | Shape::Unbound | Shape::Nullable(_) => {
                return self.leave("a value that nobody has looked at");
            }
        })
    }

    /// `not value`.
    pub(super) fn negated(&mut self, value: &Value) -> Result<Value, Stop> {
        let truth = self.truth(value)?;
        Ok(match truth.shape {
            Shape::True => Value::truth(false),
            Shape::False => Value::truth(true),
            _ => Value::bool(self.emit.unary(UnaryOp::Not, truth.vars[0])),
        })
    }
}
