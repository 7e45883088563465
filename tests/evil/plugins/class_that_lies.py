"""A result says that its class is int.

The host must refuse it: it has no digits.
"""


class Value:
    @property
    def __class__(self):
        return int


@db.scalar_fn
def f(x: int) -> int:
    return Value()


RAISES = "ConversionError: row 0"
