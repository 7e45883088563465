//! Which value a local has: where it was set, and where it keeps the one it had.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, Int64Array};
use arrow::datatypes::Int64Type;
use arrowsmith_contract::{NullPolicy, Type};

use super::{answers, check, compiled, run};

#[test]
fn a_loop_without_items_leaves_its_local_alone() {
    check(&[
        (
            "\
def f(a):
    x = None
    for x in range(a):
        pass
    if x is None:
        return -1
    return 7
",
            &[0, 3],
            &[-1, 7],
        ),
        (
            "\
def f(a):
    try:
        for x in range(a):
            pass
        y = x
    except NameError:
        return -1
    return 7
",
            &[0, 3],
            &[-1, 7],
        ),
        (
            "def f(a):\n    x = 5\n    for x in range(a):\n        pass\n    return x\n",
            &[0, 3],
            &[5, 2],
        ),
        (
            "def f(a):\n    x = 5\n    for x in range(a):\n        break\n    return x\n",
            &[0, 3],
            &[5, 0],
        ),
    ]);
}

#[test]
fn targets_are_set_from_left_to_right() {
    check(&[
        ("def f(a):\n    (x, y), x = (a, 2), 3\n    return x\n", &[1, 9], &[3, 3]),
        (
            "\
def f(a):
    x = 5
    try:
        (y, z), x = a, 1
    except TypeError:
        return x
",
            &[7],
            &[5],
        ),
        (
            "\
def f(a):
    t = 0
    for (x, y), x in zip(zip(range(a), range(5)), range(10, 20)):
        t = t * 100 + x
    return t
",
            &[1, 2],
            &[10, 1011],
        ),
    ]);
}

#[test]
fn a_local_is_set_to_what_is_made_of_itself() {
    let sums = "    s = 0\n    for i in n:\n        s += i\n    return s\n";
    let of = |first: &str| format!("def f(n):\n    {first}\n{sums}");
    check(&[(&of("n = range(n)"), &[0, 5], &[0, 10]), (&of("n = range(1, n)"), &[5], &[10])]);
    check(&[(&of("n = range(n, 10, n)"), &[3], &[18])]);
    let pairs = "    s = 0\n    for u, v in t:\n        s = s * 10 + u * v\n    return s\n";
    check(&[
        (
            &format!("def f(a):\n    t = (1, 2, a)\n    t = zip((1, 2, 3), t)\n{pairs}"),
            &[3],
            &[149],
        ),
        (&format!("def f(a):\n    t = (1, 2, a)\n    t = enumerate(t, 2)\n{pairs}"), &[3], &[272]),
    ]);
}

#[test]
fn a_bool_that_is_known_no_more_keeps_the_items_behind_it() {
    let text = "\
def f(a, x, y):
    t = (True, x, y)
    p = True if a > 0 else False
    q = True if a > 1 else False
    r = True if a > 2 else False
    s = True if a > 3 else False
    if p and q and r and s:
        return t[2] + 1000
    return t[2] if t[0] else 0
";
    let int = |name| (name, Type::INT64, NullPolicy::Skip);
    let module = compiled(text, &[int("a"), int("x"), int("y")], Type::INT64);
    let column = |values: [i64; 6]| Arc::new(Int64Array::from(values.to_vec())) as ArrayRef;
    let columns = [column([0, 1, 2, 3, 4, 5]), column([7; 6]), column([1, 2, 3, 4, 5, 6])];
    let answer = run(&module, &columns);
    assert!(answer.left.is_empty(), "{:?}", answer.left);
    let expected = [1, 2, 3, 4, 1005, 1006];
    assert_eq!(answer.values.as_primitive::<Int64Type>().values(), &expected);
}

#[test]
fn what_an_exception_says_does_not_stand_in_the_way() {
    for message in ["[a]", "(a, [a, 1])", "a.real", "f'{a.real} {a}'"] {
        let text = format!(
            "def f(a):\n    if a < 0:\n        raise ValueError({message})\n    return a\n"
        );
        assert_eq!(answers(&text, &[1, -1]), [Some(1), None], "{text}");
        let text = format!("def f(a):\n    assert a >= 0, {message}\n    return a\n");
        assert_eq!(answers(&text, &[1, -1]), [Some(1), None], "{text}");
    }
}
