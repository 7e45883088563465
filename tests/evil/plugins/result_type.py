"""A function returns the type that it promised in place of a value.

The host must refuse it.
"""


@db.scalar_fn
def f(x: int) -> float:
    return float


RAISES = "ConversionError: class 'float'"
