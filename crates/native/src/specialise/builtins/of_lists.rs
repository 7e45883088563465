//! `sum`, `min` and `max` over a list of numbers.

use crate::code::CompareOp;
use crate::exceptions::ExceptionClass;
use crate::ir::{CheckedOp, Comparison, Op, Type, Var};
use crate::specialise::numbers::Numeric;
use crate::specialise::shape::Shape;
use crate::specialise::value::Value;
use crate::specialise::walk::{Stop, Walk};

/// Floats are added in another way from Python 3.12 on, so they are the interpreter's.
pub(super) fn sum(
    walk: &mut Walk<'_, '_>,
    (ty, list): (Type, Var),
    start: &Value,
) -> Result<Value, Stop> {
    if ty.item() == Some(Type::Float) {
        return walk.refuse("a sum of a list of floats");
    }
    // Over nothing it is what it begins with, a bool or None too.
    if start.shape != Shape::Int {
        let (length, zero) = (walk.list_length(list), walk.emit.int(0));
        let has_items = walk.emit.compare_ints(Comparison::Greater, length, zero);
        walk.leave_unless(has_items, "a sum of nothing from what is no int");
    }
    let Numeric::Int(start) = walk.numeric(start)? else {
        return walk.leave("a sum of floats");
    };
    let total = walk.emit.fresh(Type::Int);
    walk.emit.copy(total, start);
    walk.each_item((ty, list), 0, |walk, item| {
        let next = walk.checked(CheckedOp::Add, total, item);
        walk.emit.copy(total, next);
    });
    Ok(Value::int(total))
}

/// The first item, unless a later one is better.
pub(super) fn choose(
    walk: &mut Walk<'_, '_>,
    (ty, list): (Type, Var),
    better: CompareOp,
) -> Result<Value, Stop> {
    let (length, zero) = (walk.list_length(list), walk.emit.int(0));
    let has_items = walk.emit.compare_ints(Comparison::Greater, length, zero);
    walk.raise_unless(has_items, ExceptionClass::VALUE, "min or max of nothing")?;
    let is_float = ty.item() == Some(Type::Float);
    let best = walk.emit.fresh(if is_float { Type::Float } else { Type::Int });
    let exit = walk.exit("min or max of nothing");
    walk.emit.push(Op::Item { to: best, array: list, index: zero, exit });
    let how = if better == CompareOp::Less { Comparison::Less } else { Comparison::Greater };
    walk.each_item((ty, list), 1, |walk, item| {
        let wins = if is_float {
            walk.emit.compare_floats(how, item, best)
        } else {
            walk.emit.compare_ints(how, item, best)
        };
        let next = walk.emit.select(wins, item, best);
        walk.emit.copy(best, next);
    });
    Ok(if is_float { Value::float(best) } else { Value::int(best) })
}
