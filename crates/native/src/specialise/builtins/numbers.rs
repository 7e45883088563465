//! `abs`, `bool`, `divmod`, `float` and `pow`.

use crate::code::{BinaryOp, Local};
use crate::exceptions::ExceptionClass;
use crate::ir::{CheckedOp, Comparison, HostFunction, Op, Type, UnaryOp};
use crate::specialise::numbers::Numeric;
use crate::specialise::shape::Shape;
use crate::specialise::value::Value;
use crate::specialise::walk::{Stop, Walk};

pub(super) fn abs(walk: &mut Walk<'_, '_>, arguments: &[Value]) -> Result<Value, Stop> {
    let int = match walk.numeric(&arguments[0])? {
        Numeric::Float(var) => {
            return Ok(Value::float(walk.emit.unary(UnaryOp::AbsoluteFloat, var)));
        }
        Numeric::Int(var) => var,
    };
    let result = walk.emit.fresh(Type::Int);
    walk.emit.copy(result, int);
    let zero = walk.emit.int(0);
    let is_positive = walk.emit.compare_ints(Comparison::GreaterEqual, int, zero);
    walk.unless(is_positive, |walk| {
        let negated = walk.checked(CheckedOp::Subtract, zero, int);
        walk.emit.push(Op::Copy { to: result, from: negated });
        Ok(())
    })?;
    Ok(Value::int(result))
}

pub(super) fn bool(walk: &mut Walk<'_, '_>, arguments: &[Value]) -> Result<Value, Stop> {
    match arguments.first() {
        Some(value) => walk.truth(value),
        None => Ok(Value::truth(false)),
    }
}

pub(super) fn float(walk: &mut Walk<'_, '_>, arguments: &[Value]) -> Result<Value, Stop> {
    match arguments.first() {
        Some(value) if matches!(value.shape, Shape::Tuple(_) | Shape::Range) => {
            walk.raise(ExceptionClass::TYPE, "a float of what is no number")
        }
        Some(value) => Ok(Value::float(walk.float(value)?)),
        None => Ok(Value::float(walk.emit.float(0.0))),
    }
}

pub(super) fn divmod(walk: &mut Walk<'_, '_>, arguments: &[Value]) -> Result<Value, Stop> {
    let quotient = walk.arithmetic(BinaryOp::FloorDivide, &arguments[0], &arguments[1])?;
    let rest = walk.arithmetic(BinaryOp::Modulo, &arguments[0], &arguments[1])?;
    Ok(Value::tuple(&[quotient, rest]))
}

pub(super) fn pow(walk: &mut Walk<'_, '_>, to: Local, arguments: &[Value]) -> Result<(), Stop> {
    let [base, exponent, modulus] = arguments else {
        return walk.power(to, &arguments[0], &arguments[1]);
    };
    if modulus.shape == Shape::None {
        return walk.power(to, base, exponent);
    }
    let numbers = (walk.numeric(base)?, walk.numeric(exponent)?, walk.numeric(modulus)?);
    let (Numeric::Int(base), Numeric::Int(exponent), Numeric::Int(modulus)) = numbers else {
        return walk.raise(ExceptionClass::TYPE, "pow with a modulus and floats");
    };
    let zero = walk.emit.int(0);
    let is_modulus = walk.emit.compare_ints(Comparison::NotEqual, modulus, zero);
    walk.raise_unless(is_modulus, ExceptionClass::VALUE, "pow with a modulus of zero")?;
    let is_plain = walk.emit.compare_ints(Comparison::GreaterEqual, exponent, zero);
    walk.leave_unless(is_plain, "an inverse with a modulus");
    let result = walk.emit.host(HostFunction::IntPowerModulo, &[base, exponent, modulus]);
    walk.assign(to, &Value::int(result[0]));
    Ok(())
}
