//! Functions of `math`: `Modules/mathmodule.c` of CPython 3.11.

use super::parts::finite;
use super::{Builtin, Lowering, row};
use crate::code::BinaryOp as PythonOp;
use crate::exceptions::ExceptionClass;
use crate::ir::{BinaryOp, Comparison, HostFunction, UnaryOp, Var};
use crate::specialise::numbers::Numeric;
use crate::specialise::value::Value;
use crate::specialise::walk::{Stop, Walk};

/// A function of libm that Python calls with one float.
pub(in crate::specialise) struct OfOneFloat {
    function: HostFunction,
    /// What an infinity for a finite argument is: a `math range error`, else a domain error.
    can_overflow: bool,
}

const fn libm(name: &'static str, function: HostFunction, can_overflow: bool) -> Builtin {
    let lowering = Lowering::OfOneFloat(OfOneFloat { function, can_overflow });
    Builtin { name, arguments: 1..=1, lowering }
}

pub(super) const BUILTINS: &[Builtin] = &[
    libm("math.acos", HostFunction::Acos, false),
    libm("math.acosh", HostFunction::Acosh, false),
    libm("math.asin", HostFunction::Asin, false),
    libm("math.asinh", HostFunction::Asinh, false),
    libm("math.atan", HostFunction::Atan, false),
    libm("math.atanh", HostFunction::Atanh, false),
    libm("math.cbrt", HostFunction::Cbrt, false),
    libm("math.cos", HostFunction::Cos, false),
    libm("math.cosh", HostFunction::Cosh, true),
    libm("math.erf", HostFunction::Erf, false),
    libm("math.erfc", HostFunction::Erfc, false),
    libm("math.exp", HostFunction::Exp, true),
    libm("math.exp2", HostFunction::Exp2, true),
    libm("math.expm1", HostFunction::Expm1, true),
    libm("math.sin", HostFunction::Sin, false),
    libm("math.sinh", HostFunction::Sinh, true),
    libm("math.tan", HostFunction::Tan, false),
    libm("math.tanh", HostFunction::Tanh, false),
    row("math.atan2", 2..=2, atan2),
    row("math.ceil", 1..=1, ceil),
    row("math.copysign", 2..=2, copysign),
    row("math.degrees", 1..=1, degrees),
    row("math.fabs", 1..=1, fabs),
    row("math.floor", 1..=1, floor),
    row("math.fmod", 2..=2, fmod),
    row("math.isfinite", 1..=1, isfinite),
    row("math.isinf", 1..=1, isinf),
    row("math.isnan", 1..=1, isnan),
    row("math.log", 1..=2, log),
    row("math.log10", 1..=1, log10),
    row("math.log1p", 1..=1, log1p),
    row("math.log2", 1..=1, log2),
    row("math.pow", 2..=2, pow),
    row("math.radians", 1..=1, radians),
    row("math.sqrt", 1..=1, sqrt),
    row("math.trunc", 1..=1, trunc),
];

impl Walk<'_, '_> {
    pub(super) fn of_one_float(
        &mut self,
        function: &OfOneFloat,
        argument: &Value,
    ) -> Result<Value, Stop> {
        let x = self.float(argument)?;
        let result = self.emit.host(function.function, &[x])[0];
        self.check_result(x, result, function.can_overflow)?;
        Ok(Value::float(result))
    }

    /// `math_1`: NaN from a number, and an infinity from a finite one, are errors.
    fn check_result(&mut self, x: Var, result: Var, can_overflow: bool) -> Result<(), Stop> {
        let is_finite = self.emit.unary(UnaryOp::IsFinite, result);
        self.unless(is_finite, |walk| {
            let (from_nan, from_finite) =
                (walk.emit.unary(UnaryOp::IsNan, x), walk.emit.unary(UnaryOp::IsFinite, x));
            let is_nan = walk.emit.unary(UnaryOp::IsNan, result);
            let is_number = walk.emit.unary(UnaryOp::Not, is_nan);
            let may_be = walk.emit.binary(BinaryOp::OrBool, from_nan, is_number);
            walk.raise_unless(may_be, ExceptionClass::VALUE, "a math domain error")?;
            let new_infinity = walk.emit.binary(BinaryOp::AndBool, is_number, from_finite);
            let is_old = walk.emit.unary(UnaryOp::Not, new_infinity);
            let (class, reason) = if can_overflow {
                (ExceptionClass::OVERFLOW, "a math range error")
            } else {
                (ExceptionClass::VALUE, "a math domain error")
            };
            walk.raise_unless(is_old, class, reason)
        })
    }

