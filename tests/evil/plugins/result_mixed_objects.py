"""A batch's result is an array of objects of several types.

The host must name the first row that does not fit, and its value.
"""

import numpy as np


@db.scalar_fn("f", ["int"], "int", vectorized="numpy")
def f(x):
    return np.array([1, "two", 3.5], dtype=object)


RAISES = "ConversionError: row 1.*'two'"
