//! Fold and Grouped: states carried from row to row, and rows that leave.

use std::sync::atomic::AtomicBool;

use arrow::array::{ArrayRef, AsArray, Int64Array};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{Float64Type, Int64Type};

use super::*;
use crate::ir::draft::{Draft, EXIT, FLOAT, INT, nullable, with_state};
use crate::ir::{BinaryOp, BlockId, CheckedOp, Comparison, Constant, End, Module, Op, Slot, Type};
use crate::machine::frame::AWAY;
use crate::machine::states::{Cell, Kept, States};
use crate::machine::walk::{Ended, Walk};

/// The tag goes up by one to 1 and stays there, the int is summed and leaves where that overflows, the
/// float counts rows. Returns the sum, if it is not zero.
fn sums() -> Module {
    let state = [Type::Int, Type::Int, Type::Float];
    let mut draft = Draft::new(
        "sums",
        &[&state[..], &[Type::Int]].concat(),
        &[&state[..], &[Type::Bool, Type::Int]].concat(),
    );
    let [sum, count, x] = [1, 2, 3].map(|index| draft.parameter(index));
    let next = draft.var(Type::Int);
    draft.op(Op::Checked { to: next, op: CheckedOp::Add, left: sum, right: x, exit: EXIT });
    let one = draft.float(1.0);
    let count = draft.binary(BinaryOp::AddFloat, count, one);
    let (tag, zero) = (draft.int(1), draft.int(0));
    let is_there = draft.binary(BinaryOp::CompareInt(Comparison::NotEqual), next, zero);
    draft.end(End::Return(vec![tag, next, count, is_there, next]));
    with_state(draft.finish(), &[Type::Int, Type::Float], &[INT], Some(nullable(INT)))
}

fn cell(tag: usize, sum: i64, count: f64) -> Cell {
    Cell::new(tag, &[sum as u64, count.to_bits()])
}

fn initial() -> Cell {
    cell(0, 0, 0.0)
}

fn update(
    module: &Module,
    states: &mut States,
    groups: &[usize],
    values: &[i64],
    asked: Option<&NullBuffer>,
) -> Vec<Left> {
    let stop = AtomicBool::new(false);
    compile(module).unwrap().update(states, groups, &[ints(values)], asked, &stop).unwrap().unwrap()
}

#[test]
fn a_state_goes_through_all_rows_and_gives_the_value_of_each() {
    let code = compile(&sums()).unwrap();
    let values: Vec<i64> = (0..10_000).map(|row| row % 100 - 3).collect();
    let (columns, stop) = ([ints(&values)], AtomicBool::new(false));
    let mut walk = Walk::new(&code, &columns, None, 10_000, &stop).unwrap();
    let mut state = initial();
    for rows in [0..1, 1..1, 1..5000, 5000..10_000] {
        assert_eq!(walk.run(&mut state, rows).unwrap(), Ended::Done);
    }
    let mut sum = 0;
    let expected: Vec<Option<i64>> = values
        .iter()
        .map(|value| {
            sum += value;
            (sum != 0).then_some(sum)
        })
        .collect();
    assert_eq!(state, cell(1, sum, 10_000.0));
    assert!(expected.contains(&None));
    let answer = walk.answer().unwrap();
    assert_eq!(answer.as_primitive::<Int64Type>().iter().collect::<Vec<_>>(), expected);
}

#[test]
fn a_walk_ends_with_the_state_in_front_of_the_row_that_leaves() {
    let code = compile(&sums()).unwrap();
    let mut values = vec![1; 9000];
    values[5001] = i64::MAX;
    let (columns, stop) = ([ints(&values)], AtomicBool::new(false));
    let mut walk = Walk::new(&code, &columns, None, 9000, &stop).unwrap();
    let mut state = initial();
    let left = Left { row: 5001, exit: 0 };
    assert_eq!(walk.run(&mut state, 1000..9000).unwrap(), Ended::Left(left));
    assert_eq!(state, cell(1, 4001, 4001.0));
    assert_eq!(walk.run(&mut state, 5001..9000).unwrap(), Ended::Left(left));
    assert_eq!(walk.run(&mut state, 5002..9000).unwrap(), Ended::Done);
    assert_eq!(state, cell(1, 7999, 7999.0));
}