    fn positive(&mut self, x: Var) -> Result<(), Stop> {
        let zero = self.emit.float(0.0);
        let is_too_low = self.emit.compare_floats(Comparison::LessEqual, x, zero);
        let is_fine = self.emit.unary(UnaryOp::Not, is_too_low);
        self.raise_unless(is_fine, ExceptionClass::VALUE, "a math domain error")
    }
}

fn sqrt(walk: &mut Walk<'_, '_>, arguments: &[Value]) -> Result<Value, Stop> {
    let x = walk.float(&arguments[0])?;
    let zero = walk.emit.float(0.0);
    let is_negative = walk.emit.compare_floats(Comparison::Less, x, zero);
    let is_fine = walk.emit.unary(UnaryOp::Not, is_negative);
    walk.raise_unless(is_fine, ExceptionClass::VALUE, "a math domain error")?;
    Ok(Value::float(walk.emit.unary(UnaryOp::SquareRoot, x)))
}

fn scaled(walk: &mut Walk<'_, '_>, argument: &Value, factor: f64) -> Result<Value, Stop> {
    let (x, factor) = (walk.float(argument)?, walk.emit.float(factor));
    Ok(Value::float(walk.emit.binary(BinaryOp::MultiplyFloat, x, factor)))
}

fn radians(walk: &mut Walk<'_, '_>, arguments: &[Value]) -> Result<Value, Stop> {
    scaled(walk, &arguments[0], std::f64::consts::PI / 180.0)
}

fn degrees(walk: &mut Walk<'_, '_>, arguments: &[Value]) -> Result<Value, Stop> {
    scaled(walk, &arguments[0], 180.0 / std::f64::consts::PI)
}

fn fabs(walk: &mut Walk<'_, '_>, arguments: &[Value]) -> Result<Value, Stop> {
    let x = walk.float(&arguments[0])?;
    Ok(Value::float(walk.emit.unary(UnaryOp::AbsoluteFloat, x)))
}

fn copysign(walk: &mut Walk<'_, '_>, arguments: &[Value]) -> Result<Value, Stop> {
    let (x, sign) = (walk.float(&arguments[0])?, walk.float(&arguments[1])?);
    Ok(Value::float(walk.emit.binary(BinaryOp::CopySign, x, sign)))
}

fn isnan(walk: &mut Walk<'_, '_>, arguments: &[Value]) -> Result<Value, Stop> {
    let x = walk.float(&arguments[0])?;
    Ok(Value::bool(walk.emit.unary(UnaryOp::IsNan, x)))
}

fn isfinite(walk: &mut Walk<'_, '_>, arguments: &[Value]) -> Result<Value, Stop> {
    let x = walk.float(&arguments[0])?;
    Ok(Value::bool(walk.emit.unary(UnaryOp::IsFinite, x)))
}

fn isinf(walk: &mut Walk<'_, '_>, arguments: &[Value]) -> Result<Value, Stop> {
    let x = walk.float(&arguments[0])?;
    let (size, infinity) =
        (walk.emit.unary(UnaryOp::AbsoluteFloat, x), walk.emit.float(f64::INFINITY));
    Ok(Value::bool(walk.emit.compare_floats(Comparison::Equal, size, infinity)))
}

fn floor(walk: &mut Walk<'_, '_>, arguments: &[Value]) -> Result<Value, Stop> {
    whole(walk, &arguments[0], UnaryOp::Floor)
}

fn ceil(walk: &mut Walk<'_, '_>, arguments: &[Value]) -> Result<Value, Stop> {
    whole(walk, &arguments[0], UnaryOp::Ceiling)
}

fn trunc(walk: &mut Walk<'_, '_>, arguments: &[Value]) -> Result<Value, Stop> {
    whole(walk, &arguments[0], UnaryOp::Truncate)
}

