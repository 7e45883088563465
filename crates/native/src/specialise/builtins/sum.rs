//! `sum`: `Python/bltinmodule.c`, `builtin_sum_impl`.

use super::of_lists;
use crate::code::BinaryOp;
use crate::exceptions::ExceptionClass;
use crate::ir::{CheckedOp, Var};
use crate::specialise::shape::Shape;
use crate::specialise::value::Value;
use crate::specialise::walk::{Stop, Walk};

/// Of ints: floats are added in another way from Python 3.12 on.
pub(super) fn sum(walk: &mut Walk<'_, '_>, arguments: &[Value]) -> Result<Value, Stop> {
    let start = match arguments.get(1) {
        None => Value::int(walk.emit.int(0)),
        Some(start) => start.clone(),
    };
    match &arguments[0].shape {
        // Over nothing it is what it begins with, whatever that is.
        Shape::Range if start.shape != Shape::Int => walk.leave("a sum from what is no int"),
        Shape::Range => {
            let total = sum_of_range(walk, &arguments[0])?;
            added(walk, &start, &total)
        }
        Shape::Tuple(_) => {
            let items = arguments[0].items().unwrap_or_default();
            items.iter().try_fold(start, |total, item| added(walk, &total, item))
        }
        Shape::List(ty) => of_lists::sum(walk, (*ty, arguments[0].vars[0]), &start),
        Shape::EmptyList => Ok(start),
        Shape::Iterator(_) => walk.leave("a sum over an iterator"),
        _ => walk.raise(ExceptionClass::TYPE, "a sum over what is no iterable"),
    }
}

fn added(walk: &mut Walk<'_, '_>, total: &Value, item: &Value) -> Result<Value, Stop> {
    if [total, item].iter().any(|value| value.shape == Shape::Float) {
        return walk.leave("a sum of floats");
    }
    walk.arithmetic(BinaryOp::Add, total, item)
}

/// `n * start + step * (n * (n - 1) / 2)`; it leaves where a part has more than 64 bits.
fn sum_of_range(walk: &mut Walk<'_, '_>, range: &Value) -> Result<Value, Stop> {
    let length = walk.range_length(range)?;
    let (start, step): (Var, Var) = (range.vars[0], range.vars[2]);
    let (one, two) = (walk.emit.int(1), walk.emit.int(2));
    let before = walk.checked(CheckedOp::Subtract, length, one);
    let pairs = walk.checked(CheckedOp::Multiply, length, before);
    let triangle = walk.checked(CheckedOp::FloorDivide, pairs, two);
    let steps = walk.checked(CheckedOp::Multiply, step, triangle);
    let starts = walk.checked(CheckedOp::Multiply, length, start);
    Ok(Value::int(walk.checked(CheckedOp::Add, starts, steps)))
}
