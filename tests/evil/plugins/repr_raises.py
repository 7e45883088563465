"""A result that does not fit can't be shown either.

The host must refuse it, and say that it can't be shown.
"""


class Value:
    def __repr__(self):
        raise LookupError("no words")


@db.scalar_fn
def f(x: int) -> int:
    return Value()


RAISES = "ConversionError: row 0.*Value whose repr fails"
