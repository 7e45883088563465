"""A batch's result is a list whose last value does not fit.

The host must name the row and the value.
"""


@db.scalar_fn("f", ["int"], "int", vectorized="numpy")
def f(x):
    return [1, None, 3.5]


RAISES = "ConversionError: row 2.*3\\.5"
