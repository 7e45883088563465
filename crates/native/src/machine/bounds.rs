//! Items of lists that are certainly there, so that code need not look.
//!
//! A loop over a list asks `index < length` and reads the item in the block behind, to which nothing
//! else leads. There the item is in front of the end, for lists never become shorter. It is not in
//! front of the begin if the index is a counter: all that is ever put into such a variable is a
//! constant that is not negative, or a counter, or a counter and one. That the last would get beyond
//! 64 bits takes as many steps, which is centuries.

use std::collections::HashSet;

use crate::ir::{BinaryOp, Block, Comparison, Constant, End, Function, Op, Var};

/// Items that are there, as list and index.
type Known = Vec<(Var, Var)>;

/// What is known of a function, block by block.
pub(super) struct Bounds {
    /// At the begin of each block; empty where nothing is known anywhere.
    blocks: Vec<Known>,
    here: Known,
}

impl Bounds {
    pub(super) fn of(function: &Function) -> Self {
        let has_items = function.ops().any(|op| matches!(op, Op::Item { .. }));
        let blocks = if has_items { known(function) } else { Vec::new() };
        Self { blocks, here: Known::new() }
    }

    pub(super) fn begin(&mut self, block: usize) {
        self.here = self.blocks.get(block).cloned().unwrap_or_default();
    }

    /// Goes on behind an operation.
    pub(super) fn pass(&mut self, op: &Op) {
        if !self.here.is_empty() {
            let sets = op.sets();
            self.here.retain(|(list, index)| !sets.contains(list) && !sets.contains(index));
        }
    }

    pub(super) fn has(&self, list: Var, index: Var) -> bool {
        self.here.contains(&(list, index))
    }
}

fn known(function: &Function) -> Vec<Known> {
    let mut known = vec![Known::new(); function.blocks.len()];
    let counters = counters(function);
    let mut ways_in = vec![0_usize; function.blocks.len()];
    for target in function.blocks.iter().flat_map(|block| block.end.targets()) {
        ways_in[target.0 as usize] += 1;
    }
    for block in &function.blocks {
        if let End::Branch { test, yes, no } = block.end
            && yes != no
            && ways_in[yes.0 as usize] == 1
        {
            let mut items = tested(block, test, block.ops.len());
            items.retain(|(_, index)| counters.contains(index));
            known[yes.0 as usize] = items;
        }
    }
    known
}

/// The items that are in front of the end of their list where a variable, as it is in front of a
/// place, holds; what is known stays so until the end of the block.
fn tested(block: &Block, test: Var, before: usize) -> Known {
    let Some((at, op)) = last_set(block, test, before) else { return Known::new() };
    match *op {
        Op::Copy { from, .. } => tested(block, from, at),
        Op::Binary { op: BinaryOp::AndBool, left, right, .. } => {
            [left, right].into_iter().flat_map(|var| tested(block, var, at)).collect()
        }
        Op::Binary { op: BinaryOp::CompareInt(Comparison::Less), left, right, .. } => {
            match last_set(block, right, at) {
                Some((place, Op::Length { array, .. }))
                    if stays(block, left, at) && stays(block, *array, place) =>
                {
                    vec![(*array, left)]
                }
                _ => Known::new(),
            }
        }
        _ => Known::new(),
    }
}

/// The last operation in front of a place that sets a variable, and its place.
fn last_set(block: &Block, var: Var, before: usize) -> Option<(usize, &Op)> {
    let ops = block.ops.iter().enumerate().take(before);
    ops.rev().find(|(_, op)| op.sets().contains(&var))
}

/// Whether nothing behind a place sets a variable again.
fn stays(block: &Block, var: Var, behind: usize) -> bool {
    !block.ops.iter().skip(behind + 1).any(|op| op.sets().contains(&var))
}

/// The variables that are never negative.
fn counters(function: &Function) -> HashSet<Var> {
    let mut counters: HashSet<Var> = (0..function.variables.len() as u32).map(Var).collect();
    for var in &function.parameters {
        counters.remove(var);
    }
    let ones = ones(function);
    loop {
        let before = counters.len();
        for op in function.ops() {
            if !counts(op, &counters, &ones) {
                for var in op.sets() {
                    counters.remove(&var);
                }
            }
        }
        if counters.len() == before {
            return counters;
        }
    }
}

fn counts(op: &Op, counters: &HashSet<Var>, ones: &HashSet<Var>) -> bool {
    match *op {
        Op::Constant { value: Constant::Int(value), .. } => {
            (0..=i64::from(u32::MAX)).contains(&value)
        }
        Op::Copy { from, .. } => counters.contains(&from),
        Op::Binary { op: BinaryOp::AddWrapping, left, right, .. } => {
            counters.contains(&left) && ones.contains(&right)
        }
        _ => false,
    }
}