#[test]
fn rows_that_nobody_asked_for_leave_the_state_alone() {
    let asked: NullBuffer = (0..9000).map(|row| row % 3 == 1 && row / 500 % 2 == 0).collect();
    let values: Vec<i64> = (0..9000).collect();
    let asked = asked.slice(5, 8990);
    let column = ints(&values).slice(5, 8990);
    let wanted: i64 = (0..8990).filter(|row| asked.is_valid(*row)).map(|row| row as i64 + 5).sum();
    let count = (8990 - asked.null_count()) as f64;
    let (code, stop) = (compile(&sums()).unwrap(), AtomicBool::new(false));
    let columns = [column];
    let mut walk = Walk::new(&code, &columns, Some(&asked), 8990, &stop).unwrap();
    let mut state = initial();
    assert_eq!(walk.run(&mut state, 0..8990).unwrap(), Ended::Done);
    assert_eq!(state, cell(1, wanted, count));
    assert_eq!(walk.answer().unwrap().null_count(), asked.null_count());

    let mut states = States::new(initial());
    states.grow(2);
    let left = code.update(&mut states, &vec![1; 8990], &columns, Some(&asked), &stop);
    assert_eq!(left.unwrap().unwrap(), []);
    assert_eq!((states.kept(0), states.load(1)), (Kept::Fresh, cell(1, wanted, count)));
}

#[test]
fn groups_have_states_of_their_own() {
    let groups: Vec<usize> = (0..10_000).map(|row| row * 7919 % 13).collect();
    let values: Vec<i64> = (0..10_000).collect();
    let mut states = States::new(initial());
    states.grow(14);
    for _ in 0..2 {
        assert_eq!(update(&sums(), &mut states, &groups, &values, None), []);
    }
    for group in 0..13 {
        let own = groups.iter().zip(&values).filter(|(own, _)| **own == group);
        let (sum, count) = own.fold((0, 0.0), |(sum, count), (_, x)| (sum + x, count + 1.0));
        assert_eq!(states.load(group), cell(1, sum * 2, count * 2.0));
    }
    assert_eq!(states.kept(13), Kept::Fresh);
}

#[test]
fn a_group_leaves_with_all_its_rows_from_the_first_one_on() {
    let mut states = States::new(initial());
    states.grow(4);
    states.store(3, &cell(1, 5, 1.0));
    states.send(3);
    let groups = [0, 1, 0, 2, 0, 3, 1, 2];
    let values = [i64::MAX, 1, 1, i64::MIN, 1, 1, 1, -1];
    let left = update(&sums(), &mut states, &groups, &values, None);
    let expected = [(2, 0), (4, AWAY), (5, AWAY), (7, 0)];
    assert_eq!(left, expected.map(|(row, exit)| Left { row, exit }));
    let kept = [0, 1, 2, 3].map(|group| states.kept(group));
    assert_eq!(kept, [Kept::Leaving, Kept::Here, Kept::Leaving, Kept::Away]);
    assert_eq!(states.load(0), cell(1, i64::MAX, 1.0));
    assert_eq!(states.load(2), cell(1, i64::MIN, 1.0));
    assert_eq!(states.load(1), cell(1, 2, 2.0));
}

#[test]
fn rows_of_later_chunks_leave_under_their_own_numbers() {
    let mut values = vec![1; 9000];
    values[8999] = i64::MAX;
    let groups: Vec<usize> = (0..9000).map(|row| row % 2).collect();
    let mut states = States::new(initial());
    states.grow(2);
    let left = update(&sums(), &mut states, &groups, &values, None);
    assert_eq!(left, [Left { row: 8999, exit: 0 }]);
}

/// A state that is a bool's or float's sort of step: returns a bool.
#[test]
fn bools_are_returned_a_byte_each() {
    let state = [Type::Int, Type::Float];
    let mut draft = Draft::new(
        "rises",
        &[Type::Int, Type::Float, Type::Float],
        &[Type::Int, Type::Float, Type::Bool],
    );
    let [tag, last, x] = [0, 1, 2].map(|index| draft.parameter(index));
    let rises = draft.binary(BinaryOp::CompareFloat(Comparison::Greater), x, last);
    draft.end(End::Return(vec![tag, x, rises]));
    let bool_slot = Slot { ty: Type::Bool, nullable: false };
    let module = with_state(draft.finish(), &state[1..], &[FLOAT], Some(bool_slot));
    let values: Vec<f64> = (0..200).map(|row| f64::from(row * 37 % 64)).collect();
    let (code, columns, stop) =
        (compile(&module).unwrap(), [floats(&values)], AtomicBool::new(false));
    let mut walk = Walk::new(&code, &columns, None, 200, &stop).unwrap();
    let mut cell = Cell::new(0, &[0]);
    for begin in (0..200).step_by(40) {
        walk.run(&mut cell, begin..begin + 40).unwrap();
    }
    let answer = walk.answer().unwrap();
    let mut last = 0.0;
    for (row, value) in values.iter().enumerate() {
        assert_eq!(answer.as_boolean().value(row), *value > last, "row {row}");
        last = *value;
    }
}

