"""The values that don't fit are to be collected, and can't be shown.

The host must collect them like exceptions.
"""


class Value:
    def __repr__(self):
        raise LookupError("no words")


@db.scalar_fn(on_error="collect")
def f(x: int) -> int:
    return Value() if x > 1 else x


ROWS = [(1,), (None,), (None,)]
THEN = "SELECT count(*), min(type) FROM arrowsmith.errors"
THEN_ROWS = [(2, "ConversionError")]
