//! The function in the typed form.

use crate::ir::draft::{Draft, FLOAT, INT, nullable, with_state};
use crate::ir::{
    BinaryOp, BlockId, CheckedOp, Comparison, Constant, End, ExitId, Module, Op, Slot, Type,
    UnaryOp, Var,
};
use crate::state::{Layout, StateModules, StateShape};

const COLUMNS: [Type; 2] = [Type::Int, Type::Float];
const STATE: [Type; 3] = [Type::Int, Type::Int, Type::Float];
const NUMBER: Slot = nullable(INT);

/// A draft whose parameters are a state and those, which gives the state and the values of a slot.
struct Parts {
    draft: Draft,
    /// Tag, int and float.
    state: [Var; 3],
}

impl Parts {
    fn new(name: &str, others: &[Type], returns: &[Type]) -> Self {
        let draft = Draft::new(name, &[&STATE, others].concat(), returns);
        let state = [0, 1, 2].map(|index| draft.parameter(index));
        Self { draft, state }
    }

    fn equals(&mut self, value: Var, constant: i64) -> Var {
        let constant = self.draft.int(constant);
        self.draft.binary(BinaryOp::CompareInt(Comparison::Equal), value, constant)
    }

    fn branch(&mut self, test: Var, yes: u32, no: u32) {
        self.draft.end(End::Branch { test, yes: BlockId(yes), no: BlockId(no) });
    }

    fn checked(&mut self, op: CheckedOp, left: Var, right: Var) -> Var {
        let to = self.draft.var(Type::Int);
        self.draft.op(Op::Checked { to, op, left, right, exit: ExitId(0) });
        to
    }

    fn float(&mut self, int: Var) -> Var {
        self.draft.unary(UnaryOp::IntToFloat, int)
    }

    /// Returns an int as the state, and values.
    fn return_int(&mut self, sum: Var, values: &[Var]) {
        let tag = self.draft.int(0);
        self.draft.end(End::Return([&[tag, sum, self.state[2]], values].concat()));
    }

    fn return_float(&mut self, sum: Var, values: &[Var]) {
        let tag = self.draft.int(1);
        self.draft.end(End::Return([&[tag, self.state[1], sum], values].concat()));
    }
}

/// `accumulate`, or `step`: that returns the sum of ints unless a multiple of five, and 1 for floats.
fn add(returns: Option<Slot>) -> Module {
    let values: Vec<Type> = returns.iter().flat_map(|slot| slot.variables()).collect();
    let mut parts = Parts::new("add", &[Type::Int], &[&STATE, &values[..]].concat());
    let ([tag, sum, float], x) = (parts.state, parts.draft.parameter(3));
    let is_int = parts.equals(tag, 0);
    let is_seven = parts.equals(x, 7);
    parts.branch(is_int, 1, 3);
    parts.branch(is_seven, 2, 4);
    let first = parts.float(sum);
    let one = one(&mut parts, &values);
    parts.return_float(first, &one);
    let x_float = parts.float(x);
    let next = parts.draft.binary(BinaryOp::AddFloat, float, x_float);
    let one = self::one(&mut parts, &values);
    parts.return_float(next, &one);
    let next = parts.checked(CheckedOp::Add, sum, x);
    if values.is_empty() {
        parts.return_int(next, &[]);
    } else {
        let five = parts.draft.int(5);
        let rest = parts.checked(CheckedOp::Modulo, next, five);
        let is_none = parts.equals(rest, 0);
        let is_there = parts.draft.unary(UnaryOp::Not, is_none);
        parts.return_int(next, &[is_there, next]);
    }
    with_state(parts.draft.finish(), &COLUMNS, &[INT], returns)
}

fn one(parts: &mut Parts, values: &[Type]) -> Vec<Var> {
    if values.is_empty() {
        return vec![];
    }
    vec![parts.draft.constant(Constant::Bool(true)), parts.draft.int(1)]
}

fn init() -> Module {
    let mut parts = Parts::new("init", &[], &STATE);
    let (zero, nothing) = (parts.draft.int(0), parts.draft.float(0.0));
    let tag = parts.draft.int(0);
    parts.draft.end(End::Return(vec![tag, zero, nothing]));
    with_state(parts.draft.finish(), &COLUMNS, &[], None)
}

fn retract() -> Module {
    let mut parts = Parts::new("retract", &[Type::Int], &STATE);
    let ([tag, sum, float], x) = (parts.state, parts.draft.parameter(3));
    let is_int = parts.equals(tag, 0);
    parts.branch(is_int, 1, 2);
    let next = parts.checked(CheckedOp::Subtract, sum, x);
    parts.return_int(next, &[]);
    let x = parts.float(x);
    let next = parts.draft.binary(BinaryOp::SubtractFloat, float, x);
    parts.return_float(next, &[]);
    with_state(parts.draft.finish(), &COLUMNS, &[INT], None)
}

fn merge() -> Module {
    let mut parts = Parts::new("merge", &STATE, &STATE);
    let [tag, sum, float] = parts.state;
    let [other_tag, other_sum, other_float] = [3, 4, 5].map(|index| parts.draft.parameter(index));
    let is_int = parts.equals(tag, 0);
    let other_is_int = parts.equals(other_tag, 0);
    let are_ints = parts.draft.binary(BinaryOp::AndBool, is_int, other_is_int);
    parts.branch(are_ints, 1, 2);
    let next = parts.checked(CheckedOp::Add, sum, other_sum);
    parts.return_int(next, &[]);
    let mut either = |test, int, no| {
        let (yes, to) = (parts.float(int), parts.draft.var(Type::Float));
        parts.draft.op(Op::Select { to, test, yes, no });
        to
    };
    let own = either(is_int, sum, float);
    let other = either(other_is_int, other_sum, other_float);
    let next = parts.draft.binary(BinaryOp::AddFloat, own, other);
    parts.return_float(next, &[]);
    with_state(parts.draft.finish(), &COLUMNS, &[INT, INT, FLOAT], None)
}

fn finalize() -> Module {
    let mut parts = Parts::new("finalize", &[], &[Type::Float]);
    let [tag, sum, float] = parts.state;
    let is_int = parts.equals(tag, 0);
    parts.branch(is_int, 1, 2);
    let is_unlucky = parts.equals(sum, 13);
    let test = parts.draft.unary(UnaryOp::Not, is_unlucky);
    parts.draft.op(Op::Guard { test, exit: ExitId(1) });
    let sum = parts.float(sum);
    parts.draft.end(End::Return(vec![sum]));
    parts.draft.end(End::Return(vec![float]));
    parts.draft.module(&[INT, INT, FLOAT], FLOAT)
}

fn layout() -> Layout {
    let mut layout = Layout::default();
    layout.add(&StateShape::Int);
    layout.add(&StateShape::Float);
    layout
}

pub(crate) fn aggregate() -> StateModules {
    StateModules {
        layout: layout(),
        init: init(),
        step: add(None),
        retract: Some(retract()),
        merge: Some(merge()),
        finalize: Some(finalize()),
    }
}

pub(crate) fn window() -> StateModules {
    let step = add(Some(NUMBER));
    StateModules {
        layout: layout(),
        init: init(),
        step,
        retract: None,
        merge: None,
        finalize: None,
    }
}
