//! `try`, `raise` and `assert`.

use super::check;

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

#[test]
fn exceptions_are_the_interpreters() {
    check(EXCEPTIONS);
}
