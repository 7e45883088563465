//! States that travel, leave and grow.

use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow::array::{Array, ArrayRef};
use arrowsmith_contract::{CallContext, Error, HandOver};

use crate::support::*;
use crate::{begin, means, update};

#[test]
fn states_travel_in_memory_and_pickled() {
    let context = CallContext::default();
    for mean in means("") {
        for hand_over in [HandOver::InMemory, HandOver::Written] {
            let aggregation = begin(&mean);
            let mut one = aggregation.accumulator().unwrap();
            let mut other = aggregation.accumulator().unwrap();
            let mut last = aggregation.accumulator().unwrap();
            update(&mut one, &[0, 1, 1], &floats([Some(1.0), Some(2.0), Some(4.0)])).unwrap();
            update(&mut other, &[0, 0], &floats([Some(2.0), Some(6.0)])).unwrap();
            let states = one.take_states(3, hand_over, &context).unwrap();
            assert_eq!(states.len(), 3);
            last.merge(&[1, 0, 2], 3, &states, &context).unwrap();
            let states = other.take_states(1, hand_over, &context).unwrap();
            last.merge(&[1], 3, &states, &context).unwrap();
            let answer = last.results(3, &context).unwrap();
            assert_eq!(&answer, &floats([Some(3.0), Some(3.0), None]), "{hand_over:?}");
            // A state is good for one time.
            if hand_over == HandOver::InMemory {
                let again = last.merge(&[1], 3, &states, &context);
                assert!(matches!(again, Err(Error::Internal(_))), "{again:?}");
            }
        }
    }
}

#[test]
fn the_groups_behind_those_that_leave_move_up() {
    let context = CallContext::default();
    let mean = &means("")[0];
    let aggregation = begin(mean);
    let mut accumulator = aggregation.accumulator().unwrap();
    update(&mut accumulator, &[0, 1, 2], &floats([Some(1.0), Some(2.0), Some(3.0)])).unwrap();
    accumulator.release(1, &context);
    assert_eq!(&accumulator.results(2, &context).unwrap(), &floats([Some(2.0), Some(3.0)]));
    let states = accumulator.take_states(1, HandOver::InMemory, &context).unwrap();
    update(&mut accumulator, &[0], &floats([Some(5.0)])).unwrap();
    assert_eq!(&accumulator.results(1, &context).unwrap(), &floats([Some(4.0)]));
    accumulator.merge(&[0], 1, &states, &context).unwrap();
    assert_eq!(&accumulator.results(1, &context).unwrap(), &floats([Some(10.0 / 3.0)]));
}

#[test]
fn what_cannot_be_pickled_stays_in_memory() {
    let text = "
import threading
@db.aggregate_fn
class total:
    def __init__(self): self.lock, self.sum = threading.Lock(), 0
    def add(self, v: int): self.sum += v
    def merge(self, other): self.sum += other.sum
    def result(self) -> int: return self.sum
";
    let context = CallContext::default();
    let aggregation = begin(&function(text));
    let mut one = aggregation.accumulator().unwrap();
    update(&mut one, &[0, 0], &ints([Some(1), Some(2)])).unwrap();
    let states = one.take_states(1, HandOver::Written, &context).unwrap();
    update(&mut one, &[0], &ints([Some(4)])).unwrap();
    one.merge(&[0], 1, &states, &context).unwrap();
    assert_eq!(&one.results(1, &context).unwrap(), &ints([Some(7)]));
}

#[test]
fn states_go_while_attached_and_their_end_can_be_evil() {
    let text = "
import threading
gone = []
@db.aggregate_fn
class total:
    def __init__(self): self.sum = 0
    def add(self, v: int): self.sum += v
    def merge(self, other): self.sum += other.sum
    def result(self) -> int: return self.sum
    def __del__(self):
        gone.append(self.sum)
        if self.sum == 3: raise ValueError
        if self.sum == 4: raise SystemExit
        if self.sum == 5:
            while True: pass
@db.scalar_fn
def ends() -> str: return str(sorted(gone))
";
    let manifest = load(text);
    let (total, ends) = (&manifest.functions()[0], &manifest.functions()[1]);
    let context = CallContext::default();
    let start = Instant::now();
    let aggregation = begin(total);
    let mut accumulator = aggregation.accumulator().unwrap();
    update(&mut accumulator, &[0, 1, 2, 3], &ints([Some(3), Some(4), Some(6), Some(5)])).unwrap();
    // Handles that nobody takes go with the aggregation.
    let states = accumulator.take_states(1, HandOver::InMemory, &context).unwrap();
    accumulator.release(1, &context);
    drop(accumulator);
    assert_eq!(&call(ends, &[]).unwrap(), &strings([Some("[4, 5, 6]")]));
    drop(aggregation);
    drop(states);
    assert_eq!(&call(ends, &[]).unwrap(), &strings([Some("[3, 4, 5, 6]")]));
    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
}

#[test]
fn the_size_grows_with_the_states() {
    let list = "
@db.aggregate_fn('all', ['int'], 'int')
class all:
    def init(self): return []
    def accumulate(self, state, v): state.append(v * 1000); return state
    def merge(self, a, b): return a + b
    def finalize(self, state): return len(state)
";
    let object = "
@db.aggregate_fn('all', ['int'], 'int')
class all:
    def __init__(self): self.values = []
    def add(self, v): self.values.append(v * 1000)
    def merge(self, other): self.values += other.values
    def result(self): return len(self.values)
";
    for text in [list, object] {
        let mut accumulator = begin(&function(text)).accumulator().unwrap();
        let small = accumulator.size();
        let values: ArrayRef = Arc::new(arrow::array::Int64Array::from_iter_values(0..8192));
        for _ in 0..16 {
            update(&mut accumulator, &vec![0; 8192], &values).unwrap();
        }
        // A list slot and an int each.
        let held = accumulator.size() - small;
        assert!((130_000 * 32..130_000 * 64).contains(&held), "{held}");
        let groups: Vec<usize> = (0..8192).collect();
        update(&mut accumulator, &groups, &values).unwrap();
        assert!(accumulator.size() > held);
    }
}
