"""A function takes two arguments from its second call on.

The host must hand over what Python says to the call.
"""


def two(x, y):
    return x


@db.scalar_fn
def f(x: int) -> int:
    f.__code__ = two.__code__
    return x


RAISES = "TypeError: missing 1 required positional argument"
NOTE = "row 1, arguments \\(2\\)"
