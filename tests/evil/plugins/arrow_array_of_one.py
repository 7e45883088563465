"""The `__arrow_c_array__` of a batch's result gives one capsule where two belong.

The host must refuse it.
"""

import pyarrow as pa


class Values:
    def __arrow_c_array__(self, requested_schema=None):
        return pa.array([1, 2, 3]).__arrow_c_array__()[:1]


@db.scalar_fn("f", ["int"], "int", vectorized="numpy")
def f(x):
    return Values()


RAISES = "ConversionError: f"
