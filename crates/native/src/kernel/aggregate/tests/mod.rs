//! A compiled aggregate with an interpreter that is played by Rust.

mod random;

use std::sync::atomic::Ordering;

use arrow::array::{Array, ArrayRef, AsArray, StructArray};
use arrow::datatypes::Float64Type;
use arrowsmith_contract::{Error, HandOver, RowNumbers, RowScope, Tier};

use super::*;
use crate::kernel::StateCodes;
use crate::kernel::played::aggregate::{Interpreted, Rig};
use crate::kernel::played::{HUGE, column};

type Boxed = Box<dyn GroupedAccumulator>;

fn update(accumulator: &mut Boxed, groups: &[usize], values: &[i64]) {
    let values: Vec<Option<i64>> = values.iter().copied().map(Some).collect();
    accumulator.update(groups, 3, &[column(&values)], &CallContext::default()).unwrap();
}

fn results(accumulator: &mut Boxed, groups: usize) -> Vec<f64> {
    let answers = accumulator.results(groups, &CallContext::default()).unwrap();
    answers.as_primitive::<Float64Type>().values().to_vec()
}

/// Those of another accumulator.
fn states_of(rig: &Rig, groups: &[usize], values: &[i64]) -> ArrayRef {
    let mut accumulator = rig.accumulator();
    update(&mut accumulator, groups, values);
    accumulator.take_states(groups.len(), HandOver::InMemory, &CallContext::default()).unwrap()
}

#[test]
fn nothing_crosses_where_nothing_leaves() {
    let rig = Rig::new();
    let mut accumulator = rig.accumulator();
    update(&mut accumulator, &[0, 1, 0, 2, 1], &[1, 2, 3, 7, 5]);
    update(&mut accumulator, &[1, 1], &[7, 5]);
    assert_eq!(results(&mut accumulator, 4), [4.0, 12.0, 0.0, 0.0]);
    let context = CallContext::default();
    accumulator.retract(&[0, 1], 3, &[column(&[Some(1), Some(2)])], &context).unwrap();
    assert_eq!(results(&mut accumulator, 2), [3.0, 10.0]);
    assert_eq!(rig.log.take(), []);
    let report = rig.kernel.report().unwrap();
    assert_eq!((report.rows, report.left, report.given_up), (9, 0, None));
    assert!(report.ir.contains("step: row(int) with (int, int, float)"), "{}", report.ir);
    assert!(report.ir.contains("finalize: row(int, int, float) -> float"), "{}", report.ir);
}

#[test]
fn groups_that_leave_cross_once_with_their_rows_and_come_back() {
    let rig = Rig::new();
    let mut accumulator = rig.accumulator();
    let values = [HUGE, 1, HUGE, 2, HUGE, -HUGE, 3].map(Some);
    let rows = RowNumbers::starting_at(100, RowScope::Input);
    let context = CallContext { rows, ..CallContext::default() };
    accumulator.update(&[0, 1, 0, 1, 0, 0, 2], 3, &[column(&values)], &context).unwrap();
    assert_eq!(rig.log.take(), [("update", vec![104, 105])]);
    // What came back is compiled again.
    update(&mut accumulator, &[0, 1, 2], &[4, 5, 6]);
    assert_eq!(results(&mut accumulator, 3), [(2 * HUGE + 4) as f64, 8.0, 9.0]);
    assert_eq!(rig.log.take(), []);
    let report = rig.kernel.report().unwrap();
    let exits: Vec<u64> = report.exits.iter().map(|exit| exit.rows).collect();
    assert_eq!((report.left, exits.iter().sum::<u64>()), (2, 1));
}

#[test]
fn a_state_that_does_not_come_back_takes_all_later_rows_of_its_group() {
    let rig = Rig::new();
    let mut accumulator = rig.accumulator();
    update(&mut accumulator, &[0, 0, 1, 0], &[HUGE, HUGE, 1, HUGE]);
    assert_eq!(rig.log.take(), [("update", vec![3])]);
    update(&mut accumulator, &[0, 1, 0], &[1, 1, 1]);
    assert_eq!(rig.log.take(), [("update", vec![0, 2])]);
    let huge = 3.0 * HUGE as f64 + 2.0;
    assert_eq!(results(&mut accumulator, 2), [huge, 2.0]);
    assert_eq!(rig.log.take(), [("results", vec![0, 1])]);
    update(&mut accumulator, &[0, 1], &[-HUGE, 1]);
    update(&mut accumulator, &[0, 1], &[1, 1]);
    assert_eq!(rig.log.take(), [("update", vec![0])]);
}

