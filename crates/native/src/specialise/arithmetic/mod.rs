//! Operators of two values, by the rules of `Objects/longobject.c` and `Objects/floatobject.c`.

mod float;
mod int;
mod near_power;
mod power;

use super::numbers::Numeric;
use super::shape::Shape;
use super::value::Value;
use super::walk::{Stop, Walk};
use crate::code::{BinaryOp, Local};
use crate::ir;

impl Walk<'_, '_> {
    /// Computes and assigns, then goes on behind the step.
    pub(super) fn binary(
        &mut self,
        to: Local,
        op: BinaryOp,
        left: &Value,
        right: &Value,
    ) -> Result<(), Stop> {
        if op == BinaryOp::Power {
            return self.power(to, left, right);
        }
        let value = self.arithmetic(op, left, right)?;
        self.assign(to, &value);
        Ok(())
    }

    /// An operator whose result has one type.
    pub(super) fn arithmetic(
        &mut self,
        op: BinaryOp,
        left: &Value,
        right: &Value,
    ) -> Result<Value, Stop> {
        if let Some(value) = self.of_bools(op, left, right) {
            return Ok(value);
        }
        let (a, b) = (self.numeric(left)?, self.numeric(right)?);
        match (a, b) {
            (Numeric::Int(a), Numeric::Int(b)) => self.of_ints(op, a, b, right.constant),
            _ => {
                // A number of the text is a float at once.
                let (a, b) = (self.float_again(left, a)?, self.float_again(right, b)?);
                self.of_floats(op, a, b, right.constant)
            }
        }
    }

    fn float_again(&mut self, value: &Value, number: Numeric) -> Result<ir::Var, Stop> {
        if value.constant.is_some() { self.float(value) } else { Ok(self.float_of(number)) }
    }

    /// `&`, `|` and `^` of two bools give a bool.
    fn of_bools(&mut self, op: BinaryOp, left: &Value, right: &Value) -> Option<Value> {
        let is_bool =
            |value: &Value| matches!(value.shape, Shape::Bool | Shape::True | Shape::False);
        let op = match op {
            BinaryOp::And => ir::BinaryOp::AndBool,
            BinaryOp::Or => ir::BinaryOp::OrBool,
            BinaryOp::Xor => ir::BinaryOp::XorBool,
            _ => return None,
        };
        if !is_bool(left) || !is_bool(right) {
            return None;
        }
        let (a, b) = (self.bool_var(left), self.bool_var(right));
        Some(Value::bool(self.emit.binary(op, a, b)))
    }
}
