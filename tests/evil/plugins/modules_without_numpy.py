"""A function makes NumPy impossible to import.

The host must fail what needs NumPy with ImportError, and nothing else.
"""

import sys


@db.scalar_fn
def f(x: int) -> int:
    sys.modules["numpy"] = None
    return x


@db.scalar_fn("g", ["int"], "int", vectorized="numpy")
def g(x):
    return x


QUERY = "SELECT g(f(x)) FROM t"
RAISES = "ImportError"
