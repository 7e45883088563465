"""A batch's result has one value less than the batch.

The host must refuse it, and say how many values it wanted.
"""


@db.scalar_fn("f", ["int"], "int", vectorized="numpy")
def f(x):
    return x[:-1]


RAISES = "ConversionError: array of 2 values.* 3 rows needs as many"
