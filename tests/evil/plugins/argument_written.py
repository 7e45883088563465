"""A function writes into its argument, which is the memory of the table.

The host must hand out views that NumPy refuses to write to.
"""


@db.scalar_fn("f", ["int"], "int", vectorized="numpy")
def f(x):
    x[0] = 99
    return x


RAISES = "ValueError: read-only"
THEN = "SELECT sum(x) FROM t"
THEN_ROWS = [(6,)]
