//! From a text to the verified typed form, and what its machine code gives: numbers that `CPython`
//! printed.

mod calls;
mod fold_loops;
mod iterators;
mod locals;
mod methods;
mod parts;
mod powers;
mod refused_states;
mod state_methods;
mod state_texts;
mod states;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use arrow::array::{Array, ArrayRef, AsArray, Float64Array, Int64Array};
use arrow::datatypes::{Float64Type, Int64Type};
use arrowsmith_contract::{NullPolicy, Parameter, Signature, Type};

use super::{is_known_builtin, module};
use crate::front;
use crate::front::tests::sources::source;
use crate::ir::{Module, Op};
use crate::machine::{self, Answer};

fn signature(parameters: &[(&str, Type, NullPolicy)], returns: Type) -> Signature {
    let parameter = |(name, ty, nulls): &(&str, Type, NullPolicy)| Parameter {
        name: (*name).into(),
        ty: ty.clone(),
        nullable: false,
        nulls: *nulls,
    };
    let parameters: Vec<Parameter> = parameters.iter().map(parameter).collect();
    let required = parameters.len();
    Signature::new(parameters, required, false, returns).unwrap()
}

fn compiled(text: &str, parameters: &[(&str, Type, NullPolicy)], returns: Type) -> Module {
    let signature = signature(parameters, returns);
    let program = front::program(&source(text), &is_known_builtin).unwrap();
    module(&program, &signature).unwrap()
}

/// Why a function of an int is refused.
fn refused(text: &str) -> String {
    let signature = signature(&[("a", Type::INT64, NullPolicy::Skip)], Type::INT64);
    let program = front::program(&source(text), &is_known_builtin).unwrap();
    module(&program, &signature).unwrap_err().reason
}

/// Compiling verifies the module first.
fn run(module: &Module, columns: &[ArrayRef]) -> Answer {
    let code = machine::compile(module).unwrap_or_else(|error| panic!("{error}\n{module}"));
    let rows = columns[0].len();
    code.run(columns, None, rows, &AtomicBool::new(false)).unwrap().unwrap()
}

/// What a function of an int gives for each of them; None where the row leaves.
fn answers(text: &str, ints: &[i64]) -> Vec<Option<i64>> {
    let module = compiled(text, &[("a", Type::INT64, NullPolicy::Skip)], Type::INT64);
    let answer = run(&module, &[Arc::new(Int64Array::from(ints.to_vec()))]);
    let left: Vec<usize> = answer.left.iter().map(|left| left.row as usize).collect();
    let values = answer.values.as_primitive::<Int64Type>().values();
    let value = |(row, value): (usize, &i64)| (!left.contains(&row)).then_some(*value);
    values.iter().enumerate().map(value).collect()
}

/// Texts with arguments and what they give.
fn check(cases: &[(&str, &[i64], &[i64])]) {
    for (text, ints, expected) in cases {
        let expected: Vec<_> = expected.iter().copied().map(Some).collect();
        assert_eq!(answers(text, ints), expected, "{text}");
    }
}

/// The interpreter runs the row that gets to what stands in such a function.
fn leaves(text: &str, int: i64) {
    let text = text.replace("def f(n):\n", "def f(n):\n    if n < 0:\n        return n\n");
    assert_eq!(answers(&text, &[-1, int]), [Some(-1), None], "{text}");
}

#[test]
fn a_formula_over_parameters_that_may_be_null() {
    let text = "\
R = 6371.0
def haversine(lat1, lon1, lat2, lon2):
    if lat1 is None or lon1 is None or lat2 is None or lon2 is None:
        return None
    rlat1 = math.radians(lat1)
    rlat2 = math.radians(lat2)
    dlat = math.radians(lat2 - lat1)
    dlon = math.radians(lon2 - lon1)
    a = math.sin(dlat / 2.0) ** 2 + math.cos(rlat1) * math.cos(rlat2) * math.sin(dlon / 2.0) ** 2
    return R * 2.0 * math.asin(math.sqrt(a))
";
    let names = ["lat1", "lon1", "lat2", "lon2"];
    let module =
        compiled(text, &names.map(|name| (name, Type::FLOAT64, NullPolicy::Pass)), Type::FLOAT64);
    let columns = [
        vec![Some(40.6413), Some(0.0), Some(-33.9), Some(0.0), Some(1.0)],
        vec![Some(-73.7781), Some(0.0), Some(18.4), Some(0.0), None],
        vec![Some(51.47), Some(0.0), Some(71.3), Some(0.0), Some(1.0)],
        vec![Some(-0.4543), Some(0.0), Some(-156.8), Some(180.0), Some(1.0)],
    ]
    .map(|column| Arc::new(Float64Array::from(column)) as ArrayRef);
    let answer = run(&module, &columns);
    let expected = [
        Some(5_540.011_317_976_541_f64),
        Some(0.0),
        Some(15_846.616_663_934_592),
        Some(20_015.086_796_020_572),
        None,
    ];
    assert!(answer.left.is_empty(), "{:?}", answer.left);
    assert!(answer.values.as_primitive::<Float64Type>().iter().eq(expected));
}

#[test]
fn a_function_that_calls_itself() {
    let text = "def fibo(n):\n    return n if n < 2 else fibo(n - 1) + fibo(n - 2)\n";
    let module = compiled(text, &[("n", Type::INT64, NullPolicy::Skip)], Type::INT64);
    let answer = run(&module, &[Arc::new(Int64Array::from(vec![-1, 1, 10, 32]))]);
    assert!(answer.left.is_empty(), "{:?}", answer.left);
    assert_eq!(answer.values.as_primitive::<Int64Type>().values(), &[-1, 1, 55, 2_178_309]);
}

#[test]
fn locals_change_their_type_in_loops_and_handlers() {
    let text = "\
def f(n, x):
    total = 0
    for i in range(n):
        try:
            total += x / (i % 3)
        except ZeroDivisionError:
            total -= 1
        else:
            while total > 100:
                total //= 2
    for k, (a, b) in enumerate(zip((1, 2.5, x), range(7))):
        total = max(total, a ** b, k)
    return total
";
    let parameters = [("n", Type::INT64, NullPolicy::Skip), ("x", Type::FLOAT64, NullPolicy::Pass)];
    let module = compiled(text, &parameters, Type::FLOAT64);
    let x = [Some(0.5), Some(3.0), Some(2.75), Some(333.3), Some(-8.0), None, None];
    let columns: [ArrayRef; 2] = [
        Arc::new(Int64Array::from(vec![0, 1, 10, 50, 7, 3, 0])),
        Arc::new(Float64Array::from(x.to_vec())),
    ];
    let answer = run(&module, &columns);
    // Where Python raises a TypeError that nobody catches, the row leaves.
    assert_eq!(answer.left.iter().map(|left| left.row).collect::<Vec<_>>(), [5, 6]);
    let expected = [2.5, 9.0, 8.375, 111_088.890_000_000_01, 64.0];
    assert_eq!(&answer.values.as_primitive::<Float64Type>().values()[..5], &expected);
}

#[test]
fn each_loop_looks_whether_it_is_to_stop_and_straight_code_does_not() {
    let parameters = [("x", Type::INT64, NullPolicy::Skip)];
    let polls = |text: &str| {
        compiled(text, &parameters, Type::INT64).ops().filter(|op| **op == Op::Poll).count()
    };
    assert_eq!(polls("def f(x):\n    return x + 1 if x > 0 else x\n"), 0);
    assert_eq!(polls("def f(x):\n    while x > 9:\n        x //= 2\n    return x\n"), 1);
}
