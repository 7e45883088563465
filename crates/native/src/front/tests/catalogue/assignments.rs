//! What sets names, and in which order.

use super::check;

const ASSIGNMENTS: &[&str] = &[
    r"def f(a, b):
    a, b = b, a
    return a, b",
    r"def f(a, b):
    x = y = z = a
    x += 1
    return x, y, z",
    r"def f(a, b):
    (x, (y, z)), w = (a, (b, 1)), 2
    return w, z, y, x",
    r"def f(a):
    x, y = x, a = (a, 2)
    return x, y, a",
    r"def f(a):
    a, b = c = a
    return a, b, c",
    r"def f(a):
    x, x = a, 1
    return x",
    r"def f(a):
    (x, y), x = (a, 2), 3
    return x",
    r"def f(a):
    x, (y, x), x = 1, (a, 2), (y := a)
    return x, y",
    r"def f(a):
    x = y = 5
    try:
        y, (y, z), x = 6, a, 1
    except TypeError:
        return x, y",
    r"def f(a):
    [x, y] = a, a
    (z,) = (x,)
    return x, y, z",
    r"def f(a):
    x = 1
    try:
        x, y = a, 2, 3
    except ValueError:
        return x
    return 0",
    r"def f(a):
    x = 1
    try:
        x, y = a
    except TypeError:
        return x",
    r"def f(a):
    a += (a := 2)
    a *= 3 if a else 4
    a -= 1
    return a",
    r"def f(a):
    x: int = 1
    y: int
    (z): int
    if a:
        y = 2
    return x, y",
    r"def f(a):
    x = 1
    if a:
        del x
    return x",
    r"def f(a, b):
    x = y = 1
    try:
        if a:
            del x
        if b:
            del (x, [y])
        return x, y
    except NameError:
        return 5",
    r"def f(a):
    del a
    return a",
    r"def f(a):
    i = 0
    i, t = 1, i
    t, i = i + 1, t + a
    return i, t",
    r#"def f(a):
    """Says what it does."""
    1
    None
    ...
    b"x"
    a
    return"#,
    r"def f(a, b):
    x = a // b
    x %= 7
    x <<= 1
    x |= 1
    x ^= 3
    x &= 0xff
    x >>= 1
    return x",
    r"def f(a):
    x = a, 2
    x, y = z = x
    return x, y, z",
    r"LIMIT = 3
def f(a):
    (LIMIT): int
    return LIMIT",
];

#[test]
fn assignments_are_the_interpreters() {
    check(ASSIGNMENTS);
}
