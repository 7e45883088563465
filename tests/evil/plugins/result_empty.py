"""A batch's result is empty.

The host must refuse it, and say how many values it wanted.
"""


@db.scalar_fn("f", ["int"], "int", vectorized="numpy")
def f(x):
    return []


RAISES = "ConversionError: 3 rows needs as many"
