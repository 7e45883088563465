//! `enumerate`, `len`, `range` and `zip`.

use std::sync::Arc;

use crate::exceptions::ExceptionClass;
use crate::ir::{Comparison, Var};
use crate::specialise::numbers::Numeric;
use crate::specialise::shape::{Iterated, Shape};
use crate::specialise::value::Value;
use crate::specialise::walk::{Stop, Walk};

pub(super) fn range(walk: &mut Walk<'_, '_>, arguments: &[Value]) -> Result<Value, Stop> {
    let ints = arguments.iter().map(|value| walk.int(value)).collect::<Result<Vec<Var>, Stop>>()?;
    let (start, stop, step) = match ints[..] {
        [stop] => (walk.emit.int(0), stop, walk.emit.int(1)),
        [start, stop] => (start, stop, walk.emit.int(1)),
        [start, stop, step, ..] => {
            let zero = walk.emit.int(0);
            let is_step = walk.emit.compare_ints(Comparison::NotEqual, step, zero);
            walk.raise_unless(is_step, ExceptionClass::VALUE, "a range with a step of zero")?;
            (start, stop, step)
        }
        [] => return walk.raise(ExceptionClass::TYPE, "range without arguments"),
    };
    Ok(Value::of(Shape::Range, vec![start, stop, step]))
}

pub(super) fn len(walk: &mut Walk<'_, '_>, arguments: &[Value]) -> Result<Value, Stop> {
    match &arguments[0].shape {
        Shape::Tuple(items) => Ok(Value::int(walk.emit.int(items.len() as i64))),
        Shape::EmptyList => Ok(Value::int(walk.emit.int(0))),
        Shape::List(_) => Ok(Value::int(walk.list_length(arguments[0].vars[0]))),
        Shape::Range => Ok(Value::int(walk.range_length(&arguments[0])?)),
        _ => walk.raise(ExceptionClass::TYPE, "len of what has none"),
    }
}

pub(super) fn enumerate(walk: &mut Walk<'_, '_>, arguments: &[Value]) -> Result<Value, Stop> {
    let inner = walk.iterate(&arguments[0])?;
    let start = match arguments.get(1) {
        None => walk.emit.int(0),
        Some(start) => match walk.numeric(start)? {
            Numeric::Int(var) => var,
            Numeric::Float(_) => {
                return walk.raise(ExceptionClass::TYPE, "enumerate from a float");
            }
        },
    };
    // Counting beyond 64 bits would need as many steps.
    let limit = walk.emit.int(i64::MAX >> 1);
    let is_low = walk.emit.compare_ints(Comparison::Less, start, limit);
    walk.leave_unless(is_low, "enumerate from a large number");
    let Shape::Iterator(iterated) = inner.shape else {
        return walk.leave("enumerate of what is no iterator");
    };
    let vars = [vec![start], inner.vars].concat();
    Ok(Value::of(Shape::Iterator(Iterated::Enumerate(Arc::new(iterated))), vars))
}

pub(super) fn zip(walk: &mut Walk<'_, '_>, arguments: &[Value]) -> Result<Value, Stop> {
    let (mut inner, mut vars) = (Vec::new(), Vec::new());
    for argument in arguments {
        let iterator = walk.iterate(argument)?;
        let Shape::Iterator(iterated) = iterator.shape else {
            return walk.leave("zip of what is no iterator");
        };
        inner.push(iterated);
        vars.extend(iterator.vars);
    }
    Ok(Value::of(Shape::Iterator(Iterated::Zip(inner.into())), vars))
}
