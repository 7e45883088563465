"""A batch's result is a matrix whose first dimension fits.

The host must refuse it.
"""

import numpy as np


@db.scalar_fn("f", ["int"], "float", vectorized="numpy")
def f(x):
    return np.ones((len(x), 2))


RAISES = "ConversionError: 2 dimensions"
