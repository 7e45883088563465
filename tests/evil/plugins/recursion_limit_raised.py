"""A function raises the recursion limit and then calls itself without end.

The host must hand the RecursionError over.
"""

import sys


@db.scalar_fn
def f(x: int) -> int:
    sys.setrecursionlimit(100_000)
    return f(x) + 1


RAISES = "RecursionError"
ALONE = True
