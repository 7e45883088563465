//! Builtins with many arguments and with those that are rarely given, and functions that call
//! themselves and each other.

use std::sync::Arc;

use arrowsmith_contract::{NullPolicy, Type};

use super::{check, compiled, leaves, refused};

fn many(count: usize) -> String {
    (1..=count).map(|number| number.to_string()).collect::<Vec<_>>().join(", ")
}

#[test]
fn the_best_of_many_items_takes_no_stack() {
    let items = many(100_000);
    check(&[(&format!("def f(a):\n    return max(({items})) + a\n"), &[1], &[100_001])]);
    let items = "1, 2.5, ".repeat(10_000);
    leaves(&format!("def f(n):\n    return n if max(({items})) else 0\n"), 1);
    let items = "True, ".repeat(20_000);
    leaves(&format!("def f(n):\n    return n if max(({items})) else 0\n"), 1);
}

#[test]
fn the_best_of_items_of_several_types_keeps_its_type() {
    let text = "def f(a):\n    return max(1, a, 2.5, 2, True) * 2 // 1 == max(2.5, a) * 2\n";
    check(&[(text, &[1, 2, 3, 9], &[1, 1, 1, 1])]);
    let text = format!("def f(a):\n    return 0 if min(1.5, {}) == 1 else a\n", many(60));
    check(&[(&text, &[1], &[0])]);
}

#[test]
fn builtins_take_any_number_of_arguments() {
    for (call, expected) in [
        (format!("max({})", many(256)), 256),
        (format!("min({})", many(256)), 1),
        (format!("math.gcd({})", many(256)), 1),
        (format!("len((zip({}), 1))", "range(a), ".repeat(256)), 2),
    ] {
        let text = format!(
            "def f(a):\n    try:\n        return {call}\n    except TypeError:\n        return -1\n"
        );
        check(&[(&text, &[3], &[expected])]);
    }
}

#[test]
fn a_sum_over_an_empty_range_is_what_it_begins_with() {
    leaves("def f(n):\n    return 1 if sum(range(0), None) is None else 0\n", 1);
    leaves("def f(n):\n    return 1 if sum(range(n), True) is True else 0\n", 0);
    check(&[("def f(a):\n    return sum(range(a), a)\n", &[0, 3], &[0, 6])]);
}

/// Each of them calls itself and the one before it.
fn chain(functions: usize) -> String {
    let next = |number: usize| {
        let before = number - 1;
        format!(
            "def f{number}(n):\n    return f{before}(n) if n <= 0 else f{number}(n - 1) + f{before}(1)\n"
        )
    };
    let rest: String = (1..functions).map(next).collect();
    let first = "def f0(n):\n    return 0 if n <= 0 else f0(n - 1) + 1\n";
    format!("{first}{rest}def f(a):\n    return f{}(a)\n", functions - 1)
}

#[test]
fn functions_that_call_themselves_and_others_are_compiled_twice_each() {
    check(&[(&chain(24), &[0, 1, 5], &[0, 1, 5])]);
    let mut module = compiled(&chain(24), &[("a", Type::INT64, NullPolicy::Skip)], Type::INT64);
    assert_eq!(module.functions.len(), 25);
    module.functions.dedup_by_key(|function| Arc::clone(&function.name));
    assert_eq!(module.functions.len(), 25);
}

#[test]
fn a_function_that_calls_itself_with_other_types_knows_what_that_returns() {
    let text = "\
def g(x):
    return 0 if x < 1 else 1 + (g(x / 2) if x > 10 else g(int(x) - 1))
def f(a):
    return g(a) + g(a / 4)
";
    check(&[(text, &[0, 1, 9, 100], &[0, 1, 11, 18])]);
}

#[test]
fn too_many_functions_that_call_each_other_are_refused() {
    assert_eq!(refused(&chain(120)), "functions that call each other, too many of them");
}