#[test]
fn one_group_leaves_for_stretches_that_double_and_comes_back() {
    let rig = Rig::new();
    let mut accumulator = rig.accumulator();
    let mut values = vec![0; 100];
    values[10..14].copy_from_slice(&[HUGE, HUGE, HUGE, -HUGE]);
    values[50..55].copy_from_slice(&[HUGE, 2, 3, -HUGE, -HUGE]);
    update(&mut accumulator, &[1; 100], &values);
    let crossings = rig.log.take();
    assert_eq!(
        crossings,
        [
            ("update", vec![12]),
            ("update", vec![13, 14]),
            ("update", vec![50]),
            ("update", vec![51, 52]),
            ("update", vec![53, 54, 55, 56])
        ]
    );
    assert_eq!(results(&mut accumulator, 2)[1], (HUGE + 5) as f64);
}

#[test]
fn the_first_groups_are_taken_and_the_others_move_up() {
    let rig = Rig::new();
    for hand_over in [HandOver::InMemory, HandOver::Written] {
        let mut accumulator = rig.accumulator();
        update(&mut accumulator, &[0, 0, 0, 1, 2], &[HUGE, HUGE, HUGE, 2, 3]);
        let context = CallContext::default();
        let states = accumulator.take_states(2, hand_over, &context).unwrap();
        assert_eq!(*states.data_type(), rig.kernel.state_type());
        let interpreted = states.as_any().downcast_ref::<StructArray>().unwrap().column(3).clone();
        assert_eq!([0, 1].map(|row| interpreted.is_valid(row)), [true, false]);
        assert_eq!(results(&mut accumulator, 1), [3.0]);
        accumulator.merge(&[1, 0], 2, &states, &context).unwrap();
        assert_eq!(results(&mut accumulator, 2), [5.0, 3.0 * HUGE as f64]);
    }
}

#[test]
fn answers_that_leave_are_interpreted_alone() {
    let rig = Rig::new();
    let mut accumulator = rig.accumulator();
    update(&mut accumulator, &[0, 1, 2], &[1, 13, 13]);
    assert_eq!(results(&mut accumulator, 4), [1.0, -13.0, -13.0, 0.0]);
    assert_eq!(rig.log.take(), [("results", vec![0, 1])]);
    update(&mut accumulator, &[0, 1], &[1, 1]);
    assert_eq!(results(&mut accumulator, 2), [2.0, 14.0]);
    assert_eq!(rig.log.take(), []);
}

#[test]
fn code_that_changed_is_interpreted_with_the_states_so_far() {
    let rig = Rig::new();
    let mut accumulator = rig.accumulator();
    update(&mut accumulator, &[0, 1], &[1, 2]);
    rig.live.is_changed.store(true, Ordering::SeqCst);
    update(&mut accumulator, &[0, 1, 2], &[1, 2, 3]);
    assert_eq!(rig.log.take(), [("update", vec![0, 1, 2])]);
    let context = CallContext::default();
    let states = accumulator.take_states(1, HandOver::InMemory, &context).unwrap();
    accumulator.merge(&[1], 2, &states, &context).unwrap();
    assert_eq!(results(&mut accumulator, 3), [4.0, 5.0, 0.0]);
    // Being asked puts no initial state over one that the interpreter has.
    accumulator.merge(&[0, 1], 3, &states_of(&rig, &[0, 1], &[8, 9]), &context).unwrap();
    assert_eq!(results(&mut accumulator, 2), [12.0, 14.0]);
    assert_eq!(rig.kernel.tier(), Tier::Inline);
    let why = rig.kernel.report().unwrap().given_up;
    assert_eq!(why.as_deref(), Some("the global R was replaced"));
}

#[test]
fn code_that_changed_when_a_row_leaves_runs_no_more() {
    for groups in [[0, 0, 0, 0], [0, 1, 0, 0]] {
        let rig = Rig::new();
        let mut accumulator = rig.accumulator();
        let context = CallContext::default();
        let two = column(&[Some(HUGE), Some(HUGE)]);
        accumulator.update(&[0, 0], 3, &[two], &context).unwrap();
        rig.live.is_changed.store(true, Ordering::SeqCst);
        let values = column(&[Some(1), Some(2), Some(HUGE), Some(-HUGE)]);
        accumulator.update(&groups, 3, &[values], &context).unwrap();
        assert_eq!(rig.log.take(), [("update", vec![2, 3])]);
        let sum = (2 * HUGE + groups.map(|group| 1 - group as i64)[1] * 2 + 1) as f64;
        assert_eq!(results(&mut accumulator, 1), [sum]);
        assert_eq!(rig.kernel.tier(), Tier::Inline);
    }
}

