//! Rows in pairs give what single rows do, whatever their number, and leave one by one.

use super::*;
use crate::ir::draft::{Draft, EXIT, FLOAT};
use crate::ir::{BinaryOp, Comparison, End, Op, Type, UnaryOp, Var};
use crate::machine::vector::straight;

/// All that has lanes: `abs(sqrt(fma(x, y, -(x / y)))) - (x * 2 if x < y else y + 2)`; leaves where
/// y is zero.
fn lanes() -> Module {
    let mut draft = Draft::new("lanes", &[Type::Float, Type::Float], &[Type::Float]);
    let (x, y, zero, two) =
        (draft.parameter(0), draft.parameter(1), draft.float(0.0), draft.float(2.0));
    let is_other = draft.binary(BinaryOp::CompareFloat(Comparison::NotEqual), y, zero);
    draft.op(Op::Guard { test: is_other, exit: EXIT });
    let quotient = draft.binary(BinaryOp::DivideFloat, x, y);
    let negative = draft.unary(UnaryOp::NegateFloat, quotient);
    let fused = draft.var(Type::Float);
    draft.op(Op::FusedMultiplyAdd { to: fused, a: x, b: y, c: negative });
    let root = draft.unary(UnaryOp::SquareRoot, fused);
    let size = draft.unary(UnaryOp::AbsoluteFloat, root);
    let is_less = draft.binary(BinaryOp::CompareFloat(Comparison::Less), x, y);
    let (double, more) =
        (draft.binary(BinaryOp::MultiplyFloat, x, two), draft.binary(BinaryOp::AddFloat, y, two));
    let chosen = draft.var(Type::Float);
    draft.op(Op::Select { to: chosen, test: is_less, yes: double, no: more });
    let result: Var = draft.binary(BinaryOp::SubtractFloat, size, chosen);
    draft.end(End::Return(vec![result]));
    draft.module(&[FLOAT, FLOAT], FLOAT)
}

fn expected(x: f64, y: f64) -> Option<u64> {
    let chosen = if x < y { x * 2.0 } else { y + 2.0 };
    (y != 0.0).then(|| bits(x.mul_add(y, -(x / y)).sqrt().abs() - chosen))
}

#[test]
fn lanes_give_the_bits_of_single_rows() {
    assert!(straight(&lanes()).is_some());
    for rows in [0, 1, 3, 4, 5, 8, 4095, 4096, 4097, 9001_usize] {
        let x: Vec<f64> = (0..=rows).map(|row| (row as f64).mul_add(0.37, -100.0)).collect();
        // Zeros alone, side by side, and at the ends of groups.
        let y: Vec<f64> = (0..rows)
            .map(|row| match row % 97 {
                0 | 5 | 6 | 11 => 0.0,
                12 => f64::NAN,
                13 => f64::INFINITY,
                _ => (row % 31) as f64 / 3.0 - 4.0,
            })
            .collect();
        let answer = run(&lanes(), &[floats(&x).slice(1, rows), floats(&y)]);
        let all: Vec<_> = x[1..].iter().zip(&y).map(|(x, y)| expected(*x, *y)).collect();
        assert_eq!(float_answers(&answer), all, "{rows} rows");
    }
}

#[test]
fn rows_that_leave_in_groups_are_in_order() {
    let y: Vec<f64> = (0..100).map(|row| if row % 3 == 0 { 0.0 } else { 1.0 }).collect();
    let answer = run(&lanes(), &[floats(&[1.0; 100]), floats(&y)]);
    let rows: Vec<u32> = answer.left.iter().map(|left| left.row).collect();
    assert_eq!(rows, (0..100).step_by(3).collect::<Vec<_>>());
}
