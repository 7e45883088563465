"""A function changes its own code while a query runs.

The host must do as Python does: the next call runs the new code.
"""


def negative(x):
    return -x


@db.scalar_fn
def f(x: int) -> int:
    f.__code__ = negative.__code__
    return x


ROWS = [(1,), (-2,), (-3,)]
