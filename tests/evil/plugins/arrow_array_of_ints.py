"""The `__arrow_c_array__` of a batch's result gives two numbers in place of capsules.

The host must refuse them, and not take them for addresses.
"""


class Values:
    def __arrow_c_array__(self, requested_schema=None):
        return 1, 2


@db.scalar_fn("f", ["int"], "int", vectorized="numpy")
def f(x):
    return Values()


RAISES = "ConversionError: f"
