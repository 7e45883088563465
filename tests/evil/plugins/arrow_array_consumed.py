"""The `__arrow_c_array__` of a batch's result gives capsules that somebody has emptied.

The host must see that they are released, and refuse them.
"""

import pyarrow as pa


class Values:
    def __arrow_c_array__(self, requested_schema=None):
        capsules = pa.array([1, 2, 3]).__arrow_c_array__()
        pa.Array._import_from_c_capsule(*capsules)
        return capsules


@db.scalar_fn("f", ["int"], "int", vectorized="numpy")
def f(x):
    return Values()


RAISES = "ConversionError: f"
ALONE = True  # a host that reads them may crash
