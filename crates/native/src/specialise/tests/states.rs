//! Aggregates and windows from their texts: states and results that `CPython` 3.11 printed for the same
//! texts and rows.

use std::fmt::Write;

use super::parts::{Cell, Runner, State, refused};
use super::state_texts::{
    CAREFUL, FOUR, LAG, LATE, MEAN, MOMENTS, RANGE, SCORE, WALK, of_float, of_nullable,
};
use arrowsmith_contract::{Signature, StateValue};

/// As Python prints it, but for the plus of an exponent.
fn shown(value: &StateValue) -> String {
    let list = |items: Vec<String>| items.join(", ");
    match value {
        StateValue::None => "None".to_owned(),
        StateValue::Bool(true) => "True".to_owned(),
        StateValue::Bool(false) => "False".to_owned(),
        StateValue::Int(value) => value.to_string(),
        StateValue::Float(value) => format!("{value:?}"),
        StateValue::Tuple(items) => format!("({})", list(items.iter().map(shown).collect())),
        StateValue::Object(attributes) => {
            let one = |(name, value): &(_, _)| format!("'{name}': {}", shown(value));
            format!("{{{}}}", list(attributes.iter().map(one).collect()))
        }
    }
}

fn shown_cell(cell: Cell) -> String {
    match cell {
        Cell::Null => "None".to_owned(),
        Cell::Float(value) => format!("{value:?}"),
        other => format!("{other:?}"),
    }
}

fn row(value: Option<f64>) -> Cell {
    value.map_or(Cell::Null, Cell::Float)
}

/// The states of batches of rows, then of these merged one after the other, each with its result.
fn report(text: &str, signature: &Signature, batches: &[&[Option<f64>]]) -> String {
    let runner = Runner::new(text, signature);
    let mut report = String::new();
    let mut say = |what: &str, state: &State| {
        let (value, result) = (runner.value(state), runner.finalize(state).unwrap());
        // A state that went to the interpreter comes back as it was.
        assert_eq!(runner.value(&runner.back(&value).unwrap()), value);
        writeln!(report, "{what} {} -> {}", shown(&value), shown_cell(result)).unwrap();
    };
    let mut states = Vec::new();
    for batch in batches {
        let rows: Vec<[Cell; 1]> = batch.iter().map(|value| [row(*value)]).collect();
        let rows: Vec<&[Cell]> = rows.iter().map(<[Cell; 1]>::as_slice).collect();
        states.push(runner.state(&rows));
        say("state", &states[states.len() - 1]);
    }
    let mut merged = states[0].clone();
    for state in &states[1..] {
        merged = runner.merge(&merged, state).unwrap();
        say("merged", &merged);
    }
    report
}

/// Without NULLs.
fn report_all(text: &str, batches: &[&[f64]]) -> String {
    let batches: Vec<Vec<Option<f64>>> =
        batches.iter().map(|batch| batch.iter().copied().map(Some).collect()).collect();
    let batches: Vec<&[Option<f64>]> = batches.iter().map(Vec::as_slice).collect();
    report(text, &of_float(), &batches)
}

#[test]
fn a_sum_in_an_attribute() {
    let expected = "\
state {'total': 11.984469851812158} -> 11.984469851812158
state {'total': 21.530949632539425} -> 21.530949632539425
state {'total': 0.0} -> 0.0
merged {'total': 33.51541948435158} -> 33.51541948435158
merged {'total': 33.51541948435158} -> 33.51541948435158
";
    assert_eq!(report_all(SCORE, &[&[4.0, -1.0, 2.5, 0.1], &[7.7, 0.3], &[]]), expected);
}

