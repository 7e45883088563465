"""A batch's result has an unsigned integer that no int64 holds.

The host must refuse it and name the value, not wrap it to a negative one.
"""

import numpy as np


@db.scalar_fn("f", ["int"], "int", vectorized="numpy")
def f(x):
    return np.array([1, 2**63, 3], dtype=np.uint64)


RAISES = "ConversionError: row 1.*9223372036854775808"
