//! Calls replaced by what the called function does.

use std::sync::Arc;

use super::rename::Shift;
use super::{Block, BlockId, Code, End, Local, Op, Operand, Program, Step};
use crate::Place;

/// A function does not grow beyond this by what is put into it.
const LARGEST: usize = 4_000;

/// The program of the first of the functions. Those that call themselves stay functions of their own.
pub(crate) fn program(mut functions: Vec<Code>) -> Program {
    functions.iter_mut().for_each(Code::tidy);
    for index in callees_first(&functions) {
        while let Some(call) = next_call(&functions, index) {
            let callee = functions[call.callee].clone();
            splice(&mut functions[index], &call, &callee);
        }
        functions[index].tidy();
    }
    keep_called(functions)
}

/// In an order in which a function comes after those that it calls, but for itself.
fn callees_first(functions: &[Code]) -> Vec<usize> {
    let mut order = Vec::new();
    let mut open = vec![(0, false)];
    let mut seen = vec![false; functions.len()];
    while let Some((index, is_left)) = open.pop() {
        if is_left {
            order.push(index);
        } else if !std::mem::replace(&mut seen[index], true) {
            open.push((index, true));
            open.extend(functions[index].callees().map(|callee| (callee, false)));
        }
    }
    order
}

/// Where a call stands.
struct CallSite {
    block: usize,
    step: usize,
    callee: usize,
}

/// The next call that can be replaced.
fn next_call(functions: &[Code], index: usize) -> Option<CallSite> {
    let size = functions[index].size();
    for (block, steps) in functions[index].blocks.iter().enumerate() {
        for (step, Step { op, .. }) in steps.steps.iter().enumerate() {
            if let Op::CallFunction { function: callee, .. } = *op
                && callee != index
                && !functions[callee].callees().any(|it| it == callee)
                && size + functions[callee].size() <= LARGEST
            {
                return Some(CallSite { block, step, callee });
            }
        }
    }
    None
}

/// The block ends where the call begins; what comes after it becomes a block of its own.
fn splice(caller: &mut Code, site: &CallSite, callee: &Code) {
    let shift = Shift { locals: caller.locals.len() as u32, blocks: caller.blocks.len() as u32 };
    let after = BlockId(shift.blocks + callee.blocks.len() as u32);
    caller.locals.extend(callee.locals.iter().map(|name| inner_name(callee, name)));
    let block = &mut caller.blocks[site.block];
    let rest = block.steps.split_off(site.step + 1);
    let Some(Step { op: Op::CallFunction { to, arguments, .. }, place }) = block.steps.pop() else {
        return;
    };
    block.steps.extend(begin(callee, arguments, shift, place));
    let on_exception = block.on_exception;
    let end = std::mem::replace(&mut block.end, End::Jump(shift.block_id(BlockId(0))));
    let end_place = std::mem::replace(&mut block.place, place);
    for inner in &callee.blocks {
        let inner = shift.block(inner.clone());
        let inner = back_to(inner, to, after);
        let landing = inner.on_exception.or(on_exception);
        caller.blocks.push(Block { on_exception: landing, ..inner });
    }
    caller.blocks.push(Block { steps: rest, end, place: end_place, on_exception });
}

/// For readers; a temporary stays one.
fn inner_name(callee: &Code, name: &Arc<str>) -> Arc<str> {
    match name.strip_prefix('%') {
        Some(rest) => format!("%{}.{rest}", callee.name).into(),
        None => format!("{}.{name}", callee.name).into(),
    }
}

/// Gives the parameters their arguments; the other names have no value yet, whatever an earlier call
/// left there.
fn begin(callee: &Code, arguments: Vec<Operand>, shift: Shift, place: Place) -> Vec<Step> {
    let local = |index: usize| shift.local(Local(index as u32));
    let given = arguments.into_iter().enumerate();
    let given = given.map(|(index, value)| Op::Set { to: local(index), value });
    let names = callee.locals.iter().enumerate().skip(callee.parameters);
    let names = names.filter(|(_, name)| !name.contains('%'));
    let unset = names.map(|(index, _)| Op::Unset { local: local(index), is_del: false });
    given.chain(unset).map(|op| Step { op, place }).collect()
}

fn back_to(mut block: Block, to: Local, after: BlockId) -> Block {
    if let End::Return(value) = block.end {
        block.steps.push(Step { op: Op::Set { to, value }, place: block.place });
        block.end = End::Jump(after);
    }
    block
}

/// Leaves out the functions that nobody calls any more.
fn keep_called(functions: Vec<Code>) -> Program {
    let mut kept = callees_first(&functions);
    kept.sort_unstable();
    let mut numbers = vec![0; functions.len()];
    for (number, index) in kept.iter().enumerate() {
        numbers[*index] = number;
    }
    let mut functions: Vec<Option<Code>> = functions.into_iter().map(Some).collect();
    let mut called: Vec<Code> = kept.iter().filter_map(|index| functions[*index].take()).collect();
    let steps = called.iter_mut().flat_map(|code| &mut code.blocks).flat_map(|it| &mut it.steps);
    for step in steps {
        if let Op::CallFunction { function, .. } = &mut step.op {
            *function = numbers[*function];
        }
    }
    Program { functions: called }
}

impl Code {
    fn size(&self) -> usize {
        self.blocks.iter().map(|block| block.steps.len() + 1).sum()
    }

    fn callees(&self) -> impl Iterator<Item = usize> {
        self.blocks.iter().flat_map(|block| &block.steps).filter_map(|step| match step.op {
            Op::CallFunction { function, .. } => Some(function),
            _ => None,
        })
    }
}
