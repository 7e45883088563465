//! Each operation on the values at its borders, against the same in wider or plainer Rust.

use super::*;
use crate::ir::draft::{BOOL, Draft, EXIT, FLOAT, INT};
use crate::ir::{BinaryOp, CheckedOp, Comparison, End, Op, Slot, Type, UnaryOp};

type OfInts = (BinaryOp, fn(i64, i64) -> i64);
type OfFloats = (BinaryOp, fn(f64, f64) -> f64);
type OfFloat = (UnaryOp, fn(f64) -> f64);

const INTS: [i64; 17] = [
    i64::MIN,
    i64::MIN + 1,
    -(1 << 53) - 1,
    -1 << 32,
    -64,
    -3,
    -2,
    -1,
    0,
    1,
    2,
    3,
    7,
    63,
    64,
    1 << 53,
    i64::MAX,
];

const FLOATS: [f64; 16] = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    2.5,
    -2.5,
    1e-310,
    -5e-324,
    9.2e18,
    -9.3e18,
    1e300,
    f64::MAX,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
];

fn of_two(ty: Type, returns: Slot, op: impl Fn(&mut Draft) -> crate::ir::Var) -> Module {
    let slot = Slot { ty, nullable: false };
    let mut draft = Draft::new("f", &[ty, ty], &[returns.ty]);
    let result = op(&mut draft);
    draft.end(End::Return(vec![result]));
    draft.module(&[slot, slot], returns)
}

fn checked(op: CheckedOp) -> Vec<(i64, i64, Option<i64>)> {
    let module = of_two(Type::Int, INT, |draft| {
        let (left, right, to) = (draft.parameter(0), draft.parameter(1), draft.var(Type::Int));
        draft.op(Op::Checked { to, op, left, right, exit: EXIT });
        to
    });
    let (left, right) = pairs(&INTS);
    let answer = run(&module, &[ints(&left), ints(&right)]);
    let triples = left.into_iter().zip(right).zip(int_answers(&answer));
    triples.map(|((left, right), answer)| (left, right, answer)).collect()
}

fn agrees(op: CheckedOp, wide: impl Fn(i128, i128) -> Option<i128>) {
    for (left, right, answer) in checked(op) {
        let expected = wide(left.into(), right.into()).and_then(|wide| i64::try_from(wide).ok());
        assert_eq!(answer, expected, "{op:?} of {left} and {right}");
    }
}

#[test]
fn ints_leave_where_they_overflow() {
    agrees(CheckedOp::Add, |a, b| Some(a + b));
    agrees(CheckedOp::Subtract, |a, b| Some(a - b));
    agrees(CheckedOp::Multiply, |a, b| Some(a * b));
}

#[test]
fn division_rounds_down_and_the_rest_has_the_divisors_sign() {
    let floor = |a: i128, b: i128| {
        a.checked_div_euclid(b).map(|q| {
            // Euclid's rest is never negative, Python's has the divisor's sign.
            if b < 0 && a.rem_euclid(b) != 0 { q - 1 } else { q }
        })
    };
    agrees(CheckedOp::FloorDivide, floor);
    agrees(CheckedOp::Modulo, move |a, b| floor(a, b).map(|q| a - q * b));
}

#[test]
fn shifts_lose_no_bits_and_take_no_negative_count() {
    agrees(CheckedOp::ShiftLeft, |a, b| match b {
        ..0 => None,
        _ if a == 0 => Some(0),
        0..64 => Some(a << b),
        _ => None,
    });
    agrees(CheckedOp::ShiftRight, |a, b| match b {
        ..0 => None,
        0..64 => Some(a >> b),
        _ => Some(if a < 0 { -1 } else { 0 }),
    });
}

