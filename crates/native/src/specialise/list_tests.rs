//! Functions over lists from their texts, against the same in Rust.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use arrow::array::{
    Array, ArrayRef, AsArray, Float64Builder, Int64Builder, ListArray, ListBuilder,
};
use arrow::datatypes::{DataType, Field, Float64Type, Int64Type};
use arrowsmith_contract::{NullPolicy, Parameter, Signature, Type};
use proptest::prelude::*;

use super::{is_known_builtin, module};
use crate::front;
use crate::front::tests::sources::source;
use crate::ir::Module;
use crate::machine::{self, Answer};

fn list(item: DataType) -> Type {
    Type::from(DataType::List(field(item)))
}

fn field(item: DataType) -> Arc<Field> {
    Arc::new(Field::new("item", item, false))
}

fn floats() -> Type {
    list(DataType::Float64)
}

fn ints() -> Type {
    list(DataType::Int64)
}

fn try_compile(
    text: &str,
    parameters: &[(Type, NullPolicy)],
    returns: Type,
) -> Result<Module, String> {
    let parameter = |(index, (ty, nulls)): (usize, &(Type, NullPolicy))| Parameter {
        name: format!("p{index}").into(),
        ty: ty.clone(),
        nullable: false,
        nulls: *nulls,
    };
    let parameters: Vec<Parameter> = parameters.iter().enumerate().map(parameter).collect();
    let required = parameters.len();
    let signature = Signature::new(parameters, required, false, returns).unwrap();
    let program = front::program(&source(text), &is_known_builtin).unwrap();
    module(&program, &signature).map_err(|refusal| refusal.reason)
}

/// Of parameters that skip NULLs.
fn compiled(text: &str, parameters: &[Type], returns: Type) -> Module {
    let parameters: Vec<_> = parameters.iter().map(|ty| (ty.clone(), NullPolicy::Skip)).collect();
    try_compile(text, &parameters, returns).unwrap()
}

fn run(module: &Module, columns: &[ArrayRef]) -> Answer {
    let code = machine::compile(module).unwrap_or_else(|error| panic!("{error}\n{module}"));
    let rows = columns[0].len();
    code.run(columns, None, rows, &AtomicBool::new(false)).unwrap().unwrap()
}

fn float_lists(rows: &[Vec<f64>]) -> ArrayRef {
    let mut builder = ListBuilder::new(Float64Builder::new()).with_field(field(DataType::Float64));
    for row in rows {
        builder.append_value(row.iter().map(|item| Some(*item)));
    }
    Arc::new(builder.finish())
}

fn int_lists(rows: &[Vec<i64>]) -> ArrayRef {
    let mut builder = ListBuilder::new(Int64Builder::new()).with_field(field(DataType::Int64));
    for row in rows {
        builder.append_value(row.iter().map(|item| Some(*item)));
    }
    Arc::new(builder.finish())
}

/// The rows that are left out are None.
fn list_answers(answer: &Answer) -> Vec<Option<Vec<f64>>> {
    let lists: &ListArray = answer.values.as_list();
    let mut rows: Vec<_> = lists
        .iter()
        .map(|row| row.map(|row| row.as_primitive::<Float64Type>().values().to_vec()))
        .collect();
    answer.left.iter().for_each(|left| rows[left.row as usize] = None);
    rows
}

fn int_answers(answer: &Answer) -> Vec<Option<i64>> {
    let mut rows: Vec<_> = answer.values.as_primitive::<Int64Type>().iter().collect();
    answer.left.iter().for_each(|left| rows[left.row as usize] = None);
    rows
}

const SCORE_SERIES: &str = "\
def f(values):
    prev = 0.0
    out = []
    for v in values:
        if v < 0:
            continue
        prev = 0.9 * prev + 0.1 * v
        out.append(prev)
    return out
";

