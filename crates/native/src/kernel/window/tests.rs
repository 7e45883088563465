//! A compiled window against the same one interpreted.

use std::sync::atomic::Ordering;

use arrow::array::{ArrayRef, AsArray};
use arrow::datatypes::Int8Type;
use arrowsmith_contract::{Error, RowNumbers, RowScope};
use proptest::prelude::*;

use super::*;
use crate::kernel::played::window::{Interpreted, Rig};
use crate::kernel::played::{HUGE, column};

fn evaluate(
    evaluator: &mut Box<dyn WindowEvaluator>,
    values: &[i64],
    starts: &[usize],
    context: &CallContext,
) -> Vec<Option<i8>> {
    let values: Vec<Option<i64>> = values.iter().copied().map(Some).collect();
    let answer = evaluator.evaluate(&[column(&values)], values.len(), starts, context).unwrap();
    answer.as_primitive::<Int8Type>().iter().collect()
}

#[test]
fn partitions_have_states_of_their_own_that_batches_carry_on() {
    let rig = Rig::new();
    let (mut evaluator, context) = (rig.evaluator(), CallContext::default());
    let answer = evaluate(&mut evaluator, &[1, 2, 3, 4, 1], &[0, 2, 4], &context);
    assert_eq!(answer, [1, 3, 3, 7, 1].map(Some));
    let answer = evaluate(&mut evaluator, &[1, 3, 7, 1], &[3], &context);
    assert_eq!(answer, [Some(2), None, Some(1), Some(1)]);
    assert_eq!(rig.log.take(), []);
    let report = rig.kernel.report().unwrap();
    assert_eq!((report.rows, report.left, rig.kernel.tier()), (9, 0, Tier::Native));
}

#[test]
fn rows_that_leave_are_interpreted_from_their_state_on() {
    let rig = Rig::new();
    let mut evaluator = rig.evaluator();
    let rows = RowNumbers::starting_at(100, RowScope::Input);
    let context = CallContext { rows, ..CallContext::default() };
    // 128 does not fit the declared type: NULL, and the state stays.
    let answer = evaluate(&mut evaluator, &[100, 26, 2, 1, 1, 1], &[0, 3], &context);
    assert_eq!(answer, [None, Some(126), None, Some(1), Some(2), Some(3)]);
    assert_eq!(rig.log.take(), [("evaluate", vec![102])]);
    let answer = evaluate(&mut evaluator, &[1, -1], &[], &context);
    assert_eq!(answer, [Some(4), Some(3)]);
    let unfit: Vec<u64> = rig.kernel.report().unwrap().exits.iter().map(|e| e.rows).collect();
    assert_eq!(unfit.iter().sum::<u64>(), 1);
}

#[test]
fn a_state_that_does_not_come_back_is_interpreted_until_its_partition_ends() {
    let rig = Rig::new();
    let (mut evaluator, context) = (rig.evaluator(), CallContext::default());
    let values = [HUGE, HUGE, HUGE, 5, 5, 5, 1, 1, 1, 1];
    let answer = evaluate(&mut evaluator, &values, &[0, 8], &context);
    assert_eq!(answer[..6], [None; 6]);
    assert_eq!(answer[8..], [Some(1), Some(2)]);
    let crossings = rig.log.take();
    let expected: [(_, Vec<u64>); 3] =
        [("evaluate", vec![2]), ("evaluate", vec![3, 4]), ("evaluate", vec![5, 6, 7, 8])];
    assert_eq!(crossings, expected);
    evaluate(&mut evaluator, &[HUGE, HUGE, HUGE], &[0], &context);
    rig.log.take();
    evaluate(&mut evaluator, &[1, 1, 1], &[2], &context);
    assert_eq!(rig.log.take(), [("evaluate", vec![0]), ("evaluate", vec![1, 2])]);
}