#[test]
fn ints_wrap_and_compare() {
    let wrapping: [OfInts; 6] = [
        (BinaryOp::AddWrapping, i64::wrapping_add),
        (BinaryOp::SubtractWrapping, i64::wrapping_sub),
        (BinaryOp::MultiplyWrapping, i64::wrapping_mul),
        (BinaryOp::AndInt, |a, b| a & b),
        (BinaryOp::OrInt, |a, b| a | b),
        (BinaryOp::XorInt, |a, b| a ^ b),
    ];
    let (left, right) = pairs(&INTS);
    for (op, plain) in wrapping {
        let module = of_two(Type::Int, INT, |draft| {
            draft.binary(op, draft.parameter(0), draft.parameter(1))
        });
        let expected: Vec<_> = left.iter().zip(&right).map(|(a, b)| Some(plain(*a, *b))).collect();
        assert_eq!(int_answers(&run(&module, &[ints(&left), ints(&right)])), expected, "{op:?}");
    }
    for comparison in COMPARISONS {
        let op = BinaryOp::CompareInt(comparison);
        let module = of_two(Type::Int, BOOL, |draft| {
            draft.binary(op, draft.parameter(0), draft.parameter(1))
        });
        let expected: Vec<_> =
            left.iter().zip(&right).map(|(a, b)| Some(holds(comparison, a, b))).collect();
        assert_eq!(bool_answers(&run(&module, &[ints(&left), ints(&right)])), expected, "{op:?}");
    }
}

const COMPARISONS: [Comparison; 6] = [
    Comparison::Equal,
    Comparison::NotEqual,
    Comparison::Less,
    Comparison::LessEqual,
    Comparison::Greater,
    Comparison::GreaterEqual,
];

fn holds<T: PartialOrd>(comparison: Comparison, a: &T, b: &T) -> bool {
    match comparison {
        Comparison::Equal => a == b,
        Comparison::NotEqual => a != b,
        Comparison::Less => a < b,
        Comparison::LessEqual => a <= b,
        Comparison::Greater => a > b,
        Comparison::GreaterEqual => a >= b,
    }
}

#[test]
fn floats_compute_and_compare() {
    let plain: [OfFloats; 5] = [
        (BinaryOp::AddFloat, |a, b| a + b),
        (BinaryOp::SubtractFloat, |a, b| a - b),
        (BinaryOp::MultiplyFloat, |a, b| a * b),
        (BinaryOp::DivideFloat, |a, b| a / b),
        (BinaryOp::CopySign, f64::copysign),
    ];
    let (left, right) = pairs(&FLOATS);
    for (op, plain) in plain {
        let module = of_two(Type::Float, FLOAT, |draft| {
            draft.binary(op, draft.parameter(0), draft.parameter(1))
        });
        let expected: Vec<_> =
            left.iter().zip(&right).map(|(a, b)| Some(bits(plain(*a, *b)))).collect();
        let answer = run(&module, &[floats(&left), floats(&right)]);
        assert_eq!(float_answers(&answer), expected, "{op:?}");
    }
    for comparison in COMPARISONS {
        let op = BinaryOp::CompareFloat(comparison);
        let module = of_two(Type::Float, BOOL, |draft| {
            draft.binary(op, draft.parameter(0), draft.parameter(1))
        });
        let expected: Vec<_> =
            left.iter().zip(&right).map(|(a, b)| Some(holds(comparison, a, b))).collect();
        let answer = run(&module, &[floats(&left), floats(&right)]);
        assert_eq!(bool_answers(&answer), expected, "{op:?}");
    }
}

fn of_one(parameter: Slot, op: UnaryOp) -> Module {
    let returns = Slot { ty: op.types().1, nullable: false };
    let mut draft = Draft::new("f", &[parameter.ty], &[returns.ty]);
    let result = draft.unary(op, draft.parameter(0));
    draft.end(End::Return(vec![result]));
    draft.module(&[parameter], returns)
}