#[test]
fn nobody_is_asked_twice_in_a_query() {
    let rig = Rig::new();
    let mut accumulator = rig.accumulator();
    let context = CallContext::default();
    for _ in 0..3 {
        accumulator.update(&[0], 1, &[column(&[Some(1)])], &context).unwrap();
    }
    assert_eq!(rig.live.asked.load(Ordering::SeqCst), 1);
}

#[test]
fn a_function_whose_rows_mostly_leave_is_given_up_and_keeps_its_states() {
    let rig = Rig::new();
    let mut accumulator = rig.accumulator();
    update(&mut accumulator, &[0, 0, 0, 1], &[HUGE, HUGE, HUGE, 5]);
    let groups: Vec<usize> = (0..12_000).map(|row| usize::from(row % 10 == 0)).collect();
    update(&mut accumulator, &groups, &vec![1; 12_000]);
    assert_eq!(rig.kernel.tier(), Tier::Inline);
    rig.log.take();
    update(&mut accumulator, &[0, 1], &[1, 1]);
    assert_eq!(rig.log.take(), [("update", vec![0, 1])]);
    let huge = 3.0 * HUGE as f64 + 10_801.0;
    assert_eq!(results(&mut accumulator, 3), [huge, 1206.0, 0.0]);
}

#[test]
fn defaults_are_the_interpreters() {
    let rig = Rig::new();
    let mut accumulator = rig.accumulator();
    update(&mut accumulator, &[0, 1], &[5, 6]);
    accumulator.update(&[0, 1, 1], 3, &[], &CallContext::default()).unwrap();
    assert_eq!(rig.log.take(), [("update", vec![0, 1, 2])]);
    update(&mut accumulator, &[0], &[5]);
    assert_eq!(results(&mut accumulator, 2), [11.0, 8.0]);
}

#[test]
fn states_that_can_not_be_exchanged_stay_with_the_interpreter() {
    let interpreted = Interpreted { has_no_exchange: true, ..Interpreted::default() };
    let rig = Rig::with(interpreted, |_| {}).unwrap();
    let mut accumulator = rig.accumulator();
    update(&mut accumulator, &[0, 1], &[5, 6]);
    assert_eq!(results(&mut accumulator, 2), [5.0, 6.0]);
    assert_eq!(rig.kernel.tier(), Tier::Inline);
}

#[test]
fn what_is_missing_is_interpreted() {
    let rig = Rig::with(Interpreted::default(), |codes| {
        codes.retract = None;
        codes.merge = None;
        codes.finalize = None;
    });
    let rig = rig.unwrap();
    let mut accumulator = rig.accumulator();
    assert!(accumulator.can_retract());
    let context = CallContext::default();
    update(&mut accumulator, &[0, 1], &[5, 6]);
    assert_eq!(results(&mut accumulator, 3), [5.0, 6.0, 0.0]);
    update(&mut accumulator, &[0, 1], &[5, 6]);
    accumulator.retract(&[0], 3, &[column(&[Some(1)])], &context).unwrap();
    let states = accumulator.take_states(1, HandOver::InMemory, &context).unwrap();
    accumulator.merge(&[0], 3, &states, &context).unwrap();
    assert_eq!(results(&mut accumulator, 2), [21.0, 0.0]);
}

#[test]
fn parts_that_do_not_fit_are_refused() {
    let refused = |change: fn(&mut StateCodes)| {
        assert!(Rig::with(Interpreted::default(), change).is_err());
    };
    refused(|codes| codes.finalize = codes.merge.clone());
    refused(|codes| codes.merge = codes.retract.clone());
    refused(|codes| codes.step = codes.init.clone());
    refused(|codes| codes.init = codes.step.clone());
    refused(|codes| codes.layout = crate::state::Layout::default());
}

#[test]
fn foreign_columns_are_refused() {
    let rig = Rig::new();
    let mut accumulator = rig.accumulator();
    let context = CallContext::default();
    assert!(accumulator.merge(&[0], 1, &column(&[Some(1)]), &context).is_err());
    update(&mut accumulator, &[0], &[1]);
    let states = accumulator.take_states(1, HandOver::InMemory, &context).unwrap();
    assert!(accumulator.merge(&[0, 1], 2, &states, &context).is_err());
    assert!(accumulator.merge(&[2], 1, &states, &context).is_err());
}

#[test]
fn a_stopped_query_ends_with_its_reason() {
    let rig = Rig::new();
    let mut accumulator = rig.accumulator();
    let context = CallContext::default();
    context.token.cancel();
    for groups in [[0, 0], [0, 1]] {
        let values = column(&[Some(1), Some(2)]);
        let error = accumulator.update(&groups, 2, &[values], &context).unwrap_err();
        assert!(matches!(error, Error::Stopped(_)), "{error}");
    }
    assert!(matches!(accumulator.results(1, &context).unwrap_err(), Error::Stopped(_)));
}