#[test]
fn a_raised_flag_stops_both_loops() {
    let mut draft = Draft::new("endless", &[Type::Int, Type::Int], &[Type::Int]);
    let tag = draft.parameter(0);
    draft.end(End::Jump(BlockId(1)));
    draft.op(Op::Poll);
    let yes = draft.constant(Constant::Bool(true));
    draft.end(End::Branch { test: yes, yes: BlockId(1), no: BlockId(2) });
    draft.end(End::Return(vec![tag]));
    let module = with_state(draft.finish(), &[], &[INT], None);
    let (code, columns, stop) = (compile(&module).unwrap(), [ints(&[1])], AtomicBool::new(false));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(std::time::Duration::from_millis(20));
            stop.store(true, std::sync::atomic::Ordering::Relaxed);
        });
        let mut walk = Walk::new(&code, &columns, None, 1, &stop).unwrap();
        assert_eq!(walk.run(&mut Cell::zero(0), 0..1).unwrap(), Ended::Stopped);
    });
    stop.store(false, std::sync::atomic::Ordering::Relaxed);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(std::time::Duration::from_millis(20));
            stop.store(true, std::sync::atomic::Ordering::Relaxed);
        });
        let mut states = States::new(Cell::zero(0));
        states.grow(1);
        assert_eq!(code.update(&mut states, &[0], &columns, None, &stop).unwrap(), None);
    });
}

#[test]
fn what_does_not_belong_together_is_refused() {
    let (code, stop) = (compile(&sums()).unwrap(), AtomicBool::new(false));
    let columns: [ArrayRef; 1] = [std::sync::Arc::new(Int64Array::from(vec![1, 2]))];
    assert!(code.run(&columns, None, 2, &stop).is_err());
    assert!(Walk::new(&code, &columns, None, 3, &stop).is_err());
    let mut walk = Walk::new(&code, &columns, None, 2, &stop).unwrap();
    assert!(walk.run(&mut initial(), 0..3).is_err());
    assert!(walk.run(&mut Cell::zero(1), 0..2).is_err());
    let mut states = States::new(initial());
    states.grow(1);
    assert!(code.update(&mut states, &[0, 1], &columns, None, &stop).is_err());
    assert!(code.update(&mut states, &[0], &columns, None, &stop).is_err());
    let mut others = States::new(Cell::zero(1));
    others.grow(2);
    assert!(code.update(&mut others, &[0, 1], &columns, None, &stop).is_err());
    let rows_alone = {
        let mut draft = Draft::new("same", &[Type::Int], &[Type::Int]);
        let x = draft.parameter(0);
        draft.end(End::Return(vec![x]));
        compile(&draft.module(&[INT], INT)).unwrap()
    };
    assert!(Walk::new(&rows_alone, &columns, None, 2, &stop).is_err());
    assert!(rows_alone.update(&mut states, &[0, 0], &columns, None, &stop).is_err());
}

/// Each row's value is added, in the order of the rows.
#[test]
fn floats_are_added_one_after_the_other() {
    let (int, float) = (Type::Int, Type::Float);
    let mut draft = Draft::new("dot", &[int, float, float, float], &[int, float]);
    let [tag, sum, x, y] = [0, 1, 2, 3].map(|index| draft.parameter(index));
    let product = draft.binary(BinaryOp::MultiplyFloat, x, y);
    let sum = draft.binary(BinaryOp::AddFloat, sum, product);
    draft.end(End::Return(vec![tag, sum]));
    let module = with_state(draft.finish(), &[float], &[FLOAT, FLOAT], None);
    let x: Vec<f64> = (0..5000).map(|row| f64::from(row) * 0.1).collect();
    let columns = [floats(&x), floats(&x)];
    let (code, stop) = (compile(&module).unwrap(), AtomicBool::new(false));
    let mut walk = Walk::new(&code, &columns, None, 5000, &stop).unwrap();
    let mut cell = Cell::zero(1);
    assert_eq!(walk.run(&mut cell, 0..5000).unwrap(), Ended::Done);
    assert!(walk.answer().is_none());
    let expected = columns[0].as_primitive::<Float64Type>().values().iter();
    assert_eq!(cell.bits(), [expected.fold(0.0, |sum, x| sum + x * x).to_bits()]);
}