#[test]
fn floats_of_one_argument() {
    let plain: [OfFloat; 6] = [
        (UnaryOp::NegateFloat, |x| -x),
        (UnaryOp::AbsoluteFloat, f64::abs),
        (UnaryOp::SquareRoot, f64::sqrt),
        (UnaryOp::Floor, f64::floor),
        (UnaryOp::Ceiling, f64::ceil),
        (UnaryOp::Truncate, f64::trunc),
    ];
    for (op, plain) in plain {
        let expected: Vec<_> = FLOATS.iter().map(|x| Some(bits(plain(*x)))).collect();
        assert_eq!(float_answers(&run(&of_one(FLOAT, op), &[floats(&FLOATS)])), expected, "{op:?}");
    }
    let finite = run(&of_one(FLOAT, UnaryOp::IsFinite), &[floats(&FLOATS)]);
    let expected: Vec<_> = FLOATS.iter().map(|x| Some(x.is_finite())).collect();
    assert_eq!(bool_answers(&finite), expected);
    let nan = run(&of_one(FLOAT, UnaryOp::IsNan), &[floats(&FLOATS)]);
    let expected: Vec<_> = FLOATS.iter().map(|x| Some(x.is_nan())).collect();
    assert_eq!(bool_answers(&nan), expected);
    let whole = run(&of_one(FLOAT, UnaryOp::FloatToInt), &[floats(&FLOATS)]);
    let expected: Vec<_> = FLOATS.iter().map(|x| Some(*x as i64)).collect();
    assert_eq!(int_answers(&whole), expected);
}

#[test]
fn ints_and_bools_of_one_argument() {
    let inverted = run(&of_one(INT, UnaryOp::InvertInt), &[ints(&INTS)]);
    assert_eq!(int_answers(&inverted), INTS.map(|x| Some(!x)));
    let float = run(&of_one(INT, UnaryOp::IntToFloat), &[ints(&INTS)]);
    assert_eq!(float_answers(&float), INTS.map(|x| Some(bits(x as f64))));
    let both: ArrayRef = Arc::new(arrow::array::BooleanArray::from(vec![true, false]));
    let not = run(&of_one(BOOL, UnaryOp::Not), &[Arc::clone(&both)]);
    assert_eq!(bool_answers(&not), [Some(false), Some(true)]);
    assert_eq!(int_answers(&run(&of_one(BOOL, UnaryOp::BoolToInt), &[both])), [Some(1), Some(0)]);
}

#[test]
fn a_fused_product_is_rounded_once() {
    let mut draft = Draft::new("f", &[Type::Float], &[Type::Float]);
    let (x, product) = (draft.parameter(0), draft.var(Type::Float));
    draft.op(Op::Binary { to: product, op: BinaryOp::MultiplyFloat, left: x, right: x });
    let negative = draft.unary(UnaryOp::NegateFloat, product);
    let to = draft.var(Type::Float);
    draft.op(Op::FusedMultiplyAdd { to, a: x, b: x, c: negative });
    draft.end(End::Return(vec![to]));
    let x = 1.0 + f64::EPSILON;
    let answer = run(&draft.module(&[FLOAT], FLOAT), &[floats(&[x, 0.1])]);
    let lost = [f64::EPSILON * f64::EPSILON, 0.1_f64.mul_add(0.1, -(0.1 * 0.1))];
    assert_ne!(lost[1], 0.0);
    assert_eq!(float_answers(&answer), lost.map(|x| Some(bits(x))));
}

#[test]
fn a_choice_takes_the_side_of_its_test() {
    let module = of_two(Type::Float, FLOAT, |draft| {
        let (x, y, to) = (draft.parameter(0), draft.parameter(1), draft.var(Type::Float));
        let test = draft.binary(BinaryOp::CompareFloat(Comparison::Less), x, y);
        draft.op(Op::Select { to, test, yes: x, no: y });
        to
    });
    let answer = run(&module, &[floats(&[1.0, 3.0, f64::NAN]), floats(&[2.0, 2.0, 2.0])]);
    assert_eq!(float_answers(&answer), [1.0, 2.0, 2.0].map(|x| Some(bits(x))));
}
