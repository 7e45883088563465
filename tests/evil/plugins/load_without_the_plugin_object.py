"""A plugin deletes the object that it declares its functions with.

The host must keep what was declared.
"""


@db.scalar_fn
def f(x: int) -> int:
    return x


del db

ROWS = [(1,), (2,), (3,)]
