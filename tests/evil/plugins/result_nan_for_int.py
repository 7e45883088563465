"""A result is NaN where an integer is declared.

The host must refuse it: NaN is no integer, and no NULL either.
"""


@db.scalar_fn
def f(x: int) -> int:
    return float("nan")


RAISES = "ConversionError: row 0.*nan"