#[test]
fn code_that_changed_is_interpreted_with_the_state_so_far() {
    let rig = Rig::new();
    let mut evaluator = rig.evaluator();
    let context = CallContext::default();
    evaluate(&mut evaluator, &[1, 1], &[0], &context);
    rig.live.is_changed.store(true, Ordering::SeqCst);
    let answer = evaluate(&mut evaluator, &[1, 125, 1, 1], &[], &context);
    assert_eq!(answer, [Some(3), None, Some(4), None]);
    assert_eq!(rig.log.take(), [("evaluate", vec![1, 2, 3])]);
    assert_eq!(rig.kernel.tier(), Tier::Inline);
    let answer = evaluate(&mut evaluator, &[1, 1], &[1], &CallContext::default());
    assert_eq!(answer, [Some(6), Some(1)]);
    assert_eq!(rig.log.take(), [("evaluate", vec![0, 1])]);
}

#[test]
fn code_that_changed_between_queries_is_not_run() {
    let rig = Rig::new();
    let mut evaluator = rig.evaluator();
    evaluate(&mut evaluator, &[1, 1], &[0], &CallContext::default());
    rig.live.is_changed.store(true, Ordering::SeqCst);
    let answer = evaluate(&mut evaluator, &[1, 1], &[], &CallContext::default());
    assert_eq!(answer, [Some(3), Some(4)]);
    assert_eq!(rig.log.take(), [("evaluate", vec![0, 1])]);
}

#[test]
fn defaults_are_the_interpreters() {
    let rig = Rig::new();
    let (mut evaluator, context) = (rig.evaluator(), CallContext::default());
    evaluate(&mut evaluator, &[2, 1], &[0], &context);
    let answer = evaluator.evaluate(&[], 2, &[], &context).unwrap();
    assert_eq!(answer.as_primitive::<Int8Type>().iter().collect::<Vec<_>>(), [Some(4), None]);
}

#[test]
fn a_stopped_query_ends_with_its_reason() {
    let rig = Rig::new();
    let (mut evaluator, context) = (rig.evaluator(), CallContext::default());
    context.token.cancel();
    let error = evaluator.evaluate(&[column(&[Some(1)])], 1, &[0], &context).unwrap_err();
    assert!(matches!(error, Error::Stopped(_)), "{error}");
}

/// Values of a batch and the rows at which partitions begin.
fn batch() -> impl Strategy<Value = (Vec<Option<i64>>, Vec<usize>)> {
    let value = prop_oneof![
        8 => (-9..9_i64).prop_map(Some),
        2 => prop_oneof![Just(Some(120)), Just(Some(-120))],
        2 => prop_oneof![Just(Some(HUGE)), Just(Some(-HUGE))],
        1 => Just(None),
    ];
    prop::collection::vec((value, prop::bool::weighted(0.1)), 0..60).prop_map(|rows| {
        let starts = rows.iter().enumerate().filter(|(_, (_, is_start))| *is_start);
        let starts = starts.map(|(row, _)| row).collect();
        (rows.into_iter().map(|(value, _)| value).collect(), starts)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]
    #[test]
    fn whatever_the_rows_are_the_values_are_the_interpreters(
        batches in prop::collection::vec(batch(), 1..6),
    ) {
        let (rig, context) = (Rig::new(), CallContext::default());
        let mut ours = rig.evaluator();
        let mut theirs = Interpreted::default().evaluator(&context).unwrap();
        for (index, (values, starts)) in batches.iter().enumerate() {
            let mut starts = starts.clone();
            if index == 0 && !values.is_empty() && starts.first() != Some(&0) {
                starts.insert(0, 0);
            }
            let columns: [ArrayRef; 1] = [column(values)];
            let answer = ours.evaluate(&columns, values.len(), &starts, &context).unwrap();
            let expected = theirs.evaluate(&columns, values.len(), &starts, &context).unwrap();
            prop_assert_eq!(&answer, &expected);
        }
    }
}
