//! `**`: `Objects/longobject.c`, `long_pow`, and `Objects/floatobject.c`, `float_pow`.

use super::near_power::Exponent;
use crate::code::{Constant, Local};
use crate::exceptions::ExceptionClass;
use crate::ir::{BinaryOp, CheckedOp, Comparison, HostFunction, UnaryOp, Var};
use crate::specialise::numbers::Numeric;
use crate::specialise::value::Value;
use crate::specialise::walk::{Stop, Walk};

impl Walk<'_, '_> {
    /// Of two ints the result is an int or a float by the exponent's sign, so it assigns.
    pub(in crate::specialise) fn power(
        &mut self,
        to: Local,
        left: &Value,
        right: &Value,
    ) -> Result<(), Stop> {
        match (self.numeric(left)?, self.numeric(right)?) {
            (Numeric::Int(base), Numeric::Int(exponent)) => {
                self.power_of_ints(to, base, exponent, right.constant)
            }
            _ => {
                let base = self.float(left)?;
                let value = match right.constant.and_then(Exponent::of) {
                    Some(exponent) => self.near_power(base, exponent)?,
                    None => {
                        let exponent = self.float(right)?;
                        self.power_of_floats(base, exponent)?
                    }
                };
                self.assign(to, &Value::float(value));
                Ok(())
            }
        }
    }

    fn power_of_ints(
        &mut self,
        to: Local,
        base: Var,
        exponent: Var,
        known: Option<Constant>,
    ) -> Result<(), Stop> {
        let next = self.next_point();
        let whole = |walk: &mut Self| {
            let value = walk.whole_power(base, exponent);
            walk.assign(to, &value);
            Ok(())
        };
        let fraction = |walk: &mut Self| {
            let (base, exponent) =
                (walk.float_of(Numeric::Int(base)), walk.float_of(Numeric::Int(exponent)));
            let value = walk.power_of_floats(base, exponent)?;
            walk.assign(to, &Value::float(value));
            Ok(())
        };
        if let Some(Constant::Int(known)) = known {
            return match known {
                2..=4 => {
                    let value = self.short_product(base, known);
                    self.assign(to, &value);
                    Ok(())
                }
                0.. => whole(self),
                _ => fraction(self),
            };
        }
        let zero = self.emit.int(0);
        let is_whole = self.emit.compare_ints(Comparison::GreaterEqual, exponent, zero);
        self.fork(
            is_whole,
            |walk| whole(walk).and_then(|()| walk.go_to(next)),
            |walk| fraction(walk).and_then(|()| walk.go_to(next)),
        )
    }

    /// The second, third or fourth power. No product is larger than the power.
    fn short_product(&mut self, base: Var, exponent: i64) -> Value {
        let square = self.checked(CheckedOp::Multiply, base, base);
        Value::int(match exponent {
            2 => square,
            3 => self.checked(CheckedOp::Multiply, square, base),
            _ => self.checked(CheckedOp::Multiply, square, square),
        })
    }

    fn whole_power(&mut self, base: Var, exponent: Var) -> Value {
        let result = self.emit.host(HostFunction::IntPower, &[base, exponent]);
        self.leave_unless(result[1], "an int of more than 64 bits");
        Value::int(result[0])
    }

    /// libm's `pow` gives what Python gives wherever it is finite; the other cases are told apart
    /// behind it.
    pub(in crate::specialise) fn power_of_floats(
        &mut self,
        base: Var,
        exponent: Var,
    ) -> Result<Var, Stop> {
        let result = self.emit.host(HostFunction::Pow, &[base, exponent])[0];
        let is_finite = self.emit.unary(UnaryOp::IsFinite, result);
        self.unless(is_finite, |walk| {
            let finite_base = walk.emit.unary(UnaryOp::IsFinite, base);
            let finite_exponent = walk.emit.unary(UnaryOp::IsFinite, exponent);
            let both = walk.emit.binary(BinaryOp::AndBool, finite_base, finite_exponent);
            let is_special = walk.emit.unary(UnaryOp::Not, both);
            // C99 and Python agree about infinities and NaN among the arguments.
            walk.unless(is_special, |walk| walk.no_power(base, result))
        })?;
        Ok(result)
    }

    fn no_power(&mut self, base: Var, result: Var) -> Result<(), Stop> {
        let zero = self.emit.float(0.0);
        let is_base = self.emit.compare_floats(Comparison::NotEqual, base, zero);
        self.raise_unless(is_base, ExceptionClass::ZERO_DIVISION, "zero to a negative power")?;
        let is_complex = self.emit.unary(UnaryOp::IsNan, result);
        let is_real = self.emit.unary(UnaryOp::Not, is_complex);
        self.leave_unless(is_real, "a complex power");
        self.raise(ExceptionClass::OVERFLOW, "a power that is too large")
    }
}
