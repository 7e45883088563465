"""A batch's result is Ellipsis.

The host must refuse it.
"""


@db.scalar_fn("f", ["int"], "int", vectorized="numpy")
def f(x):
    return ...


RAISES = "ConversionError: Ellipsis"
