"""The `__array__` of a batch's result raises.

The host must hand that exception over, with a note.
"""


class Values:
    def __array__(self, *_, **__):
        raise LookupError("no array today")


@db.scalar_fn("f", ["int"], "int", vectorized="numpy")
def f(x):
    return Values()


RAISES = "LookupError: no array today"
