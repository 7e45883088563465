//! Floats.

use crate::code::{BinaryOp, Constant};
use crate::exceptions::ExceptionClass;
use crate::ir::{self, Comparison, HostFunction, Var};
use crate::specialise::value::Value;
use crate::specialise::walk::{Stop, Walk};

impl Walk<'_, '_> {
    /// `known` is the right operand, where it stands in the text.
    pub(super) fn of_floats(
        &mut self,
        op: BinaryOp,
        left: Var,
        right: Var,
        known: Option<Constant>,
    ) -> Result<Value, Stop> {
        let known = known.and_then(number).filter(|number| *number != 0.0);
        let plain = match op {
            BinaryOp::Add => ir::BinaryOp::AddFloat,
            BinaryOp::Subtract => ir::BinaryOp::SubtractFloat,
            BinaryOp::Multiply => ir::BinaryOp::MultiplyFloat,
            BinaryOp::Divide => {
                if let Some(inverse) = known.and_then(exact_inverse) {
                    let inverse = self.emit.float(inverse);
                    let op = ir::BinaryOp::MultiplyFloat;
                    return Ok(Value::float(self.emit.binary(op, left, inverse)));
                }
                self.refuse_zero_float(right, known)?;
                ir::BinaryOp::DivideFloat
            }
            BinaryOp::FloorDivide | BinaryOp::Modulo => {
                self.refuse_zero_float(right, known)?;
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

    fn refuse_zero_float(&mut self, divisor: Var, known: Option<f64>) -> Result<(), Stop> {
        if known.is_some() {
            return Ok(());
        }
        let zero = self.emit.float(0.0);
        let is_other = self.emit.compare_floats(Comparison::NotEqual, divisor, zero);
        self.raise_unless(is_other, ExceptionClass::ZERO_DIVISION, "a division by zero")
    }
}

fn number(constant: Constant) -> Option<f64> {
    match constant {
        Constant::Float(bits) => Some(f64::from_bits(bits)),
        Constant::Int(value) => Some(value as f64),
        Constant::None | Constant::Bool(_) => None,
    }
}

/// The inverse of a power of two, which is one, too. A quotient and a product with the inverse are
/// the same real number rounded once, so they are the same float, subnormal or not.
fn exact_inverse(divisor: f64) -> Option<f64> {
    let inverse = divisor.recip();
    let is_power = |value: f64| value.is_normal() && value.to_bits() & ((1 << 52) - 1) == 0;
    (is_power(divisor) && is_power(inverse)).then_some(inverse)
}

#[cfg(test)]
mod tests {
    use super::exact_inverse;

    #[test]
    fn only_powers_of_two_have_an_exact_inverse() {
        assert_eq!(exact_inverse(2.0), Some(0.5));
        assert_eq!(exact_inverse(-0.25), Some(-4.0));
        assert_eq!(exact_inverse(3.0), None);
        assert_eq!(exact_inverse(f64::MIN_POSITIVE), Some(f64::MIN_POSITIVE.recip()));
        assert_eq!(exact_inverse(5e-324), None);
        assert_eq!(exact_inverse(f64::INFINITY), None);
    }

    #[test]
    fn a_product_with_the_inverse_has_the_bits_of_the_quotient() {
        let numbers = [1.0, 3.3, f64::MAX, 5e-324, 7.5e-323, -2.5e-308, f64::INFINITY, -0.0];
        for divisor in [2.0, -4.0, 1024.0, 0.125, 2.0_f64.powi(1000)] {
            let inverse = exact_inverse(divisor).unwrap();
            for number in numbers {
                assert_eq!(
                    (number / divisor).to_bits(),
                    (number * inverse).to_bits(),
                    "{number} / {divisor}"
                );
            }
        }
    }
}
