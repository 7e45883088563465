//! Rows in pairs: for functions that are branch-free arithmetic over floats, a loop in front of the
//! one over single rows.
//!
//! Lanes compute what single values would, with the same rounding. A guard that fails in any lane
//! leaves its group of rows to the loop over single rows, which then comes back here.

use std::collections::BTreeMap;

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, BlockArg, InstBuilder, MemFlagsData, Value, types};
use cranelift_frontend::FunctionBuilder;

use super::total::of_floats;
use crate::ir::{BinaryOp, Constant, End, Function, Module, Op, Slot, Type, UnaryOp, Var};

/// Pairs in a group: their chains of operations run side by side.
const PAIRS: i64 = 2;
pub(super) const GROUP: i64 = PAIRS * 2;

/// There, but aligned for single values only.
const UNALIGNED: MemFlagsData = MemFlagsData::new().with_notrap();

/// A function without branches: its operations in a row, and what it returns.
pub(super) struct Straight<'a> {
    function: &'a Function,
    ops: Vec<&'a Op>,
    returned: Var,
}

/// None where a function is not of this kind.
pub(super) fn straight(module: &Module) -> Option<Straight<'_>> {
    const FLOAT: Slot = Slot { ty: Type::Float, nullable: false };
    let function = &module.functions[0];
    let slots = module.parameters.iter().chain(&module.returns);
    let is_row = module.state.is_empty() && module.returns.is_some();
    if !is_row || module.parameters.is_empty() || slots.into_iter().any(|slot| *slot != FLOAT) {
        return None;
    }
    let mut ops = Vec::new();
    let mut index = 0;
    // Without polls there are no cycles, so that this ends.
    loop {
        let block = &function.blocks[index];
        if !block.ops.iter().all(|op| has_lanes(function, op)) {
            return None;
        }
        ops.extend(&block.ops);
        match &block.end {
            End::Jump(to) => index = to.0 as usize,
            End::Return(values) => {
                return Some(Straight { function, ops, returned: *values.first()? });
            }
            End::Branch { .. } | End::Exit(_) => return None,
        }
    }
}

fn has_lanes(function: &Function, op: &Op) -> bool {
    let is_float = |var: &Var| function.variables[var.0 as usize].ty == Type::Float;
    match op {
        Op::Constant { value, .. } => matches!(value, Constant::Float(_)),
        Op::Copy { .. } | Op::FusedMultiplyAdd { .. } | Op::Guard { .. } => true,
        Op::Unary { op, .. } => {
            matches!(op, UnaryOp::NegateFloat | UnaryOp::AbsoluteFloat | UnaryOp::SquareRoot)
        }
        Op::Binary { op, .. } => matches!(
            op,
            BinaryOp::AddFloat
                | BinaryOp::SubtractFloat
                | BinaryOp::MultiplyFloat
                | BinaryOp::DivideFloat
                | BinaryOp::CompareFloat(_)
                | BinaryOp::AndBool
                | BinaryOp::OrBool
        ),
        Op::Select { to, .. } => is_float(to),
        _ => false,
    }
}

/// What the loop reads and writes, and where it goes.
pub(super) struct Around {
    /// The addresses of the parameters' values, in their order.
    pub(super) columns: Vec<Value>,
    pub(super) values: Value,
    pub(super) end: Value,
    /// Goes on with a row: groups from there.
    pub(super) head: Block,
    /// Takes a row, and the one before which to come back.
    pub(super) single: Block,
}

