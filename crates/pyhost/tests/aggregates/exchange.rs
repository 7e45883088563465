//! States that go in and out as plain values.

use std::sync::Arc;

use arrowsmith_contract::{CallContext, Error, StateValue};

use crate::support::*;
use crate::{begin, means, update};

/// Its states are what its rows are.
const LAST: &str = "
import threading
VALUES = [None, True, -3, -0.0, (1, (2.5, None)), 2**63, -2**63, [1], 'x', (1, 'x'), threading.Lock(), ()]
class Int(int): pass
VALUES += [Int(1), (Int(1),), (2**63,)]
deep = 1
for _ in range(100_000): deep = (deep,)
VALUES += [deep, (1,) * 1000]
def init(): return 7
def accumulate(state, v): return VALUES[v]
def merge(a, b): return b
def finalize(state): return repr(state)
db.aggregate_fn('last', ['int'], 'str')(dict(init=init, accumulate=accumulate, merge=merge, finalize=finalize))";

const OBJECT: &str = "
made = []
@db.aggregate_fn(returns='str')
class point:
    kind = 'point'
    def __init__(self): made.append(1); self.y = 1
    def add(self, v: int):
        self.x = (0.5, v)
        if v == 2: self.x = [v]
        if v == 3: self.__dict__[3] = 3
        if v == 4: self.__dict__['\\udc80'] = 3
        if v == 5: del self.x, self.y
    def merge(self, other): pass
    def result(self): return f'{sorted(vars(self).items(), key=str)} {self.kind} {len(made)}'
";

const SLOTS: &str = "
@db.aggregate_fn(returns='str')
class point:
    __slots__ = ['y', '__x', 'z', '__weakref__']
    kind = 'point'
    def __init__(self): self.y = 1
    def add(self, v: int):
        self.__x = (0.5, v)
        if v == 2: self.z = [v]
        if v == 3: del self.__x, self.y
    def merge(self, other): pass
    def result(self):
        return str([getattr(self, name, None) for name in ('_point__x', 'y', 'z', 'kind')])
";

fn tuple<const N: usize>(items: [StateValue; N]) -> StateValue {
    StateValue::Tuple(items.into())
}

fn object<const N: usize>(attributes: [(&str, StateValue); N]) -> StateValue {
    StateValue::Object(attributes.map(|(name, value)| (Arc::from(name), value)).into())
}

#[test]
fn states_of_numbers_come_out_as_they_are() {
    let context = CallContext::default();
    let mut accumulator = begin(&function(LAST)).accumulator().unwrap();
    let values: Vec<Option<i64>> = (0..17).map(Some).collect();
    let groups: Vec<usize> = (1..18).collect();
    update(&mut accumulator, &groups, &ints::<17>(values.try_into().unwrap())).unwrap();
    let groups: Vec<usize> = (0..18).collect();
    let states = accumulator.exchange().unwrap().states(&groups, &context).unwrap();
    let wanted = [
        Some(StateValue::Int(7)),
        Some(StateValue::None),
        Some(StateValue::Bool(true)),
        Some(StateValue::Int(-3)),
        Some(StateValue::Float(-0.0)),
        Some(tuple([StateValue::Int(1), tuple([StateValue::Float(2.5), StateValue::None])])),
        None,
        Some(StateValue::Int(i64::MIN)),
        None,
        None,
        None,
        None,
        Some(tuple([])),
        None,
        None,
        None,
        None,
        None,
    ];
    assert_eq!(states, wanted);
    let Some(StateValue::Float(zero)) = &states[4] else { panic!() };
    assert!(zero.is_sign_negative());
    // They are still there.
    let answers = accumulator.results(4, &context).unwrap();
    assert_eq!(&answers, &strings([Some("7"), Some("None"), Some("True"), Some("-3")]));
}

#[test]
fn states_go_in_for_groups_that_are_there_or_not() {
    let context = CallContext::default();
    let mut accumulator = begin(&function(LAST)).accumulator().unwrap();
    update(&mut accumulator, &[0], &ints([Some(1)])).unwrap();
    let nested = tuple([StateValue::Float(0.1), tuple([StateValue::Int(i64::MIN)])]);
    let states = [nested, StateValue::Bool(false), StateValue::None];
    accumulator.exchange().unwrap().put_states(&[0, 4, 2], &states, &context).unwrap();
    let wanted = ["(0.1, (-9223372036854775808,))", "7", "None", "7", "False"].map(Some);
    assert_eq!(&accumulator.results(5, &context).unwrap(), &strings(wanted));
    let back = accumulator.exchange().unwrap().states(&[4, 0], &context).unwrap();
    assert_eq!(back, [Some(states[1].clone()), Some(states[0].clone())]);
    let no_class = accumulator.exchange().unwrap().put_states(&[0], &[object([])], &context);
    assert!(matches!(no_class, Err(Error::Raised(_))), "{no_class:?}");
}

