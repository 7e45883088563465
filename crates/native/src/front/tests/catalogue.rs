//! Small functions, each with a turn of the language in it, run by the interpreter and as graphs.

use super::interpreter;
use super::oracle;
use super::sources::lowered;
use super::values::Stop;

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

const LOOPS: &[&str] = &[
    r"def f(a):
    for i in range(3):
        if i == a:
            break
    else:
        return -1
    return i",
    r"def f(a):
    for i in range(a):
        pass
    return i",
    r"def f(a):
    n = 0
    while n < 5:
        n += 1
        if n == a:
            continue
        if n == 4:
            break
    else:
        n = 100
    return n",
    r"def f(a):
    total = 0
    for i, (j, k) in enumerate(zip((1, 2, 3), (a, 5, 6)), start=1):
        if j == 2:
            continue
        total = total + i * k
    return total, i, j, k",
    r"def f(a):
    r = 0
    for x in (a, 2, a):
        for y in range(3):
            if y == a:
                break
            if x is None:
                continue
            r += y
        else:
            r += 10
            continue
        r += 100
    return r",
    r"def f(a):
    while True:
        if a is None:
            return 0
        a -= 1
        if a < 0:
            break
    return a",
    r"def f(a):
    while a:
        a = None
    else:
        a = 3
    while 0:
        a = 5
    return a",
    r"def f(a):
    out = []
    for x in (3, a, 1):
        if x is not None:
            out.append(x)
    for x in out:
        if x == 1:
            out.append(2)
    return out",
    r"def f(a):
    x = 5
    for x in ():
        return 1
    return x",
    r"def f(a):
    try:
        for a in a:
            return 1
    except TypeError:
        return a",
    r"def f(a, b):
    n = 0
    while (n := n + 1) < 4 and n != a:
        b = n
    return n, b",
    r"def f(a):
    for i in range(4):
        try:
            if i == a:
                break
            if i == 1:
                continue
        finally:
            last = i * 10
    else:
        return -last
    return i, last",
    r"def f(a):
    n = 0
    for i in range(3):
        for j in range(3):
            try:
                if j == a:
                    break
                try:
                    if i == j:
                        continue
                finally:
                    n += 1
            finally:
                n += 100
        else:
            n += 10000
    return n",
    r"def f(a):
    for i in range(2):
        x = 0
        def_ = 1
    return i + x + def_ + a",
    r"def f(a):
    t = 0
    for t in range(3):
        t += a
    return t",
];

