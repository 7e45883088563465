//! Tests of what a step returns, so that it leaves where the value has no place in the declared type.

use arrow::datatypes::DataType;

use super::record::UNFIT_REASON;
use crate::Place;
use crate::ir::{
    BinaryOp, Comparison, Constant, End, Exit, ExitId, Function, Module, Op, Type, UnaryOp, Var,
    Variable,
};

/// The module with a test of each value that it returns, so that a row whose value does not fit leaves
/// before its state is carried on. Takes what `answer::check` found.
pub(crate) fn guarded(mut module: Module, declared: &DataType, place: Place) -> Module {
    let (Some(returns), Some(entry)) = (module.returns, module.functions.first_mut()) else {
        return module;
    };
    let Some(room) = Room::of(declared) else { return module };
    let exit = ExitId(module.exits.len() as u32);
    module.exits.push(Exit { place, reason: UNFIT_REASON.into() });
    for index in 0..entry.blocks.len() {
        let End::Return(values) = &entry.blocks[index].end else { continue };
        let [.., value] = values[..] else { continue };
        let is_there = returns.nullable.then(|| values[values.len() - 2]);
        let mut guard = Guard { function: entry, ops: Vec::new() };
        let mut test = guard.fits(&room, value);
        if let Some(is_there) = is_there {
            let is_none = guard.unary(UnaryOp::Not, is_there);
            test = guard.binary(BinaryOp::OrBool, is_none, test);
        }
        guard.ops.push(Op::Guard { test, exit });
        let ops = guard.ops;
        entry.blocks[index].ops.extend(ops);
    }
    module
}

/// What has room in a type that is smaller than the code's.
enum Room {
    Ints {
        least: i64,
        most: i64,
    },
    /// As `answer::small_float` says.
    SmallFloats,
}

impl Room {
    fn of(declared: &DataType) -> Option<Self> {
        let ints = |least: i64, most: i64| Some(Self::Ints { least, most });
        match declared {
            DataType::Float32 => Some(Self::SmallFloats),
            DataType::Int8 => ints(i8::MIN.into(), i8::MAX.into()),
            DataType::Int16 => ints(i16::MIN.into(), i16::MAX.into()),
            DataType::Int32 => ints(i32::MIN.into(), i32::MAX.into()),
            DataType::UInt8 => ints(0, u8::MAX.into()),
            DataType::UInt16 => ints(0, u16::MAX.into()),
            DataType::UInt32 => ints(0, u32::MAX.into()),
            _ => None,
        }
    }
}

/// Operations behind those of a block.
struct Guard<'a> {
    function: &'a mut Function,
    ops: Vec<Op>,
}

impl Guard<'_> {
    fn fits(&mut self, room: &Room, value: Var) -> Var {
        match room {
            Room::Ints { least, most } => {
                let least = self.constant(Constant::Int(*least));
                let most = self.constant(Constant::Int(*most));
                let at_least = BinaryOp::CompareInt(Comparison::GreaterEqual);
                let at_least = self.binary(at_least, value, least);
                let at_most = BinaryOp::CompareInt(Comparison::LessEqual);
                let at_most = self.binary(at_most, value, most);
                self.binary(BinaryOp::AndBool, at_least, at_most)
            }
            Room::SmallFloats => {
                let size = self.unary(UnaryOp::AbsoluteFloat, value);
                let limit = self.constant(Constant::Float(SMALL_LIMIT.to_bits()));
                let is_large = BinaryOp::CompareFloat(Comparison::GreaterEqual);
                let is_large = self.binary(is_large, size, limit);
                let is_finite = self.unary(UnaryOp::IsFinite, value);
                let is_unfit = self.binary(BinaryOp::AndBool, is_large, is_finite);
                self.unary(UnaryOp::Not, is_unfit)
            }
        }
    }

    fn var(&mut self, ty: Type) -> Var {
        self.function.variables.push(Variable { name: "fits".into(), ty });
        Var(self.function.variables.len() as u32 - 1)
    }

    fn constant(&mut self, value: Constant) -> Var {
        let to = self.var(value.ty());
        self.ops.push(Op::Constant { to, value });
        to
    }

    fn unary(&mut self, op: UnaryOp, value: Var) -> Var {
        let to = self.var(op.types().1);
        self.ops.push(Op::Unary { to, op, value });
        to
    }

    fn binary(&mut self, op: BinaryOp, left: Var, right: Var) -> Var {
        let to = self.var(op.types().1);
        self.ops.push(Op::Binary { to, op, left, right });
        to
    }
}

/// The least double that becomes infinite as a float: halfway between the greatest float and the power
/// of two behind it, where the even neighbour is that power.
const SMALL_LIMIT: f64 = f32::MAX as f64 + (1_u128 << 103) as f64;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::answer::small_float;

    #[test]
    fn the_limit_of_small_floats_is_where_they_become_infinite() {
        assert_eq!(small_float(SMALL_LIMIT), None);
        assert_eq!(small_float(SMALL_LIMIT.next_down()), Some(f32::MAX));
    }
}
