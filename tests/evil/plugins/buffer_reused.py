"""A function returns views of one buffer, which it fills anew for each batch.

The host must copy what it was given.
"""

import threading

import numpy as np

own = threading.local()


@db.scalar_fn("f", ["int"], "int", vectorized="numpy")
def f(x):
    if not hasattr(own, "buffer"):
        own.buffer = np.empty(100_000, np.int64)
    own.buffer[:] = -1
    own.buffer[: len(x)] = x
    return own.buffer[: len(x)]


QUERY = "SELECT count(*), sum(y) FROM (SELECT x, f(x) AS y FROM many ORDER BY x DESC) WHERE x = y"
ROWS = [(20_000, 199_990_000)]
