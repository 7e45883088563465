"""A function returns its argument.

The host must give the right answer and keep the table as it is.
"""


@db.scalar_fn("f", ["int"], "int", vectorized="numpy")
def f(x):
    return x


ROWS = [(1,), (2,), (3,)]
THEN = "SELECT sum(x) FROM t"
THEN_ROWS = [(6,)]