fn whole(walk: &mut Walk<'_, '_>, argument: &Value, op: UnaryOp) -> Result<Value, Stop> {
    match walk.numeric(argument)? {
        Numeric::Int(var) => Ok(Value::int(var)),
        Numeric::Float(var) => {
            let whole = walk.emit.unary(op, var);
            walk.int_of_float(whole)
        }
    }
}

fn log(walk: &mut Walk<'_, '_>, arguments: &[Value]) -> Result<Value, Stop> {
    let x = logarithm(walk, &arguments[0], HostFunction::Log)?;
    match arguments.get(1) {
        None => Ok(x),
        Some(base) => {
            let base = logarithm(walk, base, HostFunction::Log)?;
            walk.arithmetic(PythonOp::Divide, &x, &base)
        }
    }
}

fn log2(walk: &mut Walk<'_, '_>, arguments: &[Value]) -> Result<Value, Stop> {
    logarithm(walk, &arguments[0], HostFunction::Log2)
}

fn log10(walk: &mut Walk<'_, '_>, arguments: &[Value]) -> Result<Value, Stop> {
    logarithm(walk, &arguments[0], HostFunction::Log10)
}

/// `loghelper`: an int of 64 bits is a float first.
fn logarithm(
    walk: &mut Walk<'_, '_>,
    argument: &Value,
    function: HostFunction,
) -> Result<Value, Stop> {
    let x = walk.float(argument)?;
    walk.positive(x)?;
    Ok(Value::float(walk.emit.host(function, &[x])[0]))
}

/// `m_log1p` gives zeros back as they are.
fn log1p(walk: &mut Walk<'_, '_>, arguments: &[Value]) -> Result<Value, Stop> {
    let x = walk.float(&arguments[0])?;
    let result = walk.emit.host(HostFunction::Log1p, &[x])[0];
    walk.check_result(x, result, false)?;
    let zero = walk.emit.float(0.0);
    let is_zero = walk.emit.compare_floats(Comparison::Equal, x, zero);
    Ok(Value::float(walk.emit.select(is_zero, x, result)))
}

/// Infinities are `m_atan2`'s own.
fn atan2(walk: &mut Walk<'_, '_>, arguments: &[Value]) -> Result<Value, Stop> {
    let (y, x) = (finite(walk, &arguments[0])?, finite(walk, &arguments[1])?);
    Ok(Value::float(walk.emit.host(HostFunction::Atan2, &[y, x])[0]))
}

fn fmod(walk: &mut Walk<'_, '_>, arguments: &[Value]) -> Result<Value, Stop> {
    let (x, y) = (finite(walk, &arguments[0])?, finite(walk, &arguments[1])?);
    let zero = walk.emit.float(0.0);
    let is_divisor = walk.emit.compare_floats(Comparison::NotEqual, y, zero);
    walk.raise_unless(is_divisor, ExceptionClass::VALUE, "a math domain error")?;
    Ok(Value::float(walk.emit.host(HostFunction::Fmod, &[x, y])[0]))
}

/// `math.pow` raises other errors than `**`: a domain error for zero to a negative power, and for
/// what would be complex.
fn pow(walk: &mut Walk<'_, '_>, arguments: &[Value]) -> Result<Value, Stop> {
    let (x, y) = (finite(walk, &arguments[0])?, finite(walk, &arguments[1])?);
    let result = walk.emit.host(HostFunction::Pow, &[x, y])[0];
    let is_finite = walk.emit.unary(UnaryOp::IsFinite, result);
    walk.unless(is_finite, |walk| {
        let is_nan = walk.emit.unary(UnaryOp::IsNan, result);
        let zero = walk.emit.float(0.0);
        let of_zero = walk.emit.compare_floats(Comparison::Equal, x, zero);
        let is_domain = walk.emit.binary(BinaryOp::OrBool, is_nan, of_zero);
        let is_range = walk.emit.unary(UnaryOp::Not, is_domain);
        walk.raise_unless(is_range, ExceptionClass::VALUE, "a math domain error")?;
        walk.raise(ExceptionClass::OVERFLOW, "a math range error")
    })?;
    Ok(Value::float(result))
}
