//! What compilers get wrong, as changes of a module that is right.

use super::rewrite::{Instead, binary, ends, host, ops, trusted, unary};
use crate::ir::{
    BinaryOp as B, CheckedOp, Comparison as C, Constant, End, HostFunction as H, Module, Op, Slot,
    UnaryOp as U, Var,
};

pub(super) struct Mistake {
    pub(super) name: &'static str,
    /// Plants it wherever it fits, and says whether it fitted anywhere.
    pub(super) plant: fn(&mut Module) -> bool,
}

const fn mistake(name: &'static str, plant: fn(&mut Module) -> bool) -> Mistake {
    Mistake { name, plant }
}

pub(super) const MISTAKES: &[Mistake] = &[
    mistake("addition wraps", |m| unchecked(m, CheckedOp::Add, B::AddWrapping)),
    mistake("subtraction wraps", |m| unchecked(m, CheckedOp::Subtract, B::SubtractWrapping)),
    mistake("multiplication wraps", |m| unchecked(m, CheckedOp::Multiply, B::MultiplyWrapping)),
    mistake("division towards zero", |m| checked(m, CheckedOp::FloorDivide, towards_zero)),
    mistake("a remainder with the dividend's sign", |m| {
        checked(m, CheckedOp::Modulo, |i, op, left, right| {
            let quotient = towards_zero(i, &with(op, CheckedOp::FloorDivide), left, right);
            let product = i.binary(B::MultiplyWrapping, quotient, right);
            i.binary(B::SubtractWrapping, left, product)
        })
    }),
    mistake("shift counts are masked", |m| {
        checked(m, CheckedOp::ShiftRight, |i, op, left, right| {
            let mask = i.int(63);
            let count = i.binary(B::AndInt, right, mask);
            again(i, op, left, count)
        })
    }),
    mistake("a square is the product", |m| {
        ops(m, |op, i| match *op {
            Op::FusedMultiplyAdd { to, a, b, c } => {
                let product = i.binary(B::MultiplyFloat, a, b);
                let sum = i.binary(B::AddFloat, product, c);
                i.copy(to, sum);
                true
            }
            _ => false,
        })
    }),
    mistake("guards are lost", |m| ops(m, |op, _| matches!(op, Op::Guard { .. }))),
    mistake("branches out of the row are lost", |m| {
        ends(m, |end, exits| match *end {
            End::Branch { yes, no, .. } if exits[yes.0 as usize] != exits[no.0 as usize] => {
                *end = End::Jump(if exits[yes.0 as usize] { no } else { yes });
                true
            }
            _ => false,
        })
    }),
    mistake("branches go the other way", |m| {
        ends(m, |end, _| match end {
            End::Branch { yes, no, .. } => {
                std::mem::swap(yes, no);
                true
            }
            _ => false,
        })
    }),
    mistake("an int is less where it is equal", |m| compare_ints(m, C::Less, C::LessEqual)),
    mistake("an int is not less or equal where it is equal", |m| {
        compare_ints(m, C::LessEqual, C::Less)
    }),
    mistake("ints differ where they are less", |m| compare_ints(m, C::NotEqual, C::Less)),
    mistake("a float is less where it is equal", |m| compare_floats(m, C::Less, C::LessEqual)),
    mistake("a float is greater where it is equal", |m| {
        compare_floats(m, C::Greater, C::GreaterEqual)
    }),
    mistake("unordered is less", |m| {
        binary(m, B::CompareFloat(C::Less), |i, left, right| {
            let other = i.binary(B::CompareFloat(C::GreaterEqual), left, right);
            i.unary(U::Not, other)
        })
    }),
    mistake("NaN differs from nothing", |m| {
        binary(m, B::CompareFloat(C::NotEqual), |i, left, right| {
            let less = i.binary(B::CompareFloat(C::Less), left, right);
            let greater = i.binary(B::CompareFloat(C::Greater), left, right);
            i.binary(B::OrBool, less, greater)
        })
    }),
    mistake("a select takes the other value", |m| {
        ops(m, |op, i| match *op {
            Op::Select { to, test, yes, no } => {
                i.push(Op::Select { to, test, yes: no, no: yes });
                true
            }
            _ => false,
        })
    }),
    mistake("minus x is 0 - x", |m| {
        unary(m, U::NegateFloat, |i, value| {
            let zero = i.float(0.0);
            i.binary(B::SubtractFloat, zero, value)
        })
    }),
    mistake("the size of a float is itself", |m| unary(m, U::AbsoluteFloat, |_, value| value)),
    mistake("copysign the other way round", |m| {
        binary(m, B::CopySign, |i, left, right| i.binary(B::CopySign, right, left))
    }),
    mistake("floor truncates", |m| unary(m, U::Floor, |i, value| i.unary(U::Truncate, value))),
    mistake("ceil truncates", |m| unary(m, U::Ceiling, |i, value| i.unary(U::Truncate, value))),
    mistake("an int of a float rounds down", |m| {
        unary(m, U::FloatToInt, |i, value| {
            let down = i.unary(U::Floor, value);
            i.unary(U::FloatToInt, down)
        })
    }),
    mistake("true is -1", |m| {
        unary(m, U::BoolToInt, |i, value| {
            let (zero, one) = (i.int(0), i.unary(U::BoolToInt, value));
            i.binary(B::SubtractWrapping, zero, one)
        })
    }),
    mistake("~x is -x", |m| {
        unary(m, U::InvertInt, |i, value| {
            let zero = i.int(0);
            i.binary(B::SubtractWrapping, zero, value)
        })
    }),
    mistake("everything is finite", |m| {
        unary(m, U::IsFinite, |i, _| i.constant(Constant::Bool(true)))
    }),
    mistake("nothing is NaN", |m| unary(m, U::IsNan, |i, _| i.constant(Constant::Bool(false)))),
    mistake("a root is a power", |m| {
        unary(m, U::SquareRoot, |i, value| {
            let half = i.float(0.5);
            i.host(H::Pow, &[value, half])
        })
    }),
    mistake("ints by bits: ^ is |", |m| {
        binary(m, B::XorInt, |i, left, right| i.binary(B::OrInt, left, right))
    }),
    mistake("bools: ^ is |", |m| {
        binary(m, B::XorBool, |i, left, right| i.binary(B::OrBool, left, right))
    }),
    mistake("bools: & is |", |m| {
        binary(m, B::AndBool, |i, left, right| i.binary(B::OrBool, left, right))
    }),
    mistake("% is fmod", |m| host(m, H::FloatModulo, |i, of| i.host(H::Fmod, of))),
    mistake("// rounds a quotient down", |m| {
        host(m, H::FloatFloorDivide, |i, of| {
            let quotient = i.binary(B::DivideFloat, of[0], of[1]);
            i.unary(U::Floor, quotient)
        })
    }),
    mistake("/ of ints is / of their floats", |m| {
        host(m, H::IntDivide, |i, of| {
            let (left, right) = (i.unary(U::IntToFloat, of[0]), i.unary(U::IntToFloat, of[1]));
            i.binary(B::DivideFloat, left, right)
        })
    }),
    mistake("an int is rounded to be compared", |m| {
        host(m, H::CompareIntFloat, rounded_comparison)
    }),
    mistake("powers of ints fit", |m| trusted(m, H::IntPower)),
    mistake("rounded ints fit", |m| trusted(m, H::RoundIntDigits)),
    mistake("round scales and is certain", |m| {
        ops(m, |op, i| match op {
            Op::Host { to, function: H::RoundDigits, arguments } => {
                let (ten, digits) = (i.float(10.0), i.unary(U::IntToFloat, arguments[1]));
                let scale = i.host(H::Pow, &[ten, digits]);
                let scaled = i.binary(B::MultiplyFloat, arguments[0], scale);
                let whole = i.host(H::RoundHalfEven, &[scaled]);
                let rounded = i.binary(B::DivideFloat, whole, scale);
                i.copy(to[0], rounded);
                i.push(Op::Constant { to: to[1], value: Constant::Bool(true) });
                true
            }
            _ => false,
        })
    }),
    mistake("half is rounded up", |m| {
        host(m, H::RoundHalfEven, |i, of| {
            let half = i.float(0.5);
            let above = i.binary(B::AddFloat, of[0], half);
            i.unary(U::Floor, above)
        })
    }),
    mistake("an int's root is a float's", |m| {
        host(m, H::Isqrt, |i, of| {
            let float = i.unary(U::IntToFloat, of[0]);
            let root = i.unary(U::SquareRoot, float);
            i.unary(U::FloatToInt, root)
        })
    }),
    mistake("atan2 the other way round", |m| {
        host(m, H::Atan2, |i, of| i.host(H::Atan2, &[of[1], of[0]]))
    }),
    mistake("math.remainder is %", |m| host(m, H::Remainder, |i, of| i.host(H::FloatModulo, of))),
    mistake("-0.0 is 0.0", |m| {
        ops(m, |op, i| match *op {
            Op::Binary { to, op: B::MultiplyFloat, left, right } => {
                let (product, zero) = (i.binary(B::MultiplyFloat, left, right), i.float(0.0));
                let sum = i.binary(B::AddFloat, product, zero);
                i.copy(to, sum);
                true
            }
            _ => false,
        })
    }),
    mistake("NULLs are values", nulls_are_values),
    mistake("None is a value", none_is_a_value),
    mistake("two arguments of a call are swapped", |m| {
        ops(m, |op, i| match op {
            Op::Call { to, function, arguments, too_deep } => {
                let mut arguments = arguments.clone();
                let Some(other) = (1..arguments.len()).find(|&other| {
                    i.ty(arguments[other]) == i.ty(arguments[0]) && arguments[other] != arguments[0]
                }) else {
                    return false;
                };
                arguments.swap(0, other);
                i.push(Op::Call {
                    to: to.clone(),
                    function: *function,
                    arguments,
                    too_deep: *too_deep,
                });
                true
            }
            _ => false,
        })
    }),
];

