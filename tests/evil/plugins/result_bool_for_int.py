"""A result is a truth value where an integer is declared.

The host must take it, as Python does: a bool is an int.
"""


@db.scalar_fn
def f(x: int) -> int:
    return x > 1


ROWS = [(0,), (1,), (1,)]
