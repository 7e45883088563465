//! Methods that a state calls on itself, and states that are slots.

use super::parts::{Cell, Runner, compiled, refused};
use super::state_texts::of_float;
use arrowsmith_contract::StateValue;

/// A mean by weights, with all that its methods may do to it.
const WEIGHTED: &str = "\
class Weighted:
    scale = 2.0
    def __init__(self):
        self.clear()
    def clear(self):
        self.sum, self.weight = 0.0, 0.0
    def weight_of(self, v, *, least=0.5):
        if v < 0:
            return least
        return self.scale * self.bounded(v)
    @staticmethod
    def bounded(x, most=8.0):
        return x if x < most else most
    def _mean(self):
        return self.sum / self.weight if self.weight else None
    def add(self, v):
        by = self.weight_of(v)
        self.grow(by, v * by)
    def grow(self, weight, sum=0.0):
        self.weight += weight
        self.sum += sum
    def merge(self, other):
        if other._mean() is not None:
            self.grow(other.weight, other.sum)
    def result(self):
        return self._mean()
";

fn object(attributes: &[(&str, f64)]) -> StateValue {
    let attribute = |(name, value): &(&str, f64)| ((*name).into(), StateValue::Float(*value));
    StateValue::Object(attributes.iter().map(attribute).collect())
}

#[test]
fn methods_change_the_state_and_look_at_it() {
    let runner = Runner::new(WEIGHTED, &of_float());
    let one = runner.state(&[&[Cell::Float(4.0)], &[Cell::Float(-1.0)]]);
    assert_eq!(runner.value(&one), object(&[("sum", 31.5), ("weight", 8.5)]));
    let other = runner.state(&[&[Cell::Float(10.0)]]);
    assert_eq!(runner.value(&other), object(&[("sum", 160.0), ("weight", 16.0)]));
    let merged = runner.merge(&one, &other).unwrap();
    assert_eq!(runner.finalize(&merged), Ok(Cell::Float(7.816_326_530_612_245)));
    assert_eq!(runner.merge(&merged, &runner.init()), Ok(merged));
    assert_eq!(runner.finalize(&runner.init()), Ok(Cell::Null));
}

#[test]
fn methods_that_can_not_be_put_in_their_places_are_refused() {
    let again = "a call with the state of a function that calls itself, or is too long";
    for (old, new, expected) in [
        (
            "return self._mean()",
            "return self._mean",
            (26, 16, "the attribute `_mean`, which is a method"),
        ),
        (
            "return least",
            "self.bounded = 1",
            (9, 13, "an assignment to the attribute `bounded`, which means something to Python"),
        ),
        ("return least", "return self.weight_of(-v)", (17, 14, again)),
        ("return least", "return self.other()", (9, 20, "a call of the method `other`")),
        ("return least", "self.add(v)", (17, 14, again)),
        ("return least", "return v._mean()", (9, 20, "a call of the method `_mean`")),
        (
            "return least",
            "return print(v)",
            (9, 20, "a call of print, which is not known to be pure"),
        ),
        ("return x if", "return x._mean() if", (13, 16, "a call of the method `_mean`")),
        (
            "self.grow(other.weight, other.sum)",
            "other.grow(1.0)",
            (20, 9, "an assignment to the attribute `weight`, of a state that is only read"),
        ),
        (
            "return self._mean()",
            "self.clear()",
            (6, 9, "an assignment to the attribute `sum`, where the state is only read"),
        ),
    ] {
        assert!(WEIGHTED.contains(old), "{old}");
        let (line, column, reason) = refused(&WEIGHTED.replace(old, new), &of_float());
        assert_eq!((line, column, reason.as_str()), expected, "{new}");
    }
}

/// Nothing goes round for ever.
#[test]
fn methods_that_call_each_other_are_refused() {
    let round = "def bounded(self, x):\n        return self.weight_of(x)";
    let text = WEIGHTED
        .replace("    @staticmethod\n", "")
        .replace("def bounded(x, most=8.0):\n        return x if x < most else most", round);
    let reason = refused(&text, &of_float()).2;
    assert_eq!(reason, "a call with the state of a function that calls itself, or is too long");
    // Those that nobody calls may be as they like.
    let text = text.replace("self.bounded(v)", "v");
    assert!(compiled(&text, &of_float()).is_ok());
}

/// What is wrong with a call is the row's matter.
#[test]
fn calls_with_wrong_arguments_leave() {
    for call in ["self.weight_of()", "self.bounded(v, v, v)", "self.weight_of(v, 2.0)"] {
        let text =
            WEIGHTED.replace("by = self.weight_of(v)", &format!("by = {call} if v > 2 else v"));
        let runner = Runner::new(&text, &of_float());
        assert!(runner.step(&runner.init(), &[Cell::Float(1.0)]).is_ok());
        let left = runner.step(&runner.init(), &[Cell::Float(3.0)]).unwrap_err();
        assert!(left.starts_with("wrong arguments for "), "{left}");
    }
}

const SLOTTED: &str = "\
class Slotted:
    __slots__ = \"total\", \"_Slotted__late\", \"never\"
    scale = 2.0
    def __init__(self):
        self.total = 0.0
    def add(self, v):
        self.total += v * self.scale
        if v > 3:
            self.__late = v
    def merge(self, other):
        self.total += other.total
        self.__late = other.__late
    def result(self):
        try:
            return self.total + self.__late
        except AttributeError:
            return self.total
";

#[test]
fn slots_are_attributes_that_may_have_no_value() {
    let runner = Runner::new(SLOTTED, &of_float());
    let early = runner.state(&[&[Cell::Float(1.5)]]);
    assert_eq!(runner.value(&early), object(&[("total", 3.0)]));
    assert_eq!(runner.finalize(&early), Ok(Cell::Float(3.0)));
    let late = runner.state(&[&[Cell::Float(4.0)]]);
    assert_eq!(runner.value(&late), object(&[("_Slotted__late", 4.0), ("total", 8.0)]));
    assert_eq!(runner.finalize(&late), Ok(Cell::Float(12.0)));
    assert_eq!(runner.merge(&late, &early), Err("an attribute without a value".into()));
    assert_eq!(runner.back(&runner.value(&late)), Some(late));
}

#[test]
fn what_is_no_slot_is_refused() {
    for (old, new, expected) in [
        (
            "self.__late = v",
            "self.late = v",
            (9, 13, "an assignment to the attribute `late`, which is none of its slots"),
        ),
        (
            "self.__late = v",
            "self.scale = v",
            (9, 13, "an assignment to the attribute `scale`, which is none of its slots"),
        ),
        (
            "v * self.scale",
            "v * self.never",
            (7, 27, "the attribute `never`, which no method sets"),
        ),
        (
            "v * self.scale",
            "v * self.wrong",
            (7, 27, "the attribute `wrong`, which is none of its slots"),
        ),
    ] {
        let (line, column, reason) = refused(&SLOTTED.replace(old, new), &of_float());
        assert_eq!((line, column, reason.as_str()), expected, "{new}");
    }
}
