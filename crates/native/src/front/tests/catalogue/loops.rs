//! Loops with their ways out.

use super::check;

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
    t = 0
    for (x, y), x in zip(zip((a, 1), range(5)), range(10, 20)):
        t = t * 100 + x
    return t",
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

#[test]
fn loops_are_the_interpreters() {
    check(LOOPS);
}