/// What only the verifier sees: the answers would be right, and a query that is stopped would not end.
pub(super) const NO_POLL: Mistake =
    mistake("loops look at no flag", |m| ops(m, |op, _| matches!(op, Op::Poll)));

fn checked(
    module: &mut Module,
    of: CheckedOp,
    wrong: impl Fn(&mut Instead<'_>, &Op, Var, Var) -> Var,
) -> bool {
    ops(module, |op, instead| match *op {
        Op::Checked { to, op: known, left, right, .. } if known == of => {
            let value = wrong(instead, op, left, right);
            instead.copy(to, value);
            true
        }
        _ => false,
    })
}

fn unchecked(module: &mut Module, of: CheckedOp, wrapping: B) -> bool {
    checked(module, of, |instead, _, left, right| instead.binary(wrapping, left, right))
}

/// The checked operation with other operands.
fn again(instead: &mut Instead<'_>, op: &Op, left: Var, right: Var) -> Var {
    let to = instead.fresh(crate::ir::Type::Int);
    if let Op::Checked { op, exit, .. } = *op {
        instead.push(Op::Checked { to, op, left, right, exit });
    }
    to
}

/// The same operands, exit and place, another operation.
fn with(op: &Op, other: CheckedOp) -> Op {
    match *op {
        Op::Checked { to, left, right, exit, .. } => {
            Op::Checked { to, op: other, left, right, exit }
        }
        _ => op.clone(),
    }
}

/// One more than the floor where there is a rest and the signs differ.
fn towards_zero(i: &mut Instead<'_>, op: &Op, left: Var, right: Var) -> Var {
    let floor = again(i, op, left, right);
    let product = i.binary(B::MultiplyWrapping, floor, right);
    let zero = i.int(0);
    let has_rest = i.binary(B::CompareInt(C::NotEqual), product, left);
    let is_low = i.binary(B::CompareInt(C::Less), floor, zero);
    let is_off = i.binary(B::AndBool, has_rest, is_low);
    let one = i.unary(U::BoolToInt, is_off);
    i.binary(B::AddWrapping, floor, one)
}

fn compare_ints(module: &mut Module, of: C, wrong: C) -> bool {
    binary(module, B::CompareInt(of), |i, left, right| i.binary(B::CompareInt(wrong), left, right))
}

fn compare_floats(module: &mut Module, of: C, wrong: C) -> bool {
    binary(module, B::CompareFloat(of), |i, left, right| {
        i.binary(B::CompareFloat(wrong), left, right)
    })
}

fn rounded_comparison(i: &mut Instead<'_>, of: &[Var]) -> Var {
    let float = i.unary(U::IntToFloat, of[0]);
    let [greater, less] = [C::Greater, C::Less].map(|comparison| {
        let holds = i.binary(B::CompareFloat(comparison), float, of[1]);
        i.unary(U::BoolToInt, holds)
    });
    let sign = i.binary(B::SubtractWrapping, greater, less);
    let (is_nan, two) = (i.unary(U::IsNan, of[1]), i.int(2));
    let to = i.fresh(crate::ir::Type::Int);
    i.push(Op::Select { to, test: is_nan, yes: two, no: sign });
    to
}

/// The first function is told that all of its parameters are there.
fn nulls_are_values(module: &mut Module) -> bool {
    let mut flags = Vec::new();
    let mut place = 0;
    for Slot { nullable, .. } in &module.parameters {
        if *nullable {
            flags.push(module.functions[0].parameters[place]);
        }
        place += 1 + usize::from(*nullable);
    }
    let there = flags.iter().map(|&to| Op::Constant { to, value: Constant::Bool(true) });
    module.functions[0].blocks[0].ops.splice(0..0, there);
    !flags.is_empty()
}

/// What the first function returns is always there.
fn none_is_a_value(module: &mut Module) -> bool {
    if !module.returns.is_some_and(|slot| slot.nullable) {
        return false;
    }
    for block in &mut module.functions[0].blocks {
        if let End::Return(values) = &block.end {
            block.ops.push(Op::Constant { to: values[0], value: Constant::Bool(true) });
        }
    }
    true
}
