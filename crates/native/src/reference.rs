//! Whether the C library that compiled code calls is the one that the interpreter calls.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU8, Ordering};

use arrowsmith_contract::MathReference;

use crate::ir::{HostFunction, Module, Op};
use crate::machine;
use crate::{Place, Refusal};

const UNKNOWN: u8 = 0;
const AGREES: u8 = 1;
const DIFFERS: u8 = 2;

/// What is known of each host function, for the whole process. No lock: the interpreter is asked in
/// between, and who waits for a lock may hold it. Who asks twice gets the same answer.
static KNOWN: [AtomicU8; 64] = [const { AtomicU8::new(UNKNOWN) }; 64];

/// How many points are compared.
const POINTS: u32 = 1000;

/// Compares each function of libm that a module calls with `math`'s, once in a process.
///
/// # Errors
/// The first one that gives other bits.
pub(crate) fn check(module: &Module, math: &dyn MathReference) -> Result<(), Refusal> {
    for function in called(module) {
        if !agrees(function, math) {
            let reason = format!(
                "math.{}, which is another function here than in the interpreter",
                function.name()
            );
            return Err(Refusal::new(Place::default(), reason));
        }
    }
    Ok(())
}

fn called(module: &Module) -> BTreeSet<HostFunction> {
    module
        .ops()
        .filter_map(|op| match op {
            Op::Host { function, .. } => Some(*function),
            _ => None,
        })
        .collect()
}

fn agrees(function: HostFunction, math: &dyn MathReference) -> bool {
    let Some(known) = KNOWN.get(function as usize) else {
        return compare(function, math);
    };
    if known.load(Ordering::Relaxed) == UNKNOWN {
        let found = if compare(function, math) { AGREES } else { DIFFERS };
        known.store(found, Ordering::Relaxed);
    }
    known.load(Ordering::Relaxed) == AGREES
}

fn compare(function: HostFunction, math: &dyn MathReference) -> bool {
    let Some(ours) = machine::libm(function) else {
        // A function of ours, which has tests of its own.
        return true;
    };
    let name = format!("math.{}", function.name());
    let count = function.parameters().len();
    let mut compared = 0;
    for point in 0..POINTS {
        let arguments = arguments(point, count);
        // What raises has no value to compare.
        let Some(theirs) = math.call(&name, &arguments) else { continue };
        compared += 1;
        if ours(&arguments).to_bits() != theirs.to_bits() {
            return false;
        }
    }
    compared > POINTS / 20
}

/// Numbers of all sizes around those that functions like: by the golden ratio, which spreads them
/// evenly (Weyl 1916).
fn arguments(point: u32, count: usize) -> Vec<f64> {
    let golden = 0.618_033_988_749_894_9;
    let spread = |index: u32| (f64::from(index) * golden).fract();
    let sizes = [1.0, 0.001, 30.0, 700.0];
    (0..count as u32)
        .map(|index| {
            let at = point * 7 + index * 3 + 1;
            let sign = if (point + index).is_multiple_of(3) { -1.0 } else { 1.0 };
            sign * spread(at) * sizes[(at % 4) as usize]
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed(fn(&[f64]) -> Option<f64>);

    impl MathReference for Fixed {
        fn call(&self, function: &str, arguments: &[f64]) -> Option<f64> {
            assert_eq!(function, "math.sin");
            self.0(arguments)
        }
    }

    #[test]
    fn one_other_bit_is_another_function() {
        let ours = machine::libm(HostFunction::Sin).unwrap();
        let same = |arguments: &[f64]| Some(machine::libm(HostFunction::Sin)?(arguments));
        assert!(compare(HostFunction::Sin, &Fixed(same)));
        let other = |arguments: &[f64]| {
            let value = machine::libm(HostFunction::Sin)?(arguments);
            let is_odd = arguments[0] > 0.5 && arguments[0] < 0.6;
            Some(if is_odd { value.next_up() } else { value })
        };
        assert!(!compare(HostFunction::Sin, &Fixed(other)));
        assert!(!compare(HostFunction::Sin, &Fixed(|_| None)), "nothing was compared");
        assert_eq!(ours(&[0.0]).to_bits(), 0);
    }
}
