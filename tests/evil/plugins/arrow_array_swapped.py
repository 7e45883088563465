"""The `__arrow_c_array__` of a batch's result gives its two capsules in the wrong order.

The host must look at the capsules' names, and refuse them.
"""

import pyarrow as pa


class Values:
    def __arrow_c_array__(self, requested_schema=None):
        return pa.array([1, 2, 3]).__arrow_c_array__()[::-1]


@db.scalar_fn("f", ["int"], "int", vectorized="numpy")
def f(x):
    return Values()


RAISES = "ConversionError: f"
