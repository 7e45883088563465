//! Helpers, arguments and recursion.

use super::check;

const FUNCTIONS: &[&str] = &[
    r"def half(x):
    return x / 2
def f(a):
    return half(a) + half(half(a))",
    r"def pick(a, b=2, *, c, d=4):
    return a, b, c, d
def f(a):
    return pick(a, c=1), pick(1, a, d=a, c=3), pick(c=1, a=a)",
    r"def pick(a, /, b):
    return a, b
def f(a):
    return pick(b=a, a=1) if a else pick(1, a)
# wrong arguments for pick",
    r"def last(x):
    if x:
        y = 1
    return y
def f(a):
    n = 0
    for i in range(3):
        try:
            n += last(i == a)
        except UnboundLocalError:
            n += 10
    return n",
    r#"def check(x):
    if x is None:
        raise ValueError("none")
    try:
        return 1 // x
    except ZeroDivisionError:
        return 0
    finally:
        x = 5
def f(a):
    try:
        return check(a), check(x=0)
    except ValueError:
        return -1"#,
    r"def fact(n):
    return 1 if n <= 1 else n * fact(n - 1)
def f(a):
    return fact(a) if a is not None else fact(n=6)",
    r"def f(a, b=3, *, k=True):
    if a is None or a <= 0:
        return b, k
    return f(a - 1, b=b + 1, k=not k)",
    r"def even(n):
    while n > 1:
        n -= 2
    return n == 0
def odd(n):
    return not even(n)
def f(a):
    return even(a), odd(a), odd(n=7)",
    r"LIMIT = 3
RATE = 0.5
NOTHING = None
def f(a):
    if a is NOTHING:
        return LIMIT
    return a * RATE if a < LIMIT else -LIMIT",
    r"def swap(a, b):
    a, b = b, a
    return a, b
def f(a, b):
    a, b = swap(a, (a := b))
    return swap(b=a, a=b)",
    r"def two(a, b):
    return a
def f(a):
    try:
        return two(1 // a)
    except TypeError:
        return 1
    except ZeroDivisionError:
        return 2
# wrong arguments for two",
    r"def again():
    raise
def f(a):
    try:
        try:
            1 // a
        except ZeroDivisionError:
            again()
    except ArithmeticError:
        return 1
# a `raise` without an exception",
    r"def f(a):
    x = abs(a) if a is not None else max(1, 2)
    return x, min(x, 1), bool(a), float(x), len((x, 1))",
];

#[test]
fn functions_are_the_interpreters() {
    check(FUNCTIONS);
}
