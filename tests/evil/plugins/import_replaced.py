"""A function replaces the import statement by one that raises.

The host must give the right answer, or hand over what its import of NumPy raises.
"""

import builtins


def broken(*_, **__):
    raise LookupError("no imports today")


@db.scalar_fn("f", ["int"], "int", vectorized="numpy")
def f(x):
    builtins.__import__ = broken
    return x + 1


QUERY = "SELECT f(f(x)) FROM t"
ROWS = [(3,), (4,), (5,)]
RAISES = "LookupError: no imports today"
ALONE = True