#[test]
fn a_sum_that_begins_as_an_int() {
    let expected = "\
state 11.984469851812158 -> 11.984469851812158
state 21.530949632539425 -> 21.530949632539425
state 0 -> 0.0
merged 33.51541948435158 -> 33.51541948435158
merged 33.51541948435158 -> 33.51541948435158
";
    assert_eq!(report_all(FOUR, &[&[4.0, -1.0, 2.5, 0.1], &[7.7, 0.3], &[]]), expected);
    let expected = "\
state 0 -> 0.0
state 0 -> 0.0
state 3.952847075210474 -> 3.952847075210474
merged 0 -> 0.0
merged 3.952847075210474 -> 3.952847075210474
";
    assert_eq!(report_all(FOUR, &[&[-1.0], &[-3.0], &[2.5]]), expected);
}

#[test]
fn counts_and_means_in_attributes() {
    let expected = "\
state {'m2': 15.947499999999998, 'mean': 1.4249999999999998, 'n': 4} -> 5.315833333333333
state {'m2': 27.380000000000003, 'mean': 4.0, 'n': 2} -> 27.380000000000003
state {'m2': 0.0, 'mean': 0.0, 'n': 0} -> None
state {'m2': 0.0, 'mean': 10000000000.0, 'n': 1} -> None
merged {'m2': 52.16833333333334, 'mean': 2.283333333333333, 'n': 6} -> 10.433666666666667
merged {'m2': 52.16833333333334, 'mean': 2.283333333333333, 'n': 6} -> 10.433666666666667
merged {'m2': 8.571428567514286e19, 'mean': 1428571430.5285714, 'n': 7} -> 1.4285714279190477e19
";
    assert_eq!(report_all(MOMENTS, &[&[4.1, -1.0, 2.5, 0.1], &[7.7, 0.3], &[], &[1e10]]), expected);
}

#[test]
fn attributes_that_are_none_at_first() {
    let expected = "\
state {'high': 2.5, 'low': 2.5, 'missing': 2, 'up': False} -> 2000.0
state {'high': None, 'low': None, 'missing': 0, 'up': False} -> None
state {'high': 7.0, 'low': -1.25, 'missing': 0, 'up': False} -> 8.25
state {'high': 8.5, 'low': 3.5, 'missing': 0, 'up': True} -> 5.25
merged {'high': 2.5, 'low': 2.5, 'missing': 2, 'up': False} -> 2000.0
merged {'high': 7.0, 'low': -1.25, 'missing': 2, 'up': False} -> 2008.25
merged {'high': 8.5, 'low': -1.25, 'missing': 2, 'up': False} -> 2009.75
";
    assert_eq!(
        report(
            RANGE,
            &of_nullable(),
            &[&[None, Some(2.5), None], &[], &[Some(7.0), Some(-1.25)], &[Some(3.5), Some(8.5)]]
        ),
        expected
    );
}

#[test]
fn tuples_whose_items_change_their_types() {
    let expected = "\
state (3, 0.6000000000000001) -> 0.20000000000000004
state (0, None) -> None
state (1, 7.7) -> 7.7
merged (3, 0.6000000000000001) -> 0.20000000000000004
merged (4, 8.3) -> 2.075
";
    assert_eq!(report_all(MEAN, &[&[0.1, 0.2, 0.3], &[], &[7.7]]), expected);
    let expected = "\
state (0, None) -> None
state (2, 0.7999999999999999) -> 0.39999999999999997
merged (2, 0.7999999999999999) -> 0.39999999999999997
";
    assert_eq!(report_all(MEAN, &[&[], &[0.1, 0.7]]), expected);
}

#[test]
fn attributes_that_are_made_late_and_by_helpers() {
    let expected = "\
state {'i': 1, 'last': 6, 'n': 6, 'scale': 4.5, 'sum': 16.65} -> 617.4009765625
state {'i': 1, 'last': 3, 'n': 3, 'scale': 3.5, 'sum': 1.05} -> 301.4259765625
merged {'i': 1, 'last': 6, 'n': 3, 'scale': 4.5, 'sum': 20.325} -> 620.7009765625
";
    assert_eq!(report_all(LATE, &[&[4.5, 0.1], &[0.3]]), expected);
}

