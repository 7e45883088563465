"""A masked array's data and mask have different lengths.

The host must refuse it.
"""

import numpy as np


class Values(np.ma.MaskedArray):
    @property
    def data(self):
        return np.arange(3)


@db.scalar_fn("f", ["int"], "int", vectorized="numpy")
def f(x):
    return np.ma.masked_array([1, 2, 3, 4, 5], mask=[0, 1, 0, 1, 0]).view(Values)


RAISES = "ConversionError: f"