/// The variables that are one whenever they are anything.
fn ones(function: &Function) -> HashSet<Var> {
    let is_one = |op: &Op| matches!(op, Op::Constant { value: Constant::Int(1), .. });
    let of = |wanted: bool| {
        let ops = function.ops().filter(move |op| is_one(op) == wanted);
        ops.flat_map(Op::sets).collect::<HashSet<Var>>()
    };
    let others = of(false);
    of(true)
        .into_iter()
        .filter(|var| !others.contains(var) && !function.parameters.contains(var))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::draft::{Draft, EXIT};
    use crate::ir::{BlockId, Type};

    /// What stands in the loop of a function over a list and an int.
    struct Loop {
        draft: Draft,
        list: Var,
        index: Var,
    }

    /// Items of the list by an index that begins with a constant, which `body` moves on and reads.
    fn items_known(first: i64, body: impl FnOnce(&mut Loop)) -> Vec<(bool, usize)> {
        let mut draft = Draft::new("f", &[Type::Ints, Type::Int], &[]);
        let (list, index) = (draft.parameter(0), draft.var(Type::Int));
        let first = draft.int(first);
        draft.op(Op::Copy { to: index, from: first });
        draft.end(End::Jump(BlockId(1)));
        let length = draft.var(Type::Int);
        draft.op(Op::Length { to: length, array: list });
        let test = draft.binary(BinaryOp::CompareInt(Comparison::Less), index, length);
        draft.end(End::Branch { test, yes: BlockId(2), no: BlockId(3) });
        let mut inside = Loop { draft, list, index };
        body(&mut inside);
        inside.draft.end(End::Jump(BlockId(1)));
        inside.draft.end(End::Return(vec![]));
        let function = inside.draft.finish();
        let mut bounds = Bounds::of(&function);
        bounds.begin(2);
        let mut items = Vec::new();
        for (place, op) in function.blocks[2].ops.iter().enumerate() {
            if let Op::Item { array, index, .. } = op {
                items.push((bounds.has(*array, *index), place));
            }
            bounds.pass(op);
        }
        items
    }

    impl Loop {
        fn read(&mut self) {
            let to = self.draft.var(Type::Int);
            self.draft.op(Op::Item { to, array: self.list, index: self.index, exit: EXIT });
        }

        fn go(&mut self, by: i64) {
            let by = self.draft.int(by);
            let moved = self.draft.binary(BinaryOp::AddWrapping, self.index, by);
            self.draft.op(Op::Copy { to: self.index, from: moved });
        }
    }

    #[test]
    fn what_a_loop_reads_is_there_until_it_goes_on() {
        let items = items_known(0, |inside| {
            inside.read();
            inside.go(1);
            inside.read();
        });
        assert_eq!(items, [(true, 0), (false, 4)]);
    }

    #[test]
    fn an_index_may_be_in_front_of_the_begin() {
        let known = |first, by| {
            let items = items_known(first, |inside| {
                inside.read();
                inside.go(by);
            });
            items[0].0
        };
        assert!(known(3, 1));
        assert!(!known(-1, 1));
        assert!(!known(i64::MAX, 1));
        assert!(!known(0, 2));
        assert!(!known(0, -1));
    }

    #[test]
    fn an_index_that_is_given_may_be_any() {
        let items = items_known(0, |inside| {
            inside.read();
            let given = inside.draft.parameter(1);
            inside.draft.op(Op::Copy { to: inside.index, from: given });
        });
        assert_eq!(items, [(false, 0)]);
    }

    #[test]
    fn another_list_may_be_shorter() {
        let items = items_known(0, |inside| {
            let other = inside.draft.var(Type::Ints);
            let list = std::mem::replace(&mut inside.list, other);
            inside.draft.op(Op::Copy { to: other, from: list });
            inside.read();
            inside.list = list;
            inside.draft.op(Op::Copy { to: list, from: other });
            inside.read();
            inside.go(1);
        });
        assert_eq!(items, [(false, 1), (false, 3)]);
    }

    #[test]
    fn where_others_lead_to_nothing_is_known() {
        let items = items_known(0, |inside| {
            inside.read();
            inside.go(1);
            let test = inside.draft.constant(Constant::Bool(true));
            inside.draft.end(End::Branch { test, yes: BlockId(2), no: BlockId(1) });
        });
        assert_eq!(items, [(false, 0)]);
    }

    #[test]
    fn of_a_walk_over_two_lists_both_are_known() {
        let mut draft = Draft::new("f", &[Type::Ints, Type::Floats], &[]);
        let lists = [draft.parameter(0), draft.parameter(1)];
        let index = draft.int(0);
        draft.end(End::Jump(BlockId(1)));
        let [one, other] = lists.map(|array| {
            let length = draft.var(Type::Int);
            draft.op(Op::Length { to: length, array });
            draft.binary(BinaryOp::CompareInt(Comparison::Less), index, length)
        });
        let both = draft.binary(BinaryOp::AndBool, one, other);
        let test = draft.var(Type::Bool);
        draft.op(Op::Copy { to: test, from: both });
        draft.end(End::Branch { test, yes: BlockId(2), no: BlockId(3) });
        for array in lists {
            let to = draft.var(array_item(array));
            draft.op(Op::Item { to, array, index, exit: EXIT });
        }
        draft.end(End::Jump(BlockId(1)));
        draft.end(End::Return(vec![]));
        let mut bounds = Bounds::of(&draft.finish());
        bounds.begin(2);
        assert!(lists.iter().all(|list| bounds.has(*list, index)));
        bounds.begin(3);
        assert!(!lists.iter().any(|list| bounds.has(*list, index)));
    }

    fn array_item(list: Var) -> Type {
        if list == Var(0) { Type::Int } else { Type::Float }
    }
}
