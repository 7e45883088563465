"""A batch's result is an array without a dimension.

The host must refuse it, not repeat it for each row.
"""

import numpy as np


@db.scalar_fn("f", ["int"], "int", vectorized="numpy")
def f(x):
    return np.array(1)


RAISES = "ConversionError: one value"
