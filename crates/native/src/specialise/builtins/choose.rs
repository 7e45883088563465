//! `min` and `max`: `Python/bltinmodule.c`, `min_max`.

use super::of_lists;
use crate::code::{CompareOp, Local};
use crate::exceptions::ExceptionClass;
use crate::ir::Var;
use crate::specialise::shape::Shape;
use crate::specialise::value::Value;
use crate::specialise::walk::{Stop, Walk};

/// Behind items of two types there are no more than so many: each may go on in two ways.
const MANY: usize = 100;

pub(super) fn max(walk: &mut Walk<'_, '_>, to: Local, arguments: &[Value]) -> Result<(), Stop> {
    of_arguments(walk, to, arguments, CompareOp::Greater)
}

pub(super) fn min(walk: &mut Walk<'_, '_>, to: Local, arguments: &[Value]) -> Result<(), Stop> {
    of_arguments(walk, to, arguments, CompareOp::Less)
}

fn of_arguments(
    walk: &mut Walk<'_, '_>,
    to: Local,
    arguments: &[Value],
    better: CompareOp,
) -> Result<(), Stop> {
    if let [only] = arguments
        && let Shape::List(ty) = only.shape
    {
        let best = of_lists::choose(walk, (ty, only.vars[0]), better)?;
        walk.assign(to, &best);
        return Ok(());
    }
    let items = match arguments {
        [only] if only.shape == Shape::EmptyList => vec![],
        [only] => match only.items() {
            Some(items) => items,
            None => return walk.leave("min or max of an iterable"),
        },
        several => several.to_vec(),
    };
    let Some((first, rest)) = items.split_first() else {
        return walk.raise(ExceptionClass::VALUE, "min or max of nothing");
    };
    choose(walk, to, first.clone(), rest, better)
}

/// A later item only wins if it is better.
fn choose(
    walk: &mut Walk<'_, '_>,
    to: Local,
    mut best: Value,
    rest: &[Value],
    better: CompareOp,
) -> Result<(), Stop> {
    for (at, next) in rest.iter().enumerate() {
        let wins = walk.compare(better, next, &best)?;
        let wins = walk.bool_var(&wins);
        if next.shape != best.shape || next.vars.len() != 1 {
            return either(walk, to, wins, [next, &best], &rest[at + 1..], better);
        }
        best.vars = vec![walk.emit.select(wins, next.vars[0], best.vars[0])];
        best.constant = None;
    }
    walk.assign(to, &best);
    Ok(())
}

/// The best keeps its type, so items of several types go on in several ways.
fn either(
    walk: &mut Walk<'_, '_>,
    to: Local,
    wins: Var,
    [next, best]: [&Value; 2],
    behind: &[Value],
    better: CompareOp,
) -> Result<(), Stop> {
    if behind.len() > MANY {
        return walk.leave("min or max of many values of several types");
    }
    let point = walk.next_point();
    walk.fork(
        wins,
        |walk| choose(walk, to, next.clone(), behind, better).and_then(|()| walk.go_to(point)),
        |walk| choose(walk, to, best.clone(), behind, better).and_then(|()| walk.go_to(point)),
    )
}
