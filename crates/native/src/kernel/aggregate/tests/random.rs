//! Whatever is done with an accumulator, its answers are those of the interpreter alone.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use arrow::array::{ArrayRef, AsArray};
use arrow::datatypes::Float64Type;
use arrowsmith_contract::{AggregateKernel, Aggregation, CallContext, HandOver};
use proptest::prelude::*;

use super::Boxed;
use crate::kernel::played::aggregate::{Interpreted, Rig};
use crate::kernel::played::{HUGE, column};

/// What is done with an accumulator.
#[derive(Debug, Clone)]
enum Work {
    Update(Vec<(usize, Option<i64>)>),
    Retract(Vec<(usize, Option<i64>)>),
    /// States of another accumulator that has seen these rows, into these groups.
    Merge(Vec<(usize, Option<i64>)>, Vec<usize>, HandOver),
    /// The first so many are taken, and merged again into these groups.
    Cycle(usize, Vec<usize>, HandOver),
    Results(usize),
    Release(usize),
}

const GROUPS: usize = 4;

fn rows() -> impl Strategy<Value = Vec<(usize, Option<i64>)>> {
    let value = prop_oneof![
        8 => (-3..14_i64).prop_map(Some),
        2 => Just(Some(HUGE)),
        2 => Just(Some(-HUGE)),
        1 => Just(None),
    ];
    let one_group = (0..GROUPS, prop::collection::vec(value.clone(), 0..30))
        .prop_map(|(group, values)| values.into_iter().map(|value| (group, value)).collect());
    prop_oneof![one_group, prop::collection::vec((0..GROUPS, value), 0..30)]
}

fn hand_over() -> impl Strategy<Value = HandOver> {
    prop_oneof![Just(HandOver::InMemory), Just(HandOver::Written)]
}

fn work() -> impl Strategy<Value = Work> {
    let targets = || prop::collection::vec(0..GROUPS, GROUPS);
    prop_oneof![
        4 => rows().prop_map(Work::Update),
        1 => rows().prop_map(Work::Retract),
        2 => (rows(), targets(), hand_over()).prop_map(|(r, t, h)| Work::Merge(r, t, h)),
        1 => (0..=GROUPS, targets(), hand_over()).prop_map(|(c, t, h)| Work::Cycle(c, t, h)),
        1 => (0..=GROUPS).prop_map(Work::Results),
        1 => (0..=2_usize).prop_map(Work::Release),
    ]
}

fn split(rows: &[(usize, Option<i64>)]) -> (Vec<usize>, [ArrayRef; 1]) {
    let (groups, values): (Vec<usize>, Vec<Option<i64>>) = rows.iter().copied().unzip();
    (groups, [column(&values)])
}

/// Gives the bits of answers, where there are some.
fn perform(
    work: &Work,
    accumulator: &mut Boxed,
    aggregation: &Arc<dyn Aggregation>,
    context: &CallContext,
) -> Vec<u64> {
    match work {
        Work::Update(rows) => {
            let (groups, columns) = split(rows);
            accumulator.update(&groups, GROUPS, &columns, context).unwrap();
        }
        Work::Retract(rows) => {
            let (groups, columns) = split(rows);
            accumulator.retract(&groups, GROUPS, &columns, context).unwrap();
        }
        Work::Merge(rows, targets, hand_over) => {
            let mut other = aggregation.accumulator().unwrap();
            let (groups, columns) = split(rows);
            other.update(&groups, GROUPS, &columns, context).unwrap();
            let states = other.take_states(GROUPS, *hand_over, context).unwrap();
            accumulator.merge(targets, GROUPS, &states, context).unwrap();
        }
        Work::Cycle(count, targets, hand_over) => {
            let states = accumulator.take_states(*count, *hand_over, context).unwrap();
            accumulator.merge(&targets[..*count], GROUPS, &states, context).unwrap();
        }
        Work::Results(groups) => {
            let answers = accumulator.results(*groups, context).unwrap();
            let answers = answers.as_primitive::<Float64Type>().values();
            return answers.iter().map(|answer| answer.to_bits()).collect();
        }
        Work::Release(count) => accumulator.release(*count, context),
    }
    vec![]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]
    #[test]
    fn whatever_is_done_the_answers_are_the_interpreters(
        work in prop::collection::vec(work(), 1..12),
        change_at in prop::option::weighted(0.2, 0..12_usize),
    ) {
        let rig = Rig::new();
        let mut context = CallContext::default();
        let native = rig.kernel.begin(&context).unwrap();
        let model = Interpreted::default().begin(&context).unwrap();
        let (mut ours, mut theirs) = (native.accumulator().unwrap(), model.accumulator().unwrap());
        for (index, step) in work.iter().chain([&Work::Results(GROUPS)]).enumerate() {
            if change_at == Some(index) {
                rig.live.is_changed.store(true, Ordering::SeqCst);
                context = CallContext::default();
            }
            let answers = perform(step, &mut ours, &native, &context);
            prop_assert_eq!(answers, perform(step, &mut theirs, &model, &context));
        }
    }
}
