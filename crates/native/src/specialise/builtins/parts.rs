//! Functions of `math` that take a float apart, put one together or compare two.

use super::{Builtin, row};
use crate::exceptions::ExceptionClass;
use crate::ir::{BinaryOp, Comparison, HostFunction, UnaryOp, Var};
use crate::specialise::value::Value;
use crate::specialise::walk::{Stop, Walk};

pub(super) const BUILTINS: &[Builtin] = &[
    row("math.frexp", 1..=1, frexp).about(
        "float -> a float and an int",
        "an infinity or NaN",
        &["float 0.2 exotic: math.frexp({f})[0]", "int 0.2 exotic: math.frexp({f})[1]"],
    ),
    row("math.isclose", 2..=2, isclose).about(
        "two floats -> bool",
        "an infinity or NaN",
        &[
            "bool 0.4: math.isclose({f}, {f})",
            "bool 0.3 exotic: math.isclose({f}, {f}, rel_tol=0.5)",
        ],
    ),
    row("math.ldexp", 2..=2, ldexp).about(
        "float, int -> float",
        "an infinity or NaN; a math range error",
        &["float 0.3: math.ldexp({f}, {c})", "float 0.2 risky: math.ldexp({f}, {i})"],
    ),
    row("math.modf", 1..=1, modf).about(
        "float -> two floats",
        "an infinity or NaN",
        &["float 0.2 exotic: math.modf({f})[0]"],
    ),
    row("math.remainder", 2..=2, remainder).about(
        "two floats -> float",
        "an infinity or NaN; a math domain error",
        &["float 0.3 risky: math.remainder({f}, {f})"],
    ),
];

/// What is infinite or no number has rules of its own.
pub(super) fn finite(walk: &mut Walk<'_, '_>, argument: &Value) -> Result<Var, Stop> {
    let var = walk.float(argument)?;
    let is_finite = walk.emit.unary(UnaryOp::IsFinite, var);
    walk.leave_unless(is_finite, "an infinity or NaN");
    Ok(var)
}

fn frexp(walk: &mut Walk<'_, '_>, arguments: &[Value]) -> Result<Value, Stop> {
    let x = finite(walk, &arguments[0])?;
    let parts = walk.emit.host(HostFunction::Frexp, &[x]);
    Ok(Value::tuple(&[Value::float(parts[0]), Value::int(parts[1])]))
}

/// The fraction of a finite number is exact, and has the number's sign even where it is zero.
fn modf(walk: &mut Walk<'_, '_>, arguments: &[Value]) -> Result<Value, Stop> {
    let x = finite(walk, &arguments[0])?;
    let whole = walk.emit.unary(UnaryOp::Truncate, x);
    let fraction = walk.emit.binary(BinaryOp::SubtractFloat, x, whole);
    let fraction = walk.emit.binary(BinaryOp::CopySign, fraction, x);
    Ok(Value::tuple(&[Value::float(fraction), Value::float(whole)]))
}

fn ldexp(walk: &mut Walk<'_, '_>, arguments: &[Value]) -> Result<Value, Stop> {
    let x = finite(walk, &arguments[0])?;
    let exponent = walk.int(&arguments[1])?;
    let result = walk.emit.host(HostFunction::Ldexp, &[x, exponent])[0];
    let is_finite = walk.emit.unary(UnaryOp::IsFinite, result);
    walk.raise_unless(is_finite, ExceptionClass::OVERFLOW, "a math range error")?;
    Ok(Value::float(result))
}

fn remainder(walk: &mut Walk<'_, '_>, arguments: &[Value]) -> Result<Value, Stop> {
    let (x, y) = (finite(walk, &arguments[0])?, finite(walk, &arguments[1])?);
    let zero = walk.emit.float(0.0);
    let is_divisor = walk.emit.compare_floats(Comparison::NotEqual, y, zero);
    walk.raise_unless(is_divisor, ExceptionClass::VALUE, "a math domain error")?;
    Ok(Value::float(walk.emit.host(HostFunction::Remainder, &[x, y])[0]))
}

/// With the default tolerances: relative 1e-9, absolute none.
fn isclose(walk: &mut Walk<'_, '_>, arguments: &[Value]) -> Result<Value, Stop> {
    let (a, b) = (finite(walk, &arguments[0])?, finite(walk, &arguments[1])?);
    let difference = walk.emit.binary(BinaryOp::SubtractFloat, b, a);
    let difference = walk.emit.unary(UnaryOp::AbsoluteFloat, difference);
    let same = walk.emit.compare_floats(Comparison::Equal, a, b);
    let near_a = is_within(walk, difference, a);
    let near_b = is_within(walk, difference, b);
    let near = walk.emit.binary(BinaryOp::OrBool, near_a, near_b);
    Ok(Value::bool(walk.emit.binary(BinaryOp::OrBool, same, near)))
}

fn is_within(walk: &mut Walk<'_, '_>, difference: Var, value: Var) -> Var {
    let relative = walk.emit.float(1e-9);
    let bound = walk.emit.binary(BinaryOp::MultiplyFloat, relative, value);
    let bound = walk.emit.unary(UnaryOp::AbsoluteFloat, bound);
    walk.emit.compare_floats(Comparison::LessEqual, difference, bound)
}
