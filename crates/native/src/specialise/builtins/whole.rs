//! Functions of `math` over ints.

use super::{Builtin, row};
use crate::exceptions::ExceptionClass;
use crate::ir::{Comparison, HostFunction};
use crate::specialise::value::Value;
use crate::specialise::walk::{Stop, Walk};

pub(super) const BUILTINS: &[Builtin] = &[
    row("math.gcd", super::ANY, gcd).about(
        "ints -> int",
        "an int of more than 64 bits",
        &["int 0.3: math.gcd({i}, {i})"],
    ),
    row("math.isqrt", 1..=1, isqrt).about(
        "int -> int",
        "a negative int",
        &["int 0.3: math.isqrt(abs({i}))", "int 0.2 risky: math.isqrt({i})"],
    ),
];

fn gcd(walk: &mut Walk<'_, '_>, arguments: &[Value]) -> Result<Value, Stop> {
    let mut result = walk.emit.int(0);
    for argument in arguments {
        let int = walk.int(argument)?;
        let next = walk.emit.host(HostFunction::Gcd, &[result, int]);
        walk.leave_unless(next[1], "an int of more than 64 bits");
        result = next[0];
    }
    Ok(Value::int(result))
}

fn isqrt(walk: &mut Walk<'_, '_>, arguments: &[Value]) -> Result<Value, Stop> {
    let int = walk.int(&arguments[0])?;
    let zero = walk.emit.int(0);
    let has_root = walk.emit.compare_ints(Comparison::GreaterEqual, int, zero);
    walk.raise_unless(has_root, ExceptionClass::VALUE, "a root of a negative int")?;
    Ok(Value::int(walk.emit.host(HostFunction::Isqrt, &[int])[0]))
}