/// Builds the loop, from `head` on.
pub(super) fn build(builder: &mut FunctionBuilder<'_>, straight: &Straight<'_>, around: &Around) {
    let row = builder.append_block_param(around.head, types::I64);
    builder.switch_to_block(around.head);
    let [group, store, by_row] = [(); 3].map(|()| builder.create_block());
    let following = builder.ins().iadd_imm_s(row, GROUP);
    let is_whole = builder.ins().icmp(IntCC::SignedLessThanOrEqual, following, around.end);
    let rest: [BlockArg; 2] = [row.into(), around.end.into()];
    builder.ins().brif(is_whole, group, &[], around.single, &rest);

    builder.switch_to_block(group);
    let offset = builder.ins().ishl_imm_u(row, 3);
    let pairs: Vec<Lanes> =
        (0..PAIRS).map(|pair| pair_of(builder, straight, around, (offset, pair))).collect();
    let guards: Vec<Value> = pairs.iter().flat_map(|pair| &pair.guards).copied().collect();
    match guards.into_iter().reduce(|all, guard| builder.ins().band(all, guard)) {
        Some(all) => {
            let holds = builder.ins().vall_true(all);
            builder.ins().brif(holds, store, &[], by_row, &[]);
        }
        None => {
            builder.ins().jump(store, &[]);
        }
    }

    builder.switch_to_block(by_row);
    builder.set_cold_block(by_row);
    builder.ins().jump(around.single, &[row.into(), following.into()]);

    builder.switch_to_block(store);
    let to = builder.ins().iadd(around.values, offset);
    for (pair, lanes) in (0..).zip(&pairs) {
        let value = lanes.values[&straight.returned];
        builder.ins().store(UNALIGNED, value, to, pair * 16);
    }
    builder.ins().jump(around.head, &[following.into()]);
}

/// The variables of two rows. Floats are two floats; bools two masks, all bits set or none.
#[derive(Default)]
struct Lanes {
    values: BTreeMap<Var, Value>,
    guards: Vec<Value>,
}

fn pair_of(
    builder: &mut FunctionBuilder<'_>,
    straight: &Straight<'_>,
    around: &Around,
    (offset, pair): (Value, i64),
) -> Lanes {
    let mut lanes = Lanes::default();
    for (var, column) in straight.function.parameters.iter().zip(&around.columns) {
        let address = builder.ins().iadd(*column, offset);
        let value = builder.ins().load(types::F64X2, UNALIGNED, address, pair as i32 * 16);
        lanes.values.insert(*var, value);
    }
    for op in &straight.ops {
        lanes.op(builder, op);
    }
    lanes
}

impl Lanes {
    fn op(&mut self, builder: &mut FunctionBuilder<'_>, op: &Op) {
        let get = |var: &Var| self.values[var];
        let (to, value) = match op {
            Op::Constant { to, value: Constant::Float(bits) } => {
                let value = builder.ins().f64const(f64::from_bits(*bits));
                (to, builder.ins().splat(types::F64X2, value))
            }
            Op::Copy { to, from } => (to, get(from)),
            Op::Unary { to, op, value } => (to, unary(builder, *op, get(value))),
            Op::Binary { to, op, left, right } => (to, binary(builder, *op, get(left), get(right))),
            Op::FusedMultiplyAdd { to, a, b, c } => (to, builder.ins().fma(get(a), get(b), get(c))),
            Op::Select { to, test, yes, no } => {
                let mask = builder.ins().bitcast(types::F64X2, LITTLE, get(test));
                (to, builder.ins().bitselect(mask, get(yes), get(no)))
            }
            Op::Guard { test, .. } => {
                self.guards.push(self.values[test]);
                return;
            }
            // `has_lanes` refused the others.
            _ => return,
        };
        self.values.insert(*to, value);
    }
}

/// Which lane is which does not matter where all are of one size, but Cranelift wants it said.
const LITTLE: MemFlagsData =
    MemFlagsData::new().with_endianness(cranelift_codegen::ir::Endianness::Little);

fn unary(builder: &mut FunctionBuilder<'_>, op: UnaryOp, value: Value) -> Value {
    match op {
        UnaryOp::NegateFloat => builder.ins().fneg(value),
        UnaryOp::AbsoluteFloat => builder.ins().fabs(value),
        // `has_lanes` refused the others.
        _ => builder.ins().sqrt(value),
    }
}

fn binary(builder: &mut FunctionBuilder<'_>, op: BinaryOp, left: Value, right: Value) -> Value {
    let ins = builder.ins();
    match op {
        BinaryOp::AddFloat => ins.fadd(left, right),
        BinaryOp::SubtractFloat => ins.fsub(left, right),
        BinaryOp::MultiplyFloat => ins.fmul(left, right),
        BinaryOp::CompareFloat(comparison) => ins.fcmp(of_floats(comparison), left, right),
        BinaryOp::AndBool => ins.band(left, right),
        BinaryOp::OrBool => ins.bor(left, right),
        // `has_lanes` refused the others.
        _ => ins.fdiv(left, right),
    }
}
