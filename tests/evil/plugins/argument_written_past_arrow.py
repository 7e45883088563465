"""A function writes into the buffer of its Arrow argument.

The host must hand out buffers that are read-only.
"""

import numpy as np


@db.scalar_fn("f", ["int"], "int", vectorized="arrow")
def f(x):
    np.frombuffer(x.buffers()[1], np.int64)[0] = 99
    return x


RAISES = "ValueError: read-only"
THEN = "SELECT sum(x) FROM t"
THEN_ROWS = [(6,)]
