"""The `__float__` of a result gives a number that the result is not equal to.

The host must refuse it: the conversion would not be lossless.
"""


class Number:
    def __float__(self):
        return 0.5


@db.scalar_fn
def f(x: int) -> float:
    return Number()


RAISES = "ConversionError: row 0.*no float is equal"
