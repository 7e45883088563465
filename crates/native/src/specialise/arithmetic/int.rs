//! Ints of 64 bits; what needs more leaves.

use crate::code::{BinaryOp, Constant};
use crate::exceptions::ExceptionClass;
use crate::ir::{self, CheckedOp, Comparison, HostFunction, Op, Type, UnaryOp, Var};
use crate::specialise::value::Value;
use crate::specialise::walk::{Stop, Walk};

impl Walk<'_, '_> {
    /// `known` is the right operand, where it stands in the text.
    pub(super) fn of_ints(
        &mut self,
        op: BinaryOp,
        left: Var,
        right: Var,
        known: Option<Constant>,
    ) -> Result<Value, Stop> {
        let plain = match op {
            BinaryOp::And => Some(ir::BinaryOp::AndInt),
            BinaryOp::Or => Some(ir::BinaryOp::OrInt),
            BinaryOp::Xor => Some(ir::BinaryOp::XorInt),
            _ => None,
        };
        if let Some(plain) = plain {
            return Ok(Value::int(self.emit.binary(plain, left, right)));
        }
        let checked = match op {
            BinaryOp::Add => CheckedOp::Add,
            BinaryOp::Subtract => CheckedOp::Subtract,
            BinaryOp::Multiply => CheckedOp::Multiply,
            BinaryOp::Divide => {
                self.refuse_zero(right, known)?;
                return self.divide_ints(left, right);
            }
            BinaryOp::FloorDivide | BinaryOp::Modulo => {
                self.refuse_zero(right, known)?;
                if op == BinaryOp::Modulo { CheckedOp::Modulo } else { CheckedOp::FloorDivide }
            }
            _ => {
                self.check_count(right)?;
                if op == BinaryOp::ShiftLeft { CheckedOp::ShiftLeft } else { CheckedOp::ShiftRight }
            }
        };
        Ok(Value::int(self.checked(checked, left, right)))
    }

    fn refuse_zero(&mut self, divisor: Var, known: Option<Constant>) -> Result<(), Stop> {
        if matches!(known, Some(Constant::Int(value)) if value != 0) {
            return Ok(());
        }
        let zero = self.emit.int(0);
        let is_other = self.emit.compare_ints(Comparison::NotEqual, divisor, zero);
        self.raise_unless(is_other, ExceptionClass::ZERO_DIVISION, "a division by zero")
    }

    fn check_count(&mut self, count: Var) -> Result<(), Stop> {
        let zero = self.emit.int(0);
        let is_count = self.emit.compare_ints(Comparison::GreaterEqual, count, zero);
        self.raise_unless(is_count, ExceptionClass::VALUE, "a negative shift count")
    }

    /// The quotient rounded once. Where both are floats without loss, a division of floats does that.
    fn divide_ints(&mut self, left: Var, right: Var) -> Result<Value, Stop> {
        let (a, b) = (
            self.emit.unary(UnaryOp::IntToFloat, left),
            self.emit.unary(UnaryOp::IntToFloat, right),
        );
        let result = self.emit.fresh(Type::Float);
        let quotient = self.emit.binary(ir::BinaryOp::DivideFloat, a, b);
        self.emit.copy(result, quotient);
        let (left_fits, right_fits) = (self.is_exact_float(left), self.is_exact_float(right));
        let both = self.emit.binary(ir::BinaryOp::AndBool, left_fits, right_fits);
        self.unless(both, |walk| {
            let exact = walk.emit.host(HostFunction::IntDivide, &[left, right])[0];
            walk.emit.push(Op::Copy { to: result, from: exact });
            Ok(())
        })?;
        Ok(Value::float(result))
    }
}
