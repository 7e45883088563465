"""A batch's result says that its class is list.

The host must refuse it: it has no items.
"""


class Value:
    @property
    def __class__(self):
        return list


@db.scalar_fn("f", ["int"], "int", vectorized="numpy")
def f(x):
    return Value()


RAISES = "ConversionError: Value"
