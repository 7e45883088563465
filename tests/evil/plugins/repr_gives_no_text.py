"""The `__repr__` of a result that does not fit gives a number.

The host must refuse the result, and say that it can't be shown.
"""


class Value:
    def __repr__(self):
        return 5


@db.scalar_fn
def f(x: int) -> int:
    return Value()


RAISES = "ConversionError: row 0.*Value whose repr fails"
