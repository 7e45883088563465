//! Calls on the thread of who asks.

use super::*;

const LIMIT: Duration = Duration::from_millis(10);

/// Counts down to zero, and gives that.
fn countdown() -> Module {
    let mut draft = Draft::new("countdown", &[Type::Int], &[Type::Int]);
    let left = draft.parameter(0);
    draft.end(End::Jump(BlockId(1)));
    draft.op(Op::Poll);
    let zero = draft.int(0);
    let test = draft.binary(BinaryOp::CompareInt(Comparison::Greater), left, zero);
    draft.end(End::Branch { test, yes: BlockId(2), no: BlockId(3) });
    let one = draft.int(1);
    let less = draft.binary(BinaryOp::SubtractWrapping, left, one);
    draft.op(Op::Copy { to: left, from: less });
    draft.end(End::Jump(BlockId(1)));
    draft.end(End::Return(vec![left]));
    draft.module(&[INT], INT)
}

fn here(rig: &Rig, column: &ArrayRef) -> Option<Vec<Option<i64>>> {
    let (columns, rows) = ([Arc::clone(column)], column.len());
    if !rig.kernel.is_short(&columns, rows, LIMIT).unwrap() {
        return None;
    }
    rig.kernel.compute_here(&columns, rows, LIMIT).map(|answer| answers(&answer))
}

#[test]
fn a_call_like_the_last_short_one_is_computed_here() {
    let rig = tenfold_rig();
    let column = ints(&[Some(1), None, Some(3)]);
    assert_eq!(here(&rig, &column), None);
    rig.invoke(&[Arc::clone(&column)], &CallContext::default());
    assert_eq!(here(&rig, &column), Some(vec![Some(10), None, Some(30)]));
    assert_eq!(rig.kernel.report().unwrap().rows, 6);
}

#[test]
fn rows_for_the_interpreter_are_left_to_others() {
    let rig = tenfold_rig();
    let fine = ints(&[Some(1)]);
    rig.invoke(&[Arc::clone(&fine)], &CallContext::default());
    assert_eq!(here(&rig, &ints(&[Some(1), Some(HUGE)])), None);
    assert!(rig.interpreted().is_empty());
    let report = rig.kernel.report().unwrap();
    assert_eq!((report.rows, report.left), (1, 0));
    // Who left once may leave again.
    assert_eq!(here(&rig, &fine), None);
}

#[test]
fn code_that_changed_is_not_run_here() {
    let rig = tenfold_rig();
    let column = ints(&[Some(1)]);
    rig.invoke(&[Arc::clone(&column)], &CallContext::default());
    rig.live.is_changed.store(true, Ordering::SeqCst);
    assert_eq!(here(&rig, &column), None);
    // Who looks at it next says why.
    assert_eq!(rig.kernel.tier(), Tier::Native);
}

#[test]
fn what_takes_longer_than_expected_is_given_up() {
    let parameters = [(DataType::Int64, NullPolicy::Skip)];
    let rig = Rig::try_new(countdown(), &parameters, DataType::Int64, None).unwrap();
    let short = ints(&[Some(3)]);
    rig.invoke(&[Arc::clone(&short)], &CallContext::default());
    assert_eq!(here(&rig, &short), Some(vec![Some(0)]));
    assert_eq!(here(&rig, &ints(&[Some(i64::MAX)])), None);
    assert_eq!(here(&rig, &short), None);
}
