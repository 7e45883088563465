"""A batch's result has floats, one of them NaN, where integers are declared.

The host must refuse it: NaN is no integer, and no NULL either.
"""

import numpy as np


@db.scalar_fn("f", ["int"], "int", vectorized="numpy")
def f(x):
    return np.array([1.0, float("nan"), 3.0])


RAISES = "ConversionError: float"
