"""A function changes its own defaults while a query runs.

The host must do as Python does: the next call has the new ones.
"""


@db.scalar_fn
def f(x: int, step: int = 1) -> int:
    f.__defaults__ = (100,)
    return x + step


ROWS = [(2,), (102,), (103,)]
