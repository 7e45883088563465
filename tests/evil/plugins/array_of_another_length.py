"""The `__array__` of a batch's result has another length than its `__len__`.

The host must believe the array, and refuse it.
"""

import numpy as np


class Values:
    def __len__(self):
        return 3

    def __array__(self, *_, **__):
        return np.zeros(1_000)


@db.scalar_fn("f", ["int"], "float", vectorized="numpy")
def f(x):
    return Values()


RAISES = "ConversionError: array of 1000 values"
