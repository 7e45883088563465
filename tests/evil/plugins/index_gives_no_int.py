"""The `__index__` of a result gives a string.

The host must refuse it.
"""


class Number:
    def __index__(self):
        return "seven"


@db.scalar_fn
def f(x: int) -> int:
    return Number()


RAISES = "ConversionError|TypeError: row 0|__index__"