const EXCEPTIONS: &[&str] = &[
    r"def f(a, b):
    try:
        x = a / b
    except ZeroDivisionError:
        return 1
    except (TypeError, ValueError) as e:
        return 2
    else:
        x = x + 1
    finally:
        a = 5
    return x, a",
    r"def f(a):
    try:
        return a
    finally:
        a = 7",
    r"def f(a):
    try:
        return 1 // a
    finally:
        return 2",
    r"def f(a):
    try:
        return 1 // a
    except TypeError:
        return -1
    finally:
        if a == 3:
            return 9",
    r"def f(a):
    e = 1
    try:
        1 // a
    except ZeroDivisionError as e:
        pass
    except TypeError as e:
        e = 2
    return e",
    r"def f(a):
    e = 1
    for i in range(2):
        try:
            1 // a
        except Exception as e:
            del e
            continue
    return e",
    r"def f(a):
    e = 1
    try:
        try:
            1 // a
        except Exception as e:
            if a is None:
                return 3
            1 // 0
    except ZeroDivisionError:
        return e
    return 4",
    r"def f(a):
    try:
        try:
            1 // a
        except ZeroDivisionError:
            raise
        except TypeError as e:
            raise e
    except ArithmeticError:
        return 1
    except Exception:
        return 2
    return 3",
    r#"def f(a):
    try:
        if a is None:
            raise ValueError("no value")
        if a == 0:
            raise IndexError
        if a == 1:
            raise KeyError(a, f"{a!r}: {a + 1}")
        if a == 3:
            raise RuntimeError(1 // 0)
    except LookupError:
        return 1
    except ValueError as error:
        raise TypeError(f"{a}") from error
    except ZeroDivisionError:
        return 2
    raise ArithmeticError("%d" % a) from None
# an exception with arguments that are not compiled"#,
    r#"def f(a):
    try:
        assert a, f"{1 // a}"
        assert a > 1
    except AssertionError:
        return 1
    except ZeroDivisionError:
        return 2
    return 3"#,
    r#"def f(a):
    assert a is not None, "nothing"
    assert (b := a) or a == 0
    return b"#,
    r"def f(a):
    n = 0
    try:
        try:
            n += 1 // a
        finally:
            n += 10
    except TypeError:
        n += 100
    else:
        n += 1000
    return n",
    r"def f(a):
    n = 0
    for i in range(3):
        try:
            try:
                if i == a:
                    continue
                1 // (i - 1)
            except ZeroDivisionError:
                n += 1
                continue
            finally:
                n += 10
                if i == 2:
                    break
        finally:
            n += 100
    return n, i",
    r"def f(a):
    while True:
        try:
            1 // a
        finally:
            break
    return 5",
    r"def f(a):
    for i in range(3):
        try:
            1 // a
        finally:
            continue
    return i",
    r"def f(a):
    def_ = 0
    try:
        try:
            return 1 // a
        except ZeroDivisionError as e:
            return 2
        finally:
            def_ = e
    except NameError:
        return def_",
    r"def f(a):
    try:
        try:
            1 // a
        finally:
            if a == 0:
                raise
            if a is None:
                raise ValueError
    except (ZeroDivisionError, ValueError):
        return 1
    return 2",
    r"def f(a):
    try:
        pass
    except ValueError:
        return 1
    else:
        if a:
            return 2
    finally:
        if a is None:
            return 3",
    r"def f(a):
    try:
        raise
    except RuntimeError:
        return 1
# a `raise` without an exception",
    r"def f(a):
    try:
        1 // a
    except:
        a = 8
        try:
            raise ValueError
        except ValueError:
            pass
        raise
    return a",
    r"def f(a):
    try:
        try:
            1 // a
        except Exception:
            try:
                return 1
            finally:
                raise IndexError
    except LookupError:
        return 2",
    r"def f(a):
    try:
        try:
            1 // a
        except TypeError:
            try:
                None + 1
            finally:
                a = 1
                return a
        except ZeroDivisionError:
            x, y = 1
    except TypeError:
        return 3",
    r"def f(a):
    try:
        1 // a
    except (ArithmeticError, TypeError):
        try:
            1 // a
        except TypeError as a:
            pass
        except ArithmeticError:
            return a
    return a",
    r"def f(a, b):
    n = 0
    try:
        n = 1
        try:
            n = 2
            a + 1
            n = 3
            try:
                n = 4
                b + 1
                n = 5
            finally:
                n *= 10
                if a == 3:
                    return n
        finally:
            n += 1
            if b is None and a is not None:
                n // 0
    except TypeError:
        return -n
    except ZeroDivisionError:
        return n, 0
    return n",
    r#"def f(a):
    try:
        return (x := 1) // a
    except ZeroDivisionError:
        try:
            raise ValueError from ZeroDivisionError("x")
        finally:
            return x + 1
    except MISSING:
        return 2
MISSING = None
def g(a):
    return f(a)
# an `except` of what is no builtin exception"#,
    r"def f(a):
    try:
        return 1 // a
    except KeyboardInterrupt:
        return 1
# an `except` of what is no builtin exception",
    r"def f(a):
    try:
        assert a
        raise ValueError(a.b.c(1))
    except (AssertionError, AttributeError):
        return 1
# an exception with arguments that are not compiled",
    r"def f(a):
    try:
        raise ValueError(no=1)
    except TypeError:
        return 1
# a `raise` of what is no plain builtin exception",
    r"def f(a):
    try:
        raise a
    except TypeError:
        return 1
# a `raise` of what is no plain builtin exception",
    r"def f(a):
    try:
        raise ValueError from a
    except TypeError:
        return 1
    except ValueError:
        return 2
# a `raise .. from` what is no plain builtin exception",
    r"def f(a):
    try:
        try:
            x = 1 // a
        except ZeroDivisionError:
            return 1
        else:
            x // 0
    except ZeroDivisionError:
        return 2",
];

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

/// How many calls were left to the interpreter for reasons that may be, and how many there were.
pub(super) fn compare(texts: &[&str], may_leave: impl Fn(&str, &str) -> bool) -> (usize, usize) {
    let mut counts = (0, 0);
    for (text, answers) in texts.iter().zip(oracle::answers(texts)) {
        let program = lowered(text).unwrap_or_else(|refusal| panic!("{refusal}\n{text}"));
        let code = &program.functions[0];
        let arguments = oracle::arguments(code.parameters - code.keyword_only);
        assert_eq!(answers.len(), arguments.len(), "{text}");
        for (arguments, expected) in arguments.into_iter().zip(answers) {
            let shown = format!("{arguments:?}");
            let got = match interpreter::run(&program, arguments) {
                Ok(value) => value.shown(),
                Err(Stop::Raise(class)) => format!("raise {}", class.name()),
                Err(Stop::Leave(reason)) => {
                    assert!(may_leave(text, &reason), "{reason} in\n{text}");
                    counts.0 += 1;
                    expected.clone()
                }
            };
            counts.1 += 1;
            assert_eq!(got, expected, "for {shown} of\n{text}\n{program}");
        }
    }
    counts
}

/// Texts say at their end for which reason calls may be left.
fn check(texts: &[&str]) {
    compare(texts, |text, reason| text.ends_with(&format!("# {reason}")));
}

#[test]
fn expressions_are_the_interpreters() {
    check(EXPRESSIONS);
}

#[test]
fn assignments_are_the_interpreters() {
    check(ASSIGNMENTS);
}

#[test]
fn loops_are_the_interpreters() {
    check(LOOPS);
}

#[test]
fn exceptions_are_the_interpreters() {
    check(EXCEPTIONS);
}

#[test]
fn functions_are_the_interpreters() {
    check(FUNCTIONS);
}