#[test]
fn objects_go_in_without_being_set_up() {
    let context = CallContext::default();
    let mut accumulator = begin(&function(OBJECT)).accumulator().unwrap();
    update(&mut accumulator, &[1, 2, 3, 4, 5], &ints([1, 2, 3, 4, 5].map(Some))).unwrap();
    let states = accumulator.exchange().unwrap();
    let pair = tuple([StateValue::Float(0.5), StateValue::Int(1)]);
    let found = states.states(&[0, 1, 2, 3, 4, 5], &context).unwrap();
    let wanted = [
        Some(object([("y", StateValue::Int(1))])),
        Some(object([("x", pair.clone()), ("y", StateValue::Int(1))])),
        None,
        None,
        None,
        Some(object([])),
    ];
    assert_eq!(found, wanted);
    let put = object([("kind", StateValue::Int(2)), ("x", pair)]);
    states.put_states(&[1, 6], &[put, object([])], &context).unwrap();
    let answers = accumulator.results(7, &context).unwrap();
    let shown = arrow::array::AsArray::as_string::<i32>(&answers);
    assert_eq!(shown.value(1), "[('kind', 2), ('x', (0.5, 1))] 2 6");
    assert_eq!(shown.value(6), "[] point 6");
    // What was put in goes on.
    update(&mut accumulator, &[1], &ints([Some(9)])).unwrap();
    let pair = tuple([StateValue::Float(0.5), StateValue::Int(9)]);
    let found = accumulator.exchange().unwrap().states(&[1], &context).unwrap();
    assert_eq!(found, [Some(object([("kind", StateValue::Int(2)), ("x", pair)]))]);
}

#[test]
fn slots_are_attributes_that_may_have_no_value() {
    let context = CallContext::default();
    let mut accumulator = begin(&function(SLOTS)).accumulator().unwrap();
    update(&mut accumulator, &[1, 2, 3], &ints([1, 2, 3].map(Some))).unwrap();
    let states = accumulator.exchange().unwrap();
    let pair = tuple([StateValue::Float(0.5), StateValue::Int(1)]);
    let found = states.states(&[0, 1, 2, 3], &context).unwrap();
    let wanted = [
        Some(object([("y", StateValue::Int(1))])),
        Some(object([("_point__x", pair.clone()), ("y", StateValue::Int(1))])),
        None,
        Some(object([])),
    ];
    assert_eq!(found, wanted);
    let put = object([("_point__x", pair), ("z", StateValue::None)]);
    states.put_states(&[1, 4], &[put.clone(), object([])], &context).unwrap();
    assert_eq!(states.states(&[1, 4], &context).unwrap(), [Some(put), Some(object([]))]);
    let wrong = states.put_states(&[0], &[object([("kind", StateValue::None)])], &context);
    assert!(matches!(wrong, Err(Error::Raised(_))), "{wrong:?}");
    let answers = accumulator.results(5, &context).unwrap();
    let shown = arrow::array::AsArray::as_string::<i32>(&answers);
    assert_eq!(shown.value(1), "[(0.5, 1), None, None, 'point']");
    assert_eq!(shown.value(4), "[None, None, None, 'point']");
}

#[test]
fn every_form_goes_on_with_what_was_put_in() {
    let context = CallContext::default();
    for mean in means("") {
        let mut accumulator = begin(&mean).accumulator().unwrap();
        update(&mut accumulator, &[0], &floats([Some(4.0)])).unwrap();
        let state = accumulator.exchange().unwrap().states(&[0], &context).unwrap();
        let state = state[0].clone().unwrap();
        accumulator.exchange().unwrap().put_states(&[1], &[state], &context).unwrap();
        update(&mut accumulator, &[1], &floats([Some(6.0)])).unwrap();
        assert_eq!(&accumulator.results(2, &context).unwrap(), &floats([Some(4.0), Some(5.0)]));
    }
}

#[test]
fn a_group_that_failed_has_no_state_until_one_is_put_in() {
    let context = CallContext::default();
    for mean in means("on_error='null'") {
        let mut accumulator = begin(&mean).accumulator().unwrap();
        update(&mut accumulator, &[0, 1], &floats([Some(4.0), Some(5.0)])).unwrap();
        let failing = accumulator.exchange().unwrap();
        let states = failing.states(&[0, 1], &context).unwrap();
        let state = states[1].clone().unwrap();
        let broken = match state {
            StateValue::Object(_) => object([("sum", StateValue::None)]),
            _ => StateValue::Int(3),
        };
        failing.put_states(&[0], &[broken], &context).unwrap();
        update(&mut accumulator, &[0], &floats([Some(4.0)])).unwrap();
        let states = accumulator.exchange().unwrap().states(&[0, 1], &context).unwrap();
        assert_eq!(states, [None, Some(state.clone())]);
        accumulator.exchange().unwrap().put_states(&[0], &[state], &context).unwrap();
        let answers = accumulator.results(2, &context).unwrap();
        assert_eq!(&answers, &floats([Some(5.0), Some(5.0)]));
    }
}

#[test]
fn states_of_arrays_do_not_travel_so() {
    let text = crate::FOUR.to_owned()
        + "db.aggregate_fn('mean', ['float'], 'float', vectorized=True)(dict(init=init, accumulate=accumulate, merge=merge, finalize=finalize))";
    let mut accumulator = begin(&function(&text)).accumulator().unwrap();
    assert!(accumulator.exchange().is_none());
}

#[test]
fn what_init_raises_is_the_error() {
    let text = LAST.replace("return 7", "return 1 // 0");
    let context = CallContext::default();
    let mut accumulator = begin(&function(&text)).accumulator().unwrap();
    let failed = accumulator.exchange().unwrap().states(&[0], &context).unwrap_err();
    assert_eq!(class_of(&failed), "ZeroDivisionError");
    let text = text.replace("'str')", "'str', on_error='null')");
    let mut accumulator = begin(&function(&text)).accumulator().unwrap();
    let states = accumulator.exchange().unwrap().states(&[0], &context).unwrap();
    assert_eq!(states, [None]);
}
