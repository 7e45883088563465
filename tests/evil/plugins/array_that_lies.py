"""A subclass of ndarray lies about its type and its shape.

The host must read the memory that is really there.
"""

import numpy as np


class Values(np.ndarray):
    dtype = np.dtype("float64")
    ndim = 1
    size = 10**9
    shape = (10**9,)

    def __len__(self):
        return 10**9


@db.scalar_fn("f", ["int"], "int", vectorized="numpy")
def f(x):
    return np.array([7, 8, 9]).view(Values)


ROWS = [(7,), (8,), (9,)]
