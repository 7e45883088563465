"""The `__index__` of a result raises.

The host must hand that exception over, with a note that names the row.
"""


class Number:
    def __index__(self):
        raise LookupError("no number")


@db.scalar_fn
def f(x: int) -> int:
    return Number() if x == 2 else x


RAISES = "LookupError: no number"
NOTE = "row 1, arguments \\(2\\)"
