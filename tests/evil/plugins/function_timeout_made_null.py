"""A function with a time limit never returns for one row, and errors become NULL.

The host must stop that row, make it NULL, and go on with the next.
"""


@db.scalar_fn(timeout=0.2, on_error="null")
def f(x: int) -> int:
    while x == 2:
        pass
    return x


ROWS = [(1,), (None,), (3,)]
WITHIN = 0.8
ALONE = True
