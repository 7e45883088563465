//! Mistakes that are planted on purpose between `specialise` and `machine`: each must be caught by an
//! answer that was recorded. So the answers are known to test what they are there for.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use super::mistakes::{MISTAKES, Mistake, NO_POLL};
use super::{Program, programs};
use crate::ir::{Module, verify};

/// For the rows of one program, which take microseconds.
const PATIENCE: Duration = Duration::from_secs(1);

fn compiled() -> Vec<(Program, Module)> {
    let modules = programs().into_iter().map(|program| (program.module(), program));
    modules.filter_map(|(module, program)| Some((program, module.ok()?))).collect()
}

/// What the mistake made of the first program that shows it: another answer, or none in time.
fn caught(mistake: &Mistake, programs: &[(Program, Module)]) -> Option<String> {
    programs.iter().find_map(|(program, module)| {
        let mut wrong = module.clone();
        if !(mistake.plant)(&mut wrong) {
            return None;
        }
        // What goes another way may read what was never set; then no code is made of it.
        verify(&wrong).ok()?;
        let stop = AtomicBool::new(false);
        within(PATIENCE, &stop, || program.first_wrong(&wrong, &stop))
    })
}

/// Raises the flag if it takes longer.
fn within<T>(time: Duration, stop: &AtomicBool, run: impl FnOnce() -> T) -> T {
    std::thread::scope(|scope| {
        let (done, is_done) = mpsc::channel::<()>();
        scope.spawn(move || {
            if is_done.recv_timeout(time) == Err(mpsc::RecvTimeoutError::Timeout) {
                stop.store(true, Ordering::Relaxed);
            }
        });
        let value = run();
        drop(done);
        value
    })
}

#[test]
fn recorded_answers_catch_each_mistake() {
    let programs = compiled();
    let survivors: Vec<&str> = MISTAKES
        .iter()
        .filter(|mistake| caught(mistake, &programs).is_none())
        .map(|mistake| mistake.name)
        .collect();
    assert!(survivors.is_empty(), "nothing catches {survivors:?}");
}

#[test]
fn there_are_mistakes_enough_and_no_two_of_a_name() {
    let names: HashSet<&str> = MISTAKES.iter().map(|mistake| mistake.name).collect();
    assert_eq!(names.len(), MISTAKES.len());
    assert!(names.len() >= 40, "{}", names.len());
}

#[test]
fn the_verifier_catches_a_loop_without_a_poll() {
    let programs = compiled();
    let mut refused = 0;
    for (_, module) in &programs {
        let mut wrong = module.clone();
        let has_polls = (NO_POLL.plant)(&mut wrong);
        refused += usize::from(has_polls && verify(&wrong).is_err());
    }
    assert!(refused > 50, "{refused}");
}