#[test]
fn states_behind_exceptions() {
    let expected = "\
state (212, True) -> 425.0
state (111, True) -> 223.0
state (313, False) -> 626.0
merged (323, True) -> 647.0
merged (636, True) -> 1273.0
";
    assert_eq!(report_all(CAREFUL, &[&[4.5, 2.0], &[3.0], &[2.0, 1.0, 2.0]]), expected);
}

#[test]
fn rows_that_are_taken_back() {
    let runner = Runner::new(MEAN, &of_float());
    let row = |value: f64| [Cell::Float(value)];
    let mut state = runner.state(&[&row(0.1), &row(0.2), &row(0.3), &row(7.7)]);
    let mut seen = Vec::new();
    for value in [0.1, 0.2, 0.3, 7.7] {
        state = runner.retract(&state, &row(value)).unwrap();
        seen.push(shown(&runner.value(&state)));
    }
    assert_eq!(
        seen,
        ["(3, 8.200000000000001)", "(2, 8.000000000000002)", "(1, 7.700000000000002)", "(0, None)"]
    );
}

#[test]
fn windows_return_the_state_and_the_value() {
    let values = |text: &str, signature: &Signature, rows: &[Option<f64>]| {
        let runner = Runner::new(text, signature);
        let mut state = runner.init();
        let mut values = Vec::new();
        for value in rows {
            let (next, value) = runner.step(&state, &[row(*value)]).unwrap();
            values.push(shown_cell(value.unwrap()));
            state = next;
        }
        (values.join(", "), shown(&runner.value(&state)))
    };
    let walk = values(WALK, &of_float(), &[Some(0.1), Some(0.7), Some(-3.0), Some(2.2)]);
    assert_eq!(walk, ("0.0, 0.6, -3.25, 2.7625".to_owned(), "0.12812500000000004".to_owned()));
    let lag = values(LAG, &of_nullable(), &[None, Some(0.7), None, Some(2.5), Some(3.5)]);
    assert_eq!(lag, ("None, None, 0.7, None, 2.5".to_owned(), "3.5".to_owned()));
}

#[test]
fn a_row_that_leaves_says_why() {
    let runner = Runner::new(CAREFUL, &of_float());
    let reason = runner.step(&runner.init(), &[Cell::Float(-6.0)]).unwrap_err();
    assert_eq!(reason, "ValueError is raised");
    let most = StateValue::Tuple(vec![StateValue::Int(i64::MAX - 50), StateValue::Bool(true)]);
    let most = runner.back(&most).unwrap();
    let reason = runner.step(&most, &[Cell::Float(1.0)]).unwrap_err();
    assert_eq!(reason, "an int of more than 64 bits");
    assert_eq!(runner.merge(&most, &most).unwrap_err(), "an int of more than 64 bits");
}

#[test]
fn what_no_shape_has_stays_with_the_interpreter() {
    let runner = Runner::new(MEAN, &of_float());
    assert_eq!(runner.back(&StateValue::Float(1.0)), None);
    let ints = StateValue::Tuple(vec![StateValue::Int(1), StateValue::Int(2)]);
    assert_eq!(runner.back(&ints), None);
}

/// What a minimum or a maximum often begins with.
#[test]
fn infinities_that_strings_name() {
    let text = |name: &str| {
        format!(
            "\
class Best:
    def __init__(self):
        self.best = float({name})
    def add(self, v):
        self.best = max(self.best, v)
    def merge(self, other):
        self.add(other.best)
    def result(self):
        return self.best
"
        )
    };
    for (name, expected) in [
        ("\"-inf\"", "{'best': -inf}"),
        ("' +Infinity'", "{'best': inf}"),
        ("'nan'", "{'best': NaN}"),
        ("2", "{'best': 2.0}"),
    ] {
        let runner = Runner::new(&text(name), &of_float());
        assert_eq!(shown(&runner.value(&runner.init())), expected);
    }
    let (line, column, reason) = refused(&text("'1e3'"), &of_float());
    assert_eq!((line, column, reason.as_str()), (3, 27, "a string"));
}
