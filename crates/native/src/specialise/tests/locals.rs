//! Which value a local has: where it was set, and where it keeps the one it had.

use super::check;

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
