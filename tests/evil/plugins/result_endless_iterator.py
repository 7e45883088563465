"""A batch's result is an iterator without an end.

The host must refuse it and not collect it.
"""

import itertools


@db.scalar_fn("f", ["int"], "int", vectorized="numpy")
def f(x):
    return itertools.count()


RAISES = "ConversionError: count"
