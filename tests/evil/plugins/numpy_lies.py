"""A function replaces functions of NumPy by others that lie.

The host must read the memory that is really there, or fail the query.
"""

import numpy as np


@db.scalar_fn("f", ["int"], "int", vectorized="numpy")
def f(x):
    np.asarray = np.array = lambda *_, **__: [1]
    np.frombuffer = lambda *_, **__: None
    return x + 1


ROWS = [(2,), (3,), (4,)]
RAISES = "AttributeError|ConversionError"
ALONE = True
