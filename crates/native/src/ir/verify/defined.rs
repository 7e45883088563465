//! Each variable is set before it is used, on every path from the entry.

use super::super::{End, Function, Op, Var};
use super::{Fault, Verified, fault, successors};

/// The variables that are set for certain, one bit each.
#[derive(Clone, PartialEq)]
struct Defined(Vec<u64>);

impl Defined {
    fn none(variables: usize) -> Self {
        Self(vec![0; variables.div_ceil(64)])
    }

    fn set(&mut self, var: Var) {
        self.0[var.0 as usize / 64] |= 1 << (var.0 % 64);
    }

    fn has(&self, var: Var) -> bool {
        self.0[var.0 as usize / 64] >> (var.0 % 64) & 1 == 1
    }

    /// Keeps what is in both; says whether that is less than before.
    fn meet(&mut self, other: &Self) -> bool {
        let mut is_less = false;
        for (mine, theirs) in self.0.iter_mut().zip(&other.0) {
            is_less |= *mine & !theirs != 0;
            *mine &= theirs;
        }
        is_less
    }
}

/// Trusts that all indices are in range.
pub(super) fn check(function: &Function) -> Verified {
    let at_begin = reach(function);
    for (index, (block, begin)) in function.blocks.iter().zip(at_begin).enumerate() {
        let Some(mut defined) = begin else { continue };
        for (place, op) in block.ops.iter().enumerate() {
            if let Some(var) = op.uses().into_iter().find(|var| !defined.has(*var)) {
                return Err(unset(function, var, index, Some(place)));
            }
            for var in op.sets() {
                defined.set(var);
            }
        }
        let at_end = match &block.end {
            End::Branch { test, .. } => std::slice::from_ref(test),
            End::Return(values) => values,
            End::Jump(_) | End::Exit(_) => &[],
        };
        if let Some(var) = at_end.iter().find(|var| !defined.has(**var)) {
            return Err(unset(function, *var, index, None));
        }
    }
    Ok(())
}

fn unset(function: &Function, var: Var, block: usize, op: Option<usize>) -> Fault {
    let what = format!("{} may have no value", function.named(var));
    Fault { block: Some(block), op, ..fault(what) }
}

/// What is set at the begin of each block; None for those that nothing leads to.
fn reach(function: &Function) -> Vec<Option<Defined>> {
    let mut at_begin: Vec<Option<Defined>> = vec![None; function.blocks.len()];
    let mut entry = Defined::none(function.variables.len());
    function.parameters.iter().for_each(|var| entry.set(*var));
    at_begin[0] = Some(entry);
    let mut waiting = vec![0];
    while let Some(index) = waiting.pop() {
        let Some(mut defined) = at_begin[index].clone() else { continue };
        let block = &function.blocks[index];
        block.ops.iter().flat_map(Op::sets).for_each(|var| defined.set(var));
        for next in successors(block) {
            let is_news = match &mut at_begin[next] {
                Some(known) => known.meet(&defined),
                unknown => {
                    *unknown = Some(defined.clone());
                    true
                }
            };
            if is_news {
                waiting.push(next);
            }
        }
    }
    at_begin
}
