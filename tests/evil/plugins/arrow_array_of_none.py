"""The `__arrow_c_array__` of a batch's result gives None.

The host must refuse it.
"""


class Values:
    def __arrow_c_array__(self, requested_schema=None):
        return None


@db.scalar_fn("f", ["int"], "int", vectorized="numpy")
def f(x):
    return Values()


RAISES = "ConversionError: f"
