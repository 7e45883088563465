//! The operations that are always defined, in instructions.

use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::{InstBuilder, Value, types};

use super::body::Body;
use crate::ir::{BinaryOp, Comparison, UnaryOp};

impl Body<'_, '_> {
    pub(super) fn unary(&mut self, op: UnaryOp, value: Value) -> Value {
        let ins = self.builder.ins();
        match op {
            UnaryOp::InvertInt => ins.bnot(value),
            UnaryOp::Not => ins.icmp_imm_s(IntCC::Equal, value, 0),
            UnaryOp::NegateFloat => ins.fneg(value),
            UnaryOp::AbsoluteFloat => ins.fabs(value),
            UnaryOp::SquareRoot => ins.sqrt(value),
            UnaryOp::Floor => ins.floor(value),
            UnaryOp::Ceiling => ins.ceil(value),
            UnaryOp::Truncate => ins.trunc(value),
            UnaryOp::ExponentPart => {
                let exponent = ins.f64const(f64::INFINITY);
                self.builder.ins().band(value, exponent)
            }
            UnaryOp::IntToFloat => ins.fcvt_from_sint(types::F64, value),
            UnaryOp::FloatToInt => ins.fcvt_to_sint_sat(types::I64, value),
            UnaryOp::BoolToInt => ins.uextend(types::I64, value),
            UnaryOp::IsNan => ins.fcmp(FloatCC::Unordered, value, value),
            UnaryOp::IsFinite => {
                let size = ins.fabs(value);
                let infinity = self.builder.ins().f64const(f64::INFINITY);
                self.builder.ins().fcmp(FloatCC::LessThan, size, infinity)
            }
        }
    }

    pub(super) fn binary(&mut self, op: BinaryOp, left: Value, right: Value) -> Value {
        let ins = self.builder.ins();
        match op {
            BinaryOp::AddWrapping => ins.iadd(left, right),
            BinaryOp::SubtractWrapping => ins.isub(left, right),
            BinaryOp::MultiplyWrapping => ins.imul(left, right),
            BinaryOp::AndInt | BinaryOp::AndBool => ins.band(left, right),
            BinaryOp::OrInt | BinaryOp::OrBool => ins.bor(left, right),
            BinaryOp::XorInt | BinaryOp::XorBool => ins.bxor(left, right),
            BinaryOp::CompareInt(comparison) => ins.icmp(of_ints(comparison), left, right),
            BinaryOp::AddFloat => ins.fadd(left, right),
            BinaryOp::SubtractFloat => ins.fsub(left, right),
            BinaryOp::MultiplyFloat => ins.fmul(left, right),
            BinaryOp::DivideFloat => ins.fdiv(left, right),
            BinaryOp::CopySign => ins.fcopysign(left, right),
            BinaryOp::CompareFloat(comparison) => ins.fcmp(of_floats(comparison), left, right),
        }
    }
}

fn of_ints(comparison: Comparison) -> IntCC {
    match comparison {
        Comparison::Equal => IntCC::Equal,
        Comparison::NotEqual => IntCC::NotEqual,
        Comparison::Less => IntCC::SignedLessThan,
        Comparison::LessEqual => IntCC::SignedLessThanOrEqual,
        Comparison::Greater => IntCC::SignedGreaterThan,
        Comparison::GreaterEqual => IntCC::SignedGreaterThanOrEqual,
    }
}

pub(super) fn of_floats(comparison: Comparison) -> FloatCC {
    match comparison {
        Comparison::Equal => FloatCC::Equal,
        Comparison::NotEqual => FloatCC::NotEqual,
        Comparison::Less => FloatCC::LessThan,
        Comparison::LessEqual => FloatCC::LessThanOrEqual,
        Comparison::Greater => FloatCC::GreaterThan,
        Comparison::GreaterEqual => FloatCC::GreaterThanOrEqual,
    }
}
