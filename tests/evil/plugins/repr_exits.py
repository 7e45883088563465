"""The `__repr__` of a result that does not fit ends the process.

The host must refuse the result and live on.
"""


class Value:
    def __repr__(self):
        raise SystemExit(3)


@db.scalar_fn
def f(x: int) -> int:
    return Value()


RAISES = "ConversionError|ExecutionError: row 0"
