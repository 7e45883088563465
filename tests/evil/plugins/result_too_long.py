"""A batch's result has one value more than the batch.

The host must refuse it, and say how many values it wanted.
"""

import numpy as np


@db.scalar_fn("f", ["int"], "int", vectorized="numpy")
def f(x):
    return np.append(x, 0)


RAISES = "ConversionError: array of 4 values.* 3 rows needs as many"
