//! The loop over rows: NULLs, offsets, exits, lengths.

use arrow::array::{BooleanArray, Float64Array};
use arrow::buffer::NullBuffer;

use super::*;
use crate::ir::draft::{BOOL, Draft, EXIT, FLOAT, INT, nullable};
use crate::ir::{BinaryOp, BlockId, Comparison, End, ExitId, Op, Slot, Type, sample};

/// `x if x is not None and b else None`, of floats.
fn keep() -> Module {
    let [given, float] = [Type::Bool, Type::Float];
    let mut draft = Draft::new("keep", &[given, float, given], &[given, float]);
    let [there, x, b] = [0, 1, 2].map(|index| draft.parameter(index));
    let both = draft.binary(BinaryOp::AndBool, there, b);
    draft.end(End::Return(vec![both, x]));
    draft.module(&[nullable(FLOAT), BOOL], nullable(FLOAT))
}

#[test]
fn validity_and_bools_are_read_and_written_at_any_offset() {
    let rows = 10_000;
    let values = (0..rows).map(|row| (row % 3 != 0).then_some(row as f64));
    let values: ArrayRef = Arc::new(values.collect::<Float64Array>());
    let bools = (0..rows).map(|row| Some(row % 5 != 0)).collect::<BooleanArray>();
    let bools: ArrayRef = Arc::new(bools);
    for (from, length) in [(0, rows), (1, 9000), (7, 64), (8, 8192), (4095, 2), (9999, 1), (3, 0)] {
        let columns = [values.slice(from, length), bools.slice(from, length)];
        let answer = run(&keep(), &columns);
        let expected: Float64Array = (from..from + length)
            .map(|row| (row % 3 != 0 && row % 5 != 0).then_some(row as f64))
            .collect();
        assert_eq!(answer.values.as_primitive::<Float64Type>(), &expected, "{from} {length}");
        assert_eq!(answer.left, []);
    }
}

#[test]
fn a_column_without_nulls_is_all_there() {
    let columns: [ArrayRef; 2] =
        [floats(&vec![1.0; 5000]), Arc::new(BooleanArray::from(vec![true; 5000]))];
    assert_eq!(run(&keep(), &columns).values.null_count(), 0);
}

#[test]
fn an_empty_batch_gives_an_empty_answer() {
    let answer = run(&sample::count_down(), &[ints(&[])]);
    assert_eq!((answer.values.len(), answer.left.len()), (0, 0));
}

#[test]
fn a_function_without_parameters_gives_as_many_values_as_rows() {
    let mut draft = Draft::new("seven", &[], &[Type::Int]);
    let seven = draft.int(7);
    draft.end(End::Return(vec![seven]));
    let compiled = compile(&draft.module(&[], INT)).unwrap();
    let answer = compiled.run(&[], None, 3, &AtomicBool::new(false)).unwrap().unwrap();
    assert_eq!(int_answers(&answer), [Some(7); 3]);
}

/// Leaves by exit 1 where x is below zero and by exit 2 where it is above a thousand.
fn between() -> Module {
    let mut draft = Draft::new("between", &[Type::Int], &[Type::Int]);
    let (x, low, high) = (draft.parameter(0), draft.int(0), draft.int(1000));
    let not_low = draft.binary(BinaryOp::CompareInt(Comparison::GreaterEqual), x, low);
    draft.op(Op::Guard { test: not_low, exit: ExitId(1) });
    let is_high = draft.binary(BinaryOp::CompareInt(Comparison::Greater), x, high);
    draft.end(End::Branch { test: is_high, yes: BlockId(1), no: BlockId(2) });
    draft.end(End::Exit(ExitId(2)));
    draft.end(End::Return(vec![x]));
    draft.module(&[INT], INT)
}

#[test]
fn rows_leave_where_they_must_and_the_others_go_on() {
    let mut values: Vec<i64> = (0..10_000).map(|row| row % 1000).collect();
    for (row, value) in [(0, -1), (1, 1001), (4095, -5), (4096, 2000), (9999, -7)] {
        values[row] = value;
    }
    let answer = run(&between(), &[ints(&values)]);
    let left = [(0, 1), (1, 2), (4095, 1), (4096, 2), (9999, 1)];
    assert_eq!(answer.left, left.map(|(row, exit)| Left { row, exit }));
    let expected: Vec<_> =
        values.iter().map(|value| (0..=1000).contains(value).then_some(*value)).collect();
    assert_eq!(int_answers(&answer), expected);
}