fn score_series(values: &[f64]) -> Vec<f64> {
    let mut prev = 0.0;
    let kept = values.iter().filter(|value| value.is_nan() || **value >= 0.0);
    kept.map(|value| {
        prev = 0.9 * prev + 0.1 * value;
        prev
    })
    .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn a_series_is_that_of_the_same_loop_in_rust(
        rows in prop::collection::vec(prop::collection::vec(-10.0..100.0_f64, 0..60), 1..40),
        from in 0..20_usize,
    ) {
        let column = float_lists(&rows);
        let from = from.min(rows.len() - 1);
        let column = column.slice(from, rows.len() - from);
        let module = compiled(SCORE_SERIES, &[floats()], floats());
        let expected: Vec<_> = rows[from..].iter().map(|row| Some(score_series(row))).collect();
        prop_assert_eq!(list_answers(&run(&module, &[column])), expected);
    }

    #[test]
    fn an_item_is_where_python_finds_it(
        row in prop::collection::vec(any::<i64>(), 0..6),
        index in -8..8_i64,
    ) {
        let text = "def f(values, i):\n    return values[i]\n";
        let module = compiled(text, &[ints(), Type::INT64], Type::INT64);
        let place = if index < 0 { index + row.len() as i64 } else { index };
        let expected = usize::try_from(place).ok().and_then(|place| row.get(place).copied());
        let indices: ArrayRef = Arc::new(arrow::array::Int64Array::from(vec![index]));
        prop_assert_eq!(int_answers(&run(&module, &[int_lists(&[row])  , indices])), [expected]);
    }

    #[test]
    fn sums_and_choices_are_those_of_iterators(
        rows in prop::collection::vec(prop::collection::vec(-(1_i64 << 62)..1 << 62, 0..5), 1..30),
    ) {
        let text = "\
def f(values):
    if not values:
        return len(values)
    return sum(values, 1) + min(values) - max(values)
";
        let module = compiled(text, &[ints()], Type::INT64);
        let of = |row: &Vec<i64>| {
            let (Some(least), Some(most)) = (row.iter().min(), row.iter().max()) else {
                return Some(0);
            };
            let sum = row.iter().try_fold(1_i64, |sum, item| sum.checked_add(*item))?;
            sum.checked_add(*least)?.checked_sub(*most)
        };
        let expected: Vec<_> = rows.iter().map(of).collect();
        prop_assert_eq!(int_answers(&run(&module, &[int_lists(&rows)])), expected);
    }
}

#[test]
fn one_huge_list_is_given_without_a_copy_and_in_full() {
    let values: Vec<f64> = (0..300_000).map(f64::from).collect();
    let module = compiled(SCORE_SERIES, &[floats()], floats());
    let answer = run(&module, &[float_lists(std::slice::from_ref(&values))]);
    assert_eq!(list_answers(&answer), [Some(score_series(&values))]);
}

#[test]
fn lists_are_made_grown_indexed_and_iterated() {
    let text = "\
def f(n):
    evens = [0]
    odds = []
    seen = [1, 2]
    for i in range(1, n):
        if i % 2:
            odds.append(i)
        else:
            evens.append(i + evens[-1])
    for k, (a, b) in enumerate(zip(evens, odds)):
        seen.append(a * b + k)
    for x in seen:
        if len(seen) < n:
            seen.append(x + 1)
    other = seen
    other.append(evens[len(odds) - 1] if odds else -1)
    return sum(seen) + len(other) * 1000 + seen[-1]
";
    let module = compiled(text, &[Type::INT64], Type::INT64);
    let n: ArrayRef = Arc::new(arrow::array::Int64Array::from(vec![0, 1, 2, 7, 100]));
    // As CPython 3.11 prints them.
    let mut expected = [3001, 3001, 4003, 8059, 5_469_634].map(Some);
    // Nobody knows what the items will be of a list that is still empty: `zip` of it leaves.
    expected[..2].fill(None);
    assert_eq!(int_answers(&run(&module, &[n])), expected);
}

#[test]
fn an_index_error_goes_to_its_handler() {
    let text = "\
def f(values, i):
    try:
        return values[i]
    except IndexError:
        return -7
";
    let module = compiled(text, &[ints(), Type::INT64], Type::INT64);
    let lists = int_lists(&[vec![1, 2], vec![1, 2], vec![], vec![5], vec![5]]);
    let indices: ArrayRef =
        Arc::new(arrow::array::Int64Array::from(vec![2, -2, 0, i64::MIN, i64::MAX]));
    let expected = [-7, 1, -7, -7, -7].map(Some);
    assert_eq!(int_answers(&run(&module, &[lists, indices])), expected);
}

