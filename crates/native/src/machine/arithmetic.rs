//! Python's arithmetic of ints in instructions, with the exits where a result is no int of 64 bits.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};

use super::body::Body;
use crate::ir::{CheckedOp, ExitId};

impl Body<'_, '_> {
    pub(super) fn checked(&mut self, op: CheckedOp, l: Value, r: Value, exit: ExitId) -> Value {
        let (value, overflow) = match op {
            CheckedOp::Add => self.builder.ins().sadd_overflow(l, r),
            CheckedOp::Subtract => self.builder.ins().ssub_overflow(l, r),
            CheckedOp::Multiply => self.builder.ins().smul_overflow(l, r),
            CheckedOp::FloorDivide => return self.floor_divide(l, r, exit),
            CheckedOp::Modulo => return self.modulo(l, r, exit),
            CheckedOp::ShiftLeft => return self.shift_left(l, r, exit),
            CheckedOp::ShiftRight => return self.shift_right(l, r, exit),
        };
        self.leave_if(overflow, exit);
        value
    }

    fn floor_divide(&mut self, left: Value, right: Value, exit: ExitId) -> Value {
        let is_zero = self.builder.ins().icmp_imm_s(IntCC::Equal, right, 0);
        self.leave_if(is_zero, exit);
        let is_least = self.builder.ins().icmp_imm_s(IntCC::Equal, left, i64::MIN);
        let is_negation = self.builder.ins().icmp_imm_s(IntCC::Equal, right, -1);
        let is_too_large = self.builder.ins().band(is_least, is_negation);
        self.leave_if(is_too_large, exit);
        let quotient = self.builder.ins().sdiv(left, right);
        let product = self.builder.ins().imul(quotient, right);
        let rest = self.builder.ins().isub(left, product);
        let is_off = self.has_other_sign(rest, right);
        let below = self.builder.ins().uextend(types::I64, is_off);
        self.builder.ins().isub(quotient, below)
    }

    fn modulo(&mut self, left: Value, right: Value, exit: ExitId) -> Value {
        let is_zero = self.builder.ins().icmp_imm_s(IntCC::Equal, right, 0);
        self.leave_if(is_zero, exit);
        // By -1 the rest is zero for every number, also where the quotient has no room.
        let rest = self.builder.ins().srem(left, right);
        let is_off = self.has_other_sign(rest, right);
        let moved = self.builder.ins().iadd(rest, right);
        self.builder.ins().select(is_off, moved, rest)
    }

    /// Whether a rest is not zero and lies on the other side of zero than the divisor: C cuts off
    /// towards zero, Python rounds down.
    fn has_other_sign(&mut self, rest: Value, divisor: Value) -> Value {
        let is_rest = self.builder.ins().icmp_imm_s(IntCC::NotEqual, rest, 0);
        let signs = self.builder.ins().bxor(rest, divisor);
        let differ = self.builder.ins().icmp_imm_s(IntCC::SignedLessThan, signs, 0);
        self.builder.ins().band(is_rest, differ)
    }

    fn shift_left(&mut self, value: Value, count: Value, exit: ExitId) -> Value {
        // The machine takes counts modulo 64; what comes back the same has lost nothing.
        let shifted = self.builder.ins().ishl(value, count);
        let back = self.builder.ins().sshr(shifted, count);
        let is_same = self.builder.ins().icmp(IntCC::Equal, back, value);
        let is_small = self.builder.ins().icmp_imm_s(IntCC::UnsignedLessThan, count, 64);
        let fits = self.builder.ins().band(is_same, is_small);
        let is_zero = self.builder.ins().icmp_imm_s(IntCC::Equal, value, 0);
        let is_count = self.builder.ins().icmp_imm_s(IntCC::SignedGreaterThanOrEqual, count, 0);
        let stays_zero = self.builder.ins().band(is_zero, is_count);
        let is_right = self.builder.ins().bor(fits, stays_zero);
        self.leave_unless(is_right, exit);
        shifted
    }

    fn shift_right(&mut self, value: Value, count: Value, exit: ExitId) -> Value {
        let is_negative = self.builder.ins().icmp_imm_s(IntCC::SignedLessThan, count, 0);
        self.leave_if(is_negative, exit);
        let most = self.builder.ins().iconst(types::I64, 63);
        let count = self.builder.ins().umin(count, most);
        self.builder.ins().sshr(value, count)
    }
}
