"""A function puts another one in its place while a query runs.

The host must go on with the one that was loaded.
"""


@db.scalar_fn
def f(x: int) -> int:
    global f
    f = lambda x: -x
    return x


ROWS = [(1,), (2,), (3,)]
