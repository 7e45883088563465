"""The `__repr__` of a result that does not fit has ten million characters.

The host must cut it.
"""


class Value:
    def __repr__(self):
        return "x" * 10_000_000


@db.scalar_fn
def f(x: int) -> int:
    return Value()


RAISES = "ConversionError: (?s)^.{0,300}$"
