//! The shape of a module's graphs, as far as code generation asks.

use crate::ir::{Function, Module, Op};

/// A function does not grow beyond this many operations by being put into itself.
const LARGEST: usize = 300;

/// Whether a row takes about the same short time whatever its values are, so that rows that nobody
/// asked for may be computed too: no loops (they poll) and no calls.
pub(super) fn is_straight(function: &Function) -> bool {
    !function.ops().any(|op| matches!(op, Op::Poll | Op::Call { .. }))
}

/// How many levels of a function's calls of itself become part of its code. All in all it has a
/// number of levels that divides [`super::DEPTH`], so that recursion goes down to that very depth.
pub(super) fn levels(module: &Module, index: usize) -> usize {
    let ops = || module.functions[index].ops();
    let is_of_itself =
        |op: &&Op| matches!(op, Op::Call { function, .. } if function.0 as usize == index);
    let (size, calls) = (ops().count(), ops().filter(is_of_itself).count() as u32);
    let bodies = |levels: u32| (0..=levels).map(|level| calls.saturating_pow(level) as usize);
    let fits = |levels: &u32| {
        let bodies = bodies(*levels).fold(0, usize::saturating_add);
        calls > 0 && size.saturating_mul(bodies) <= LARGEST
    };
    [3, 1].into_iter().find(fits).unwrap_or(0) as usize
}

/// Which functions are called by others or themselves.
pub(super) fn called(module: &Module) -> Vec<bool> {
    let mut is_called = vec![false; module.functions.len()];
    for op in module.ops() {
        if let Op::Call { function, .. } = op {
            is_called[function.0 as usize] = true;
        }
    }
    is_called
}
