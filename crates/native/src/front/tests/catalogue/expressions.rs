//! Order of evaluation, short circuits, names without values.

use super::check;

const EXPRESSIONS: &[&str] = &[
    r"def f(a, b):
    return a < b < 2",
    r"def f(a, b):
    return 0 < (x := a + 1) < b, x",
    r"def f(a, b):
    return a < (a := b) <= (a := 2) != a, a",
    r"def f(a, b):
    return a == b == 1 or a is not None and a > 0",
    r"def f(a, b):
    x = a and b or 7
    return x",
    r"def f(a):
    try:
        if a:
            del a
        return (a := a) == 1 // 0
    except ZeroDivisionError:
        return 1
    except NameError:
        return 2",
    r"def f(a):
    try:
        if a:
            del a
        a = a
    except NameError:
        return 2",
    r"def f(a, b):
    a = b and a
    b = a or b
    return a, b, not a, not b",
    r"def f(a):
    a = (a or 5) and (a and 6)
    return a",
    r"def f(a, b):
    return a + (a := 5) + a, (b := 1) + (b := 2) * b",
    r"def f(a, b):
    return (a if a else b) if b else (1 if a is None else 2)",
    r"def f(a, b):
    if not (a and b) or (a if b else a is b):
        return 1
    return 2",
    r"def f(a):
    if (a and 0) or not a or (a > 1 if a != 3 else None):
        return 1 if False else 2
    return 3",
    r"def f(a):
    try:
        return y + 1 / 0
    except ZeroDivisionError:
        return 1
    except NameError:
        return 2
    y = 1",
    r"def f(a, b):
    try:
        if a:
            x = 1
        return x < 1 // b
    except UnboundLocalError:
        return -1
    except ZeroDivisionError:
        return -2",
    r"def f(a):
    t = (a, (1, a), -3, -0.0, - -4, +5, ~6)
    return t, t[1], t[-1], t[1][0]",
    r"def f(a):
    return -9223372036854775808, 0x7fffffffffffffff, 1_000, 1e400, -5 // 2, -5 % 3, 2 ** 3 ** 1",
    r"def f(a, b):
    x = 1 if a is None else 2 if b is None else 3
    return [x, x + 1][0], [], [a, b]",
    r"def f(a):
    x = [1, a]
    x = [x, 2]
    return x",
    r"def f(a, b):
    return (x := (y := a)) is y, (a := b) is a, x is None
# beyond this interpreter",
];

#[test]
fn expressions_are_the_interpreters() {
    check(EXPRESSIONS);
}
