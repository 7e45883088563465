"""A function replaces functions of NumPy by others that raise.

The host must hand that exception over, or give the right answer.
"""

import numpy as np


def broken(*_, **__):
    raise LookupError("no arrays today")


@db.scalar_fn("f", ["int"], "int", vectorized="numpy")
def f(x):
    np.asarray = np.frombuffer = broken
    np.ma = None
    return x + 1


QUERY = "SELECT f(f(x)) FROM t"
ROWS = [(3,), (4,), (5,)]
RAISES = "LookupError|AttributeError|ConversionError"
ALONE = True
