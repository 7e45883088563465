//! `int` and `round`: `Objects/floatobject.c`, `float___trunc___impl` and `float___round___impl`.

use crate::exceptions::ExceptionClass;
use crate::ir::{BinaryOp, Comparison, HostFunction, Op, Type, UnaryOp, Var};
use crate::specialise::numbers::Numeric;
use crate::specialise::shape::Shape;
use crate::specialise::value::Value;
use crate::specialise::walk::{Stop, Walk};

/// The first float beyond 64 bits.
const BEYOND: f64 = 9_223_372_036_854_775_808.0;

impl Walk<'_, '_> {
    /// A float without a fraction as an int, as `PyLong_FromDouble` makes one.
    pub(super) fn int_of_float(&mut self, float: Var) -> Result<Value, Stop> {
        let is_number = self.emit.compare_floats(Comparison::Equal, float, float);
        self.raise_unless(is_number, ExceptionClass::VALUE, "an int of NaN")?;
        let size = self.emit.unary(UnaryOp::AbsoluteFloat, float);
        let infinity = self.emit.float(f64::INFINITY);
        let is_finite = self.emit.compare_floats(Comparison::Less, size, infinity);
        self.raise_unless(is_finite, ExceptionClass::OVERFLOW, "an int of an infinity")?;
        let (low, high) = (self.emit.float(-BEYOND), self.emit.float(BEYOND));
        let above = self.emit.compare_floats(Comparison::GreaterEqual, float, low);
        let below = self.emit.compare_floats(Comparison::Less, float, high);
        let fits = self.emit.binary(BinaryOp::AndBool, above, below);
        self.leave_unless(fits, "an int of more than 64 bits");
        Ok(Value::int(self.emit.unary(UnaryOp::FloatToInt, float)))
    }
}

pub(super) fn int(walk: &mut Walk<'_, '_>, arguments: &[Value]) -> Result<Value, Stop> {
    let Some(value) = arguments.first() else {
        return Ok(Value::int(walk.emit.int(0)));
    };
    match walk.numeric(value)? {
        Numeric::Int(var) => Ok(Value::int(var)),
        Numeric::Float(var) => walk.int_of_float(var),
    }
}

pub(super) fn round(walk: &mut Walk<'_, '_>, arguments: &[Value]) -> Result<Value, Stop> {
    let number = walk.numeric(&arguments[0])?;
    let digits = arguments.get(1).filter(|digits| digits.shape != Shape::None);
    match (number, digits) {
        (Numeric::Int(var), None) => Ok(Value::int(var)),
        (Numeric::Float(var), None) => {
            let whole = walk.emit.host(HostFunction::RoundHalfEven, &[var])[0];
            walk.int_of_float(whole)
        }
        (Numeric::Int(var), Some(digits)) => {
            let digits = walk.int(digits)?;
            let rounded = walk.emit.host(HostFunction::RoundIntDigits, &[var, digits]);
            walk.leave_unless(rounded[1], "an int of more than 64 bits");
            Ok(Value::int(rounded[0]))
        }
        (Numeric::Float(var), Some(digits)) => {
            let digits = walk.int(digits)?;
            round_digits(walk, var, digits)
        }
    }
}

/// What is not finite stays as it is; a finite number may become too large by rounding.
fn round_digits(walk: &mut Walk<'_, '_>, float: Var, digits: Var) -> Result<Value, Stop> {
    let result = walk.emit.fresh(Type::Float);
    walk.emit.copy(result, float);
    let is_finite = walk.emit.unary(UnaryOp::IsFinite, float);
    let is_special = walk.emit.unary(UnaryOp::Not, is_finite);
    walk.unless(is_special, |walk| {
        let rounded = walk.emit.host(HostFunction::RoundDigits, &[float, digits]);
        walk.leave_unless(rounded[1], "a float that is rounded to many digits");
        let fits = walk.emit.unary(UnaryOp::IsFinite, rounded[0]);
        walk.raise_unless(fits, ExceptionClass::OVERFLOW, "a rounded float that is too large")?;
        walk.emit.push(Op::Copy { to: result, from: rounded[0] });
        Ok(())
    })?;
    Ok(Value::float(result))
}
