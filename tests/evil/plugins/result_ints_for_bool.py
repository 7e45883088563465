"""A batch's result has integers where truth values are declared.

The host must refuse it, as it does 1 for a bool in row mode.
"""

import numpy as np


@db.scalar_fn("f", ["int"], "bool", vectorized="numpy")
def f(x):
    return np.array([1, 0, 1])


RAISES = "ConversionError: int"
