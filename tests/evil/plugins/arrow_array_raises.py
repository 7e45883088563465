"""The `__arrow_c_array__` of a batch's result raises.

The host must hand that exception over, with a note.
"""


class Values:
    def __arrow_c_array__(self, requested_schema=None):
        raise LookupError("no capsules today")


@db.scalar_fn("f", ["int"], "int", vectorized="numpy")
def f(x):
    return Values()


RAISES = "LookupError: no capsules today"