#[test]
fn rows_that_leave_in_the_middle_drop_their_lists() {
    let text = "\
def f(values, d):
    out = []
    for v in values:
        out.append(v / d)
        if v > 2:
            out.append(d // 1)
    return out
";
    let module = compiled(text, &[floats(), Type::FLOAT64], floats());
    let lists = float_lists(&vec![vec![1.0, 4.0]; 5]);
    let d: ArrayRef = Arc::new(arrow::array::Float64Array::from(vec![2.0, 0.0, 1.0, 0.0, 4.0]));
    let some = |d: f64| Some(vec![1.0 / d, 4.0 / d, d]);
    let expected = [some(2.0), None, some(1.0), None, some(4.0)];
    let answer = run(&module, &[lists, d]);
    assert_eq!(list_answers(&answer), expected);
    assert_eq!(answer.values.as_list::<i32>().values().len(), 9);
}

#[test]
fn none_passes_for_a_list_and_comes_back() {
    let text = "\
def f(values, n):
    if values is None:
        return None
    if n > 5:
        return values
    return []
";
    let parameters = [(floats(), NullPolicy::Pass), (Type::INT64, NullPolicy::Skip)];
    let module = try_compile(text, &parameters, floats()).unwrap();
    let mut builder = ListBuilder::new(Float64Builder::new()).with_field(field(DataType::Float64));
    builder.append_value([Some(1.5), Some(2.5)]);
    builder.append_null();
    builder.append_value([Some(3.5)]);
    let n: ArrayRef = Arc::new(arrow::array::Int64Array::from(vec![6, 6, 1]));
    let answer = run(&module, &[Arc::new(builder.finish()), n]);
    let expected = [Some(vec![1.5, 2.5]), None, Some(vec![])];
    assert_eq!(list_answers(&answer), expected);
    assert!(answer.left.is_empty() && answer.values.is_null(1));
}

#[test]
fn what_lists_can_not_do_is_refused() {
    let refused = |body: &str| {
        let text = format!("def f(values, n):\n    {}\n", body.replace('\n', "\n    "));
        let parameters = [(floats(), NullPolicy::Skip), (Type::INT64, NullPolicy::Skip)];
        try_compile(&text, &parameters, floats()).unwrap_err()
    };
    let alias = refused("a = []\nb = a\na.append(1.0)\nreturn b");
    assert_eq!(alias, "a second name for a list that is still empty");
    assert_eq!(refused("a = []\nb = (a, 1)\nreturn a"), "an empty list in a tuple");
    let given = refused("values.append(1.0)\nreturn values");
    assert_eq!(given, "appending to a list that was given as an argument");
    assert_eq!(refused("return [sum(values)]"), "a sum of a list of floats");
    let recursion = refused("return values if n < 1 else f(values, n - 1)");
    assert_eq!(recursion, "a list given to or by a function that calls itself");
    let strings = try_compile(
        "def f(x):\n    return 1\n",
        &[(list(DataType::Utf8), NullPolicy::Skip)],
        Type::INT64,
    );
    assert!(strings.unwrap_err().contains("no list of numbers"));
}

#[test]
fn a_list_without_end_leaves_or_is_stopped() {
    let text = "\
def f(n):
    out = []
    while True:
        out.append(n)
        if n < 0:
            out = []
        elif n == 77:
            return out
";
    let module = compiled(text, &[Type::INT64], ints());
    let code = machine::compile(&module).unwrap();
    let n: ArrayRef = Arc::new(arrow::array::Int64Array::from(vec![-1]));
    let stop = AtomicBool::new(false);
    let begin = std::time::Instant::now();
    let answer = std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(std::time::Duration::from_millis(20));
            stop.store(true, std::sync::atomic::Ordering::Relaxed);
        });
        code.run(&[n], None, 1, &stop).unwrap()
    });
    // Making a list a time is so slow that it doesn't come to its limit before.
    assert!(answer.is_none());
    assert!(begin.elapsed() < std::time::Duration::from_millis(500));
}