#[test]
fn all_rows_may_leave() {
    let mut draft = Draft::new("never", &[Type::Int], &[Type::Int]);
    draft.end(End::Exit(EXIT));
    let answer = run(&draft.module(&[INT], INT), &[ints(&vec![1; 5000])]);
    assert_eq!(answer.left.len(), 5000);
    assert!(answer.left.iter().zip(0..).all(|(left, row)| *left == Left { row, exit: 0 }));
}

#[test]
fn rows_that_nobody_asked_for_are_null_and_do_not_leave() {
    let asked: NullBuffer = (0..9000).map(|row| row % 7 != 0 && row / 100 % 2 == 0).collect();
    let values: Vec<i64> = (0..9000).map(|row| if row % 2 == 0 { row } else { -1 }).collect();
    // One that is straight and one that is called by runs of rows, because it has a loop.
    let mut looping = between();
    let blocks = &mut looping.functions[0].blocks;
    blocks[2].ops.push(Op::Poll);
    for module in [between(), looping] {
        let compiled = compile(&module).unwrap();
        for offset in [0, 3] {
            let (asked, values) = (asked.slice(offset, 8990), ints(&values).slice(offset, 8990));
            let stop = AtomicBool::new(false);
            let answer =
                compiled.run(&[Arc::clone(&values)], Some(&asked), 8990, &stop).unwrap().unwrap();
            assert_eq!(answer.values.nulls(), Some(&asked));
            let values = values.as_primitive::<Int64Type>();
            let leaves = |row: usize| !(0..=1000).contains(&values.value(row));
            let expected: Vec<u32> = (0..8990_u32)
                .filter(|row| asked.is_valid(*row as usize) && leaves(*row as usize))
                .collect();
            assert!(!expected.is_empty());
            assert_eq!(answer.left.iter().map(|left| left.row).collect::<Vec<_>>(), expected);
            let wrong = int_answers(&answer)
                .into_iter()
                .enumerate()
                .find(|(row, answer)| answer.is_some_and(|answer| answer != values.value(*row)));
            assert_eq!(wrong, None);
        }
    }
}

#[test]
fn a_loop_sums_by_the_c_librarys_sine() {
    let counts = ints(&[0, 1, 10, 100]);
    let nothing = Arc::new(arrow::array::Int64Array::from(vec![None; 1])) as ArrayRef;
    let answer = run(&sample::count_down(), &[counts]);
    let sum = |n: i64| (0..n).rev().fold(0.0, |sum, i| sum + (i as f64).sin());
    assert_eq!(float_answers(&answer), [0, 1, 10, 100].map(|n| Some(bits(sum(n)))));
    assert_eq!(float_answers(&run(&sample::count_down(), &[nothing])), [Some(0)]);
}

#[test]
fn wrong_columns_are_refused() {
    let compiled = compile(&between()).unwrap();
    let stop = AtomicBool::new(false);
    let refused = |columns: &[ArrayRef], asked: Option<&NullBuffer>, rows| {
        assert!(compiled.run(columns, asked, rows, &stop).is_err());
    };
    refused(&[], None, 1);
    refused(&[floats(&[1.0])], None, 1);
    refused(&[ints(&[1])], None, 2);
    refused(&[ints(&[1])], Some(&NullBuffer::new_valid(2)), 1);
}

#[test]
fn broken_modules_and_lists_are_refused() {
    let mut module = between();
    module.parameters.clear();
    assert!(compile(&module).is_err());
    let mut module = between();
    let list = crate::ir::Variable { name: "l".into(), ty: Type::NewInts };
    module.functions[0].variables.push(list);
    assert!(compile(&module).unwrap_err().to_string().contains("lists"));
}

#[test]
fn slots_that_are_null_have_two_variables() {
    let slot = Slot { ty: Type::Int, nullable: true };
    assert_eq!(slot.variables().collect::<Vec<_>>(), [Type::Bool, Type::Int]);
}
