//! Floats.

use crate::code::BinaryOp;
use crate::exceptions::ExceptionClass;
use crate::ir::{self, Comparison, HostFunction, Var};
use crate::specialise::value::Value;
use crate::specialise::walk::{Stop, Walk};

impl Walk<'_, '_> {
    pub(super) fn of_floats(&mut self, op: BinaryOp, left: Var, right: Var) -> Result<Value, Stop> {
        let plain = match op {
            BinaryOp::Add => ir::BinaryOp::AddFloat,
            BinaryOp::Subtract => ir::BinaryOp::SubtractFloat,
            BinaryOp::Multiply => ir::BinaryOp::MultiplyFloat,
            BinaryOp::Divide => {
                self.refuse_zero_float(right)?;
                ir::BinaryOp::DivideFloat
            }
            BinaryOp::FloorDivide | BinaryOp::Modulo => {
                self.refuse_zero_float(right)?;
                let function = match op {
                    BinaryOp::Modulo => HostFunction::FloatModulo,
                    _ => HostFunction::FloatFloorDivide,
                };
                return Ok(Value::float(self.emit.host(function, &[left, right])[0]));
            }
            _ => return self.raise(ExceptionClass::TYPE, "an operator of ints with a float"),
        };
        Ok(Value::float(self.emit.binary(plain, left, right)))
    }

    fn refuse_zero_float(&mut self, divisor: Var) -> Result<(), Stop> {
        let zero = self.emit.float(0.0);
        let is_other = self.emit.compare_floats(Comparison::NotEqual, divisor, zero);
        self.raise_unless(is_other, ExceptionClass::ZERO_DIVISION, "a division by zero")
    }
}
