//! Iterators, which two names may share, and the ends of ranges.

use super::{answers, check, leaves};

#[test]
fn an_iterator_that_two_may_take_items_of_is_left() {
    let twice = "\
def f(n):
    it = zip(range(n))
    s = 0
    for (a,) in it:
        s += 1
    for (a,) in it:
        s += 1
    return s
";
    leaves(twice, 2);
    leaves(
        "def f(n):\n    it = enumerate(range(n))\n    for a, b in zip(it, it):\n        return b[0]\n    return 7\n",
        2,
    );
    leaves("def f(n):\n    it = zip(range(n))\n    t = (it, it)\n    return n\n", 2);
    leaves(
        "def f(n):\n    it = zip(range(n))\n    other = it\n    for x in it:\n        pass\n    for x in other:\n        return 1\n    return 0\n",
        2,
    );
    let broken_off = "\
def f(n):
    it = enumerate(range(n))
    for x in it:
        break
    for i, x in it:
        return i
    return -1
";
    leaves(broken_off, 2);
    let in_a_loop = "\
def f(n):
    it, s = zip(range(n)), 0
    while s < 10:
        for x in it:
            s += 1
        s += 5
    return s
";
    leaves(in_a_loop, 2);
    leaves(
        "def f(n):\n    t = (enumerate(range(n)), 1)\n    for x in t[0]:\n        pass\n    for i, x in t[0]:\n        return 1\n    return 0\n",
        2,
    );
    let by_a_helper = "\
def first(it):
    for (x,) in it:
        return x
    return -1
def f(n):
    it = zip(range(n))
    return first(it) * 10 + first(it)
";
    leaves(by_a_helper, 2);
}

#[test]
fn an_iterator_that_one_takes_items_of_is_compiled() {
    check(&[
        (
            "def f(n):\n    it = zip(range(n))\n    s = 0\n    for (a,) in it:\n        s += a\n    return s\n",
            &[5],
            &[10],
        ),
        (
            "\
def f(n):
    it = enumerate(range(n))
    it = zip(it, range(1, 9))
    s = 0
    for (i, x), y in it:
        s += i * y
    it = zip(range(n))
    for (x,) in it:
        s += x
    return s
",
            &[3],
            &[11],
        ),
    ]);
}

#[test]
fn a_range_by_the_least_step_leaves_where_it_has_items() {
    const LEAST: i64 = i64::MIN;
    for text in [
        "def f(a):\n    for i in range(5, 0, a):\n        return i\n    return -1\n",
        "def f(a):\n    return len(range(5, 0, a))\n",
        "def f(a):\n    return sum(range(5, 0, a))\n",
    ] {
        assert_eq!(answers(text, &[LEAST, LEAST + 1, 1])[0], None, "{text}");
    }
    check(&[
        (
            "def f(a):\n    return len(range(5, 0, a))\n",
            &[LEAST + 1, -4, -5, 3, i64::MAX],
            &[1, 2, 1, 0, 0],
        ),
        (
            "def f(a):\n    return len(range(0, 5, a))\n",
            &[LEAST, LEAST + 1, i64::MAX, 4],
            &[0, 0, 1, 2],
        ),
    ]);
}
