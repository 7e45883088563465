"""Items of lists at places where a loop's test says that there is one, or only seems to."""

from tests.native.traps.lists import COUNT, I_I, LI, PLACES
from tests.native.traps.trap import Trap

TWO = f"{LI} {LI} -> int"
UNEQUAL = [(a, b) for a in ([], [1], [1, 2, 3], [4] * 40) for b in ([], [5], [6, 7], [8] * 41)]

TRAPS = [
    Trap("as many items of another list", "t = 0\nfor i in range(len(a)):\n    t = (t * 7 + b[i]) % 10007\nreturn t", TWO, UNEQUAL),
    Trap("as many items of another list, caught", "t = 0\nfor i in range(len(a)):\n    try:\n        t += b[i]\n    except IndexError:\n        t -= 1000\nreturn t", TWO, UNEQUAL),
    Trap("a list that gets shorter in its loop", "t = 0\nfor i in range(len(a)):\n    t += a[i]\n    if i == 1:\n        a = b\nreturn t", TWO, UNEQUAL),
    Trap("two lists that change places in a loop", "t = 0\nfor i in range(len(a)):\n    t += a[i] * i\n    a, b = b, a\nreturn t", TWO, UNEQUAL),
    Trap("one of two lists by its length", "x = a if len(a) > 2 else b\nt = 0\nfor i in range(len(a)):\n    t += x[i]\nreturn t", TWO, UNEQUAL),
    Trap("a counter that its loop changes", "t = 0\nfor i in range(len(a)):\n    i = i * 2\n    t += a[i]\nreturn t", I_I),
    Trap("a counter that its loop changes behind", "t = 0\nfor i in range(len(a)):\n    t += a[i]\n    i += 1\n    t += a[i] if i < len(a) else 0\nreturn t", I_I),
    Trap("a counter behind its loop", "i = 0\nfor i in range(len(a)):\n    pass\nreturn a[i]", I_I),
    Trap("a counter from below", "t = 0\nfor i in range(b, len(a)):\n    t = (t * 7 + a[i]) % 10007\nreturn t", f"{LI} int -> int",
         [(a, b) for a in ([], [3], [1, 2, 3]) for b in (-4, -3, -1, 0, 1, 5)]),
    Trap("a counter beyond", "t = 0\nfor i in range(b):\n    t = (t * 7 + a[i]) % 10007\nreturn t", f"{LI} int -> int",
         [(a, b) for a in ([], [3], [1, 2, 3]) for b in (-1, 0, 1, 2, 3, 4)]),
    Trap("a step over the end", "t = 0\nfor i in range(0, len(a) + 1, 2):\n    t += a[i]\nreturn t", I_I),
    Trap("downwards beyond the begin", "t = 0\nfor i in range(len(a) - 1, -3, -1):\n    t = (t * 7 + a[i]) % 10007\nreturn t", I_I),
    Trap("a while that counts", "t = 0\ni = 0\nwhile i < len(a):\n    t = (t * 7 + a[i]) % 10007\n    i += 1\nreturn t", I_I),
    Trap("a while that counts before", "t = 0\ni = 0\nwhile i < len(a):\n    i += 1\n    t += a[i]\nreturn t", I_I),
    Trap("a while from below", "t = 0\ni = b\nwhile i < len(a):\n    t = (t * 7 + a[i]) % 10007\n    i += 1\nreturn t", f"{LI} int -> int",
         [(a, b) for a in ([], [3], [1, 2, 3]) for b in (-4, -3, -1, 0, 1, 5)]),
    Trap("a while up to the end", "t = 0\ni = 0\nwhile i <= len(a):\n    t += a[i]\n    i += 1\nreturn t", I_I),
    Trap("a while over a list that is another one", "t = 0\ni = 0\nwhile i < len(a):\n    if a[i] > 3:\n        a = b\n    t += a[i]\n    i += 1\nreturn t", TWO, UNEQUAL),
    Trap("a place that an enumeration gives", "t = 0\nfor i, v in enumerate(a):\n    t += a[i] - v + b[i]\nreturn t", TWO, UNEQUAL),
    Trap("a place that an enumeration gives too late", "t = 0\nfor i, v in enumerate(a, 1):\n    t += a[i]\nreturn t", I_I),
    Trap("a place in a loop in a loop", "t = 0\nfor i in range(len(a)):\n    for j in range(i, len(b)):\n        t = (t * 7 + b[j] - a[i] + b[j - i]) % 10007\nreturn t", TWO, UNEQUAL),
    Trap("a place of the outer loop in the inner one's list", "t = 0\nfor i in range(len(a)):\n    for j in range(len(b)):\n        t += b[i]\nreturn t", TWO, UNEQUAL),
    Trap("a place in a list of one's own that grows", "x = [1]\nfor i in range(a):\n    x.append(x[i] + 1)\nreturn x", f"int -> {LI}", COUNT),
    Trap("a place in a list of one's own that is another one", "x = [1, 2, 3]\nt = 0\nfor i in range(len(x)):\n    t += x[i]\n    if i == a:\n        x = [7]\nreturn t", "int -> int", COUNT),
    Trap("a place behind a test", "return a[b] if 0 <= b < len(a) else -1", f"{LI} int -> int", PLACES),
    Trap("a place behind half a test", "return a[b] if b < len(a) else -1", f"{LI} int -> int", PLACES),
    Trap("a place behind the test of another list", "t = 0\nif len(a) <= len(b):\n    for i in range(len(a)):\n        t += b[i]\nfor i in range(len(b)):\n    t += a[i]\nreturn t", TWO, UNEQUAL),
]  # fmt: skip
