"""A result is 1 where a truth value is declared.

The host must refuse it.
"""


@db.scalar_fn
def f(x: int) -> bool:
    return 1


RAISES = "ConversionError: row 0"
